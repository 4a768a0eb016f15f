#pragma once
#include "exponential.h"

/// The normal distribution function, relative error below 2e-6 in both tails.
///
/// The complementary error function by the Chebyshev fit of Numerical Recipes (section 6.2, `erfcc`).
INLINE float normal_cdf(float x) {
    VECTORIZE
    float z = __builtin_fabsf(x) * 0.70710678118654752f;
    float t = 1.0f / (1.0f + 0.5f * z);
    float p = 0.17087277f;
    p = p * t - 0.82215223f;
    p = p * t + 1.48851587f;
    p = p * t - 1.13520398f;
    p = p * t + 0.27886807f;
    p = p * t - 0.18628806f;
    p = p * t + 0.09678418f;
    p = p * t + 0.37409196f;
    p = p * t + 1.00002368f;
    p = p * t - 1.26551223f;
    float half_tail = 0.5f * t * exponential(p - z * z);
    return x < 0 ? half_tail : 1.0f - half_tail;
}

INLINE float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }
