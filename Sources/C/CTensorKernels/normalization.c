#include "CTensorKernels.h"
#include "bfloat16.h"
#include "exponential.h"

KERNEL(kernel_layer_norm, (const float *x, float *out, void *rounded, const float *gamma, const float *beta,
        float eps, long rows, long columns, long x_stride, long out_stride),
       (x, out, rounded, gamma, beta, eps, rows, columns, x_stride, out_stride)) {
    VECTORIZE
    for (long i = 0; i < rows; i++) {
        const float *from = x + i * x_stride;
        float sum = 0;
        for (long j = 0; j < columns; j++) sum += from[j];
        float mean = sum / columns;
        // A second pass over deviations: the mean square less the squared mean would cancel.
        float squares = 0;
        for (long j = 0; j < columns; j++) squares += (from[j] - mean) * (from[j] - mean);
        float scale = 1.0f / __builtin_sqrtf(squares / columns + eps);
        // The rounded numbers first, since `out` may be `x`.
        if (rounded) {
            unsigned short *to = (unsigned short *)rounded + i * columns;
            for (long j = 0; j < columns; j++) {
                to[j] = nearest_bfloat16((from[j] - mean) * scale * gamma[j] + beta[j]);
            }
        }
        if (!out) continue;
        float *to = out + i * out_stride;
        // In place or apart: no element is read after another's was written.
#pragma clang loop vectorize(assume_safety)
        for (long j = 0; j < columns; j++) to[j] = (from[j] - mean) * scale * gamma[j] + beta[j];
    }
}

/// The largest of `count` numbers, in 16 running maxima so that it vectorizes (a maximum may not be reordered for NaN).
INLINE float maximum(const float *x, long count) {
    float lanes[16];
    for (long l = 0; l < 16; l++) lanes[l] = -__builtin_inff();
    long whole = count / 16 * 16;
    for (long j = 0; j < whole; j += 16) {
        for (long l = 0; l < 16; l++) lanes[l] = x[j + l] > lanes[l] ? x[j + l] : lanes[l];
    }
    for (long j = whole; j < count; j++) lanes[0] = x[j] > lanes[0] ? x[j] : lanes[0];
    float largest = lanes[0];
    for (long l = 1; l < 16; l++) largest = lanes[l] > largest ? lanes[l] : largest;
    return largest;
}

KERNEL(kernel_softmax, (float *x, float scale, long rows, long columns, long stride, long visible, long step),
       (x, scale, rows, columns, stride, visible, step)) {
    VECTORIZE
    for (long i = 0; i < rows; i++) {
        float *row = x + i * stride;
        long count = visible + i * step < columns ? visible + i * step : columns;
        float largest = maximum(row, count);
        float sum = 0;
        for (long j = 0; j < count; j++) {
            float e = exponential(scale * (row[j] - largest));
            row[j] = e;
            sum += e;
        }
        float factor = 1.0f / sum;
        for (long j = 0; j < count; j++) row[j] *= factor;
        for (long j = count; j < columns; j++) row[j] = 0;
    }
}

KERNEL(kernel_normalize, (float *x, float eps, long rows, long columns, long stride),
       (x, eps, rows, columns, stride)) {
    VECTORIZE
    for (long i = 0; i < rows; i++) {
        float *row = x + i * stride;
        float squares = 0;
        for (long j = 0; j < columns; j++) squares += row[j] * row[j];
        float norm = __builtin_sqrtf(squares);
        float factor = 1.0f / (norm > eps ? norm : eps);
        for (long j = 0; j < columns; j++) row[j] *= factor;
    }
}
