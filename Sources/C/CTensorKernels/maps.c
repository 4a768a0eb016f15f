#include "CTensorKernels.h"
#include "kernel_dispatch.h"

/// Pixels that are summed in one go: a longer sum in single precision would lose digits.
enum { run = 256 };

KERNEL(kernel_map_mean, (const float *x, float *out, long pixels, long lanes, long stride),
       (x, out, pixels, lanes, stride)) {
    VECTORIZE
    float total[kernel_map_lanes] = {0};
    for (long start = 0; start < pixels; start += run) {
        long end = start + run < pixels ? start + run : pixels;
        float sum[kernel_map_lanes] = {0};
        if (lanes == kernel_map_lanes) {
            for (long pixel = start; pixel < end; pixel++)
                for (long lane = 0; lane < kernel_map_lanes; lane++) sum[lane] += x[pixel * stride + lane];
        } else {
            for (long pixel = start; pixel < end; pixel++)
                for (long lane = 0; lane < lanes; lane++) sum[lane] += x[pixel * stride + lane];
        }
        for (long lane = 0; lane < lanes; lane++) total[lane] += sum[lane];
    }
    for (long lane = 0; lane < lanes; lane++) out[lane] = total[lane] / (float)pixels;
}

KERNEL(kernel_map_gate, (float *x, const float *gate, long pixels, long lanes, long stride),
       (x, gate, pixels, lanes, stride)) {
    if (lanes == kernel_map_lanes) {
        float fixed[kernel_map_lanes];
        for (long lane = 0; lane < kernel_map_lanes; lane++) fixed[lane] = gate[lane];
        for (long pixel = 0; pixel < pixels; pixel++)
            for (long lane = 0; lane < kernel_map_lanes; lane++) x[pixel * stride + lane] *= fixed[lane];
    } else {
        for (long pixel = 0; pixel < pixels; pixel++)
            for (long lane = 0; lane < lanes; lane++) x[pixel * stride + lane] *= gate[lane];
    }
}

KERNEL(kernel_matrix_vector, (const float *weights, const float *bias, const float *x, float *out, long rows,
        long columns), (weights, bias, x, out, rows, columns)) {
    VECTORIZE
    for (long i = 0; i < rows; i++) {
        const float *row = weights + i * columns;
        float sum = 0;
        for (long j = 0; j < columns; j++) sum += row[j] * x[j];
        out[i] = sum + bias[i];
    }
}
