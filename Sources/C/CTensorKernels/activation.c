#include "CTensorKernels.h"
#include "bfloat16.h"
#include "normal_cdf.h"

INLINE float gelu(float x) { return x < -13.0f ? 0.0f : x * normal_cdf(x); }
INLINE float gelu_tanh(float x) {
    VECTORIZE
    // (1 + tanh(u)) / 2 is sigmoid(2u), which keeps its precision where tanh nears -1.
    return x * sigmoid(1.5957691216057308f * (x + 0.044715f * x * x * x));
}
INLINE float quick_gelu(float x) { return x * sigmoid(1.702f * x); }
INLINE float silu(float x) { return x * sigmoid(x); }
INLINE float relu(float x) { return x < 0 ? 0 : x; }

#define ACTIVATE(function)                                                                                     \
    INLINE void activate_##function(float *x, const float *bias, long rows, long columns, long stride) {        \
        for (long i = 0; i < rows; i++) {                                                                      \
            float *row = x + i * stride;                                                                       \
            if (bias) {                                                                                        \
                for (long j = 0; j < columns; j++) row[j] = function(row[j] + bias[j]);                        \
            } else {                                                                                           \
                for (long j = 0; j < columns; j++) row[j] = function(row[j]);                                  \
            }                                                                                                  \
        }                                                                                                      \
    }

ACTIVATE(gelu)
ACTIVATE(gelu_tanh)
ACTIVATE(quick_gelu)
ACTIVATE(silu)
ACTIVATE(relu)

KERNEL(kernel_activate, (kernel_activation activation, float *x, const float *bias, long rows, long columns,
        long stride), (activation, x, bias, rows, columns, stride)) {
    switch (activation) {
    case kernel_gelu: activate_gelu(x, bias, rows, columns, stride); break;
    case kernel_gelu_tanh: activate_gelu_tanh(x, bias, rows, columns, stride); break;
    case kernel_quick_gelu: activate_quick_gelu(x, bias, rows, columns, stride); break;
    case kernel_silu: activate_silu(x, bias, rows, columns, stride); break;
    case kernel_relu: activate_relu(x, bias, rows, columns, stride); break;
    }
}

KERNEL(kernel_multiply_halves, (const float *x, float *out, long rows, long columns), (x, out, rows, columns)) {
    for (long i = 0; i < rows; i++) {
        const float *left = x + 2 * i * columns;
        float *to = out + i * columns;
        for (long j = 0; j < columns; j++) to[j] = left[j] * left[columns + j];
    }
}

KERNEL(kernel_multiply_halves_bfloat16, (const float *x, void *out, long rows, long columns),
       (x, out, rows, columns)) {
    for (long i = 0; i < rows; i++) {
        const float *left = x + 2 * i * columns;
        unsigned short *to = (unsigned short *)out + i * columns;
        for (long j = 0; j < columns; j++) to[j] = nearest_bfloat16(left[j] * left[columns + j]);
    }
}

KERNEL(kernel_add_bias, (float *x, const float *bias, long rows, long columns, long stride),
       (x, bias, rows, columns, stride)) {
    for (long i = 0; i < rows; i++) {
        float *row = x + i * stride;
        for (long j = 0; j < columns; j++) row[j] += bias[j];
    }
}

KERNEL(kernel_add_rows, (float *x, const float *y, const float *bias, long rows, long columns, long x_stride,
        long y_stride), (x, y, bias, rows, columns, x_stride, y_stride)) {
    for (long i = 0; i < rows; i++) {
        float *to = x + i * x_stride;
        const float *from = y + i * y_stride;
        if (bias) {
            for (long j = 0; j < columns; j++) to[j] += from[j] + bias[j];
        } else {
            for (long j = 0; j < columns; j++) to[j] += from[j];
        }
    }
}

KERNEL(kernel_sigmoid, (float *x, long count), (x, count)) {
    for (long i = 0; i < count; i++) x[i] = sigmoid(x[i]);
}
