#include "kernel_dispatch.h"
#include "CTrainingKernels.h"
#include <math.h>

double train_sum_squares(const float *x, long count) {
    double sums[8] = {0};
    long i = 0;
    for (; i + 8 <= count; i += 8)
        for (long l = 0; l < 8; l++) sums[l] += (double)x[i + l] * x[i + l];
    for (; i < count; i++) sums[0] += (double)x[i] * x[i];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

KERNEL(train_adamw, (float *weights, float *first, float *second, const float *gradient, long count, float factor,
        float rate, float decay, float beta1, float beta2, float epsilon, double correction1, double correction2),
       (weights, first, second, gradient, count, factor, rate, decay, beta1, beta2, epsilon, correction1,
        correction2)) {
    float step = (float)(rate / correction1), root = (float)(1 / sqrt(correction2));
    float *restrict w = weights;
    float *restrict m = first;
    float *restrict v = second;
    const float *restrict g = gradient;
    for (long i = 0; i < count; i++) {
        float slope = factor * g[i];
        m[i] += (1.0f - beta1) * (slope - m[i]);
        v[i] = beta2 * v[i] + (1.0f - beta2) * slope * slope;
        w[i] = w[i] * (1.0f - rate * decay) - step * m[i] / (__builtin_sqrtf(v[i]) * root + epsilon);
    }
}

KERNEL(train_follow, (float *slow, const float *fast, float momentum, long count), (slow, fast, momentum, count)) {
    float *restrict to = slow;
    const float *restrict from = fast;
    for (long i = 0; i < count; i++) to[i] = momentum * to[i] + (1.0f - momentum) * from[i];
}
