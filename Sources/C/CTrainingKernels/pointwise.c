#include "../CTensorKernels/normal_cdf.h"
#include "CTrainingKernels.h"

KERNEL(train_add_bias, (float *x, const float *bias, long rows, long columns), (x, bias, rows, columns)) {
    for (long i = 0; i < rows; i++) {
        float *restrict row = x + i * columns;
        for (long j = 0; j < columns; j++) row[j] += bias[j];
    }
}

KERNEL(train_bias_gradient, (const float *dy, float *gradient, long rows, long columns),
       (dy, gradient, rows, columns)) {
    for (long i = 0; i < rows; i++) {
        const float *restrict row = dy + i * columns;
        float *restrict to = gradient;
        for (long j = 0; j < columns; j++) to[j] += row[j];
    }
}

KERNEL(train_add, (float *x, const float *y, long count), (x, y, count)) {
    float *restrict to = x;
    const float *restrict from = y;
    for (long i = 0; i < count; i++) to[i] += from[i];
}

// Each function of one number, and its derivative.

INLINE float gelu(float x) { return x < -13.0f ? 0.0f : x * normal_cdf(x); }
INLINE float gelu_slope(float x) {
    VECTORIZE
    float clamped = x < -13.0f ? -13.0f : (x > 13.0f ? 13.0f : x);
    return normal_cdf(clamped) + clamped * 0.3989422804014327f * exponential(-0.5f * clamped * clamped);
}

INLINE float gelu_tanh(float x) {
    VECTORIZE
    // (1 + tanh(u)) / 2 is sigmoid(2u), which keeps its precision where tanh nears -1.
    return x * sigmoid(1.5957691216057308f * (x + 0.044715f * x * x * x));
}
INLINE float gelu_tanh_slope(float x) {
    VECTORIZE
    float s = sigmoid(1.5957691216057308f * (x + 0.044715f * x * x * x));
    return s + x * s * (1.0f - s) * 1.5957691216057308f * (1.0f + 0.134145f * x * x);
}

INLINE float quick_gelu(float x) { return x * sigmoid(1.702f * x); }
INLINE float quick_gelu_slope(float x) {
    VECTORIZE
    float s = sigmoid(1.702f * x);
    return s + 1.702f * x * s * (1.0f - s);
}

INLINE float silu(float x) { return x * sigmoid(x); }
INLINE float silu_slope(float x) {
    VECTORIZE
    float s = sigmoid(x);
    return s + x * s * (1.0f - s);
}

INLINE float relu(float x) { return x < 0 ? 0 : x; }
INLINE float relu_slope(float x) { return x > 0 ? 1 : 0; }

#define FORWARD(function)                                                                                      \
    INLINE void forward_##function(float *x, const float *bias, float *out, long rows, long columns) {          \
        for (long i = 0; i < rows; i++) {                                                                      \
            float *restrict row = x + i * columns;                                                             \
            float *restrict to = out + i * columns;                                                            \
            for (long j = 0; j < columns; j++) {                                                               \
                float sum = row[j] + bias[j];                                                                  \
                row[j] = sum;                                                                                  \
                to[j] = function(sum);                                                                         \
            }                                                                                                  \
        }                                                                                                      \
    }                                                                                                          \
    INLINE void backward_##function(const float *x, float *dy, long count) {                                    \
        const float *restrict from = x;                                                                        \
        float *restrict to = dy;                                                                               \
        for (long i = 0; i < count; i++) to[i] *= function##_slope(from[i]);                                   \
    }

FORWARD(gelu)
FORWARD(gelu_tanh)
FORWARD(quick_gelu)
FORWARD(silu)
FORWARD(relu)

KERNEL(train_activate, (train_activation kind, float *x, const float *bias, float *out, long rows, long columns),
       (kind, x, bias, out, rows, columns)) {
    switch (kind) {
    case train_gelu: forward_gelu(x, bias, out, rows, columns); break;
    case train_gelu_tanh: forward_gelu_tanh(x, bias, out, rows, columns); break;
    case train_quick_gelu: forward_quick_gelu(x, bias, out, rows, columns); break;
    case train_silu: forward_silu(x, bias, out, rows, columns); break;
    case train_relu: forward_relu(x, bias, out, rows, columns); break;
    }
}

KERNEL(train_activate_backward, (train_activation kind, const float *x, float *dy, long count),
       (kind, x, dy, count)) {
    switch (kind) {
    case train_gelu: backward_gelu(x, dy, count); break;
    case train_gelu_tanh: backward_gelu_tanh(x, dy, count); break;
    case train_quick_gelu: backward_quick_gelu(x, dy, count); break;
    case train_silu: backward_silu(x, dy, count); break;
    case train_relu: backward_relu(x, dy, count); break;
    }
}

KERNEL(train_layer_norm, (const float *x, const float *gamma, const float *beta, float epsilon, float *out,
        float *mean, float *scale, long rows, long columns),
       (x, gamma, beta, epsilon, out, mean, scale, rows, columns)) {
    VECTORIZE
    for (long i = 0; i < rows; i++) {
        const float *restrict from = x + i * columns;
        float *restrict to = out + i * columns;
        float sum = 0;
        for (long j = 0; j < columns; j++) sum += from[j];
        float center = sum / columns;
        float squares = 0;
        for (long j = 0; j < columns; j++) squares += (from[j] - center) * (from[j] - center);
        float factor = 1.0f / __builtin_sqrtf(squares / columns + epsilon);
        for (long j = 0; j < columns; j++) to[j] = (from[j] - center) * factor * gamma[j] + beta[j];
        mean[i] = center;
        scale[i] = factor;
    }
}

KERNEL(train_layer_norm_backward, (const float *dy, const float *x, const float *gamma, const float *mean,
        const float *scale, float *dx, int accumulates, float *d_gamma, float *d_beta, long rows, long columns),
       (dy, x, gamma, mean, scale, dx, accumulates, d_gamma, d_beta, rows, columns)) {
    VECTORIZE
    for (long i = 0; i < rows; i++) {
        const float *from = x + i * columns;
        const float *given = dy + i * columns;
        float *to = dx + i * columns;
        float center = mean[i], factor = scale[i];
        float sum = 0, product = 0;
        for (long j = 0; j < columns; j++) {
            float g = given[j] * gamma[j];
            sum += g;
            product += g * (from[j] - center);
        }
        if (d_gamma) {
            float *restrict gammas = d_gamma;
            float *restrict betas = d_beta;
            for (long j = 0; j < columns; j++) {
                gammas[j] += given[j] * (from[j] - center) * factor;
                betas[j] += given[j];
            }
        }
        float shift = sum / columns, slope = product * factor * factor / columns;
        // `to` may be `given`: no element is read after another's was written.
        if (accumulates) {
#pragma clang loop vectorize(assume_safety)
            for (long j = 0; j < columns; j++)
                to[j] += factor * (given[j] * gamma[j] - shift - (from[j] - center) * slope);
        } else {
#pragma clang loop vectorize(assume_safety)
            for (long j = 0; j < columns; j++)
                to[j] = factor * (given[j] * gamma[j] - shift - (from[j] - center) * slope);
        }
    }
}

KERNEL(train_normalize, (const float *x, float *out, float *factors, long rows, long columns),
       (x, out, factors, rows, columns)) {
    VECTORIZE
    for (long i = 0; i < rows; i++) {
        const float *restrict from = x + i * columns;
        float *restrict to = out + i * columns;
        float squares = 0;
        for (long j = 0; j < columns; j++) squares += from[j] * from[j];
        float norm = __builtin_sqrtf(squares);
        float factor = 1.0f / (norm > 1e-12f ? norm : 1e-12f);
        for (long j = 0; j < columns; j++) to[j] = from[j] * factor;
        factors[i] = factor;
    }
}

KERNEL(train_normalize_backward, (const float *dy, const float *y, const float *factors, float *dx, long rows,
        long columns), (dy, y, factors, dx, rows, columns)) {
    VECTORIZE
    for (long i = 0; i < rows; i++) {
        const float *given = dy + i * columns;
        const float *unit = y + i * columns;
        float *to = dx + i * columns;
        float along = 0;
        for (long j = 0; j < columns; j++) along += given[j] * unit[j];
#pragma clang loop vectorize(assume_safety)
        for (long j = 0; j < columns; j++) to[j] = factors[i] * (given[j] - along * unit[j]);
    }
}
