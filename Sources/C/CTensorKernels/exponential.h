#pragma once
#include "kernel_dispatch.h"
#include <string.h>

INLINE float bits_to_float(unsigned bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/// e to the x within 2 units in the last place, without branches, for x from -87.3 to 88.3.
///
/// x = k ln 2 + r with |r| <= ln 2 / 2, and a polynomial in r (the coefficients of Cephes' expf).
INLINE float exponential_within(float x) {
    // Not reassociated: the two halves of ln 2 must be subtracted one after the other.
    _Pragma("clang fp contract(fast) reassociate(off)")
    const float rounder = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
    float shifted = __builtin_fmaf(x, 1.44269504088896341f, rounder);
    float k = shifted - rounder;
    unsigned exponent;
    memcpy(&exponent, &shifted, sizeof exponent);
    float r = x - k * 0.693359375f;
    r = r + k * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    return p * bits_to_float((exponent << 23) + 0x3f800000u);
}

/// e to the x; below -87.3 it is 0, above 88.3 infinity, and of a NaN it is that.
INLINE float exponential(float x) {
    float clamped = x < -87.3f ? -87.3f : x;
    clamped = clamped > 88.3f ? 88.3f : clamped;
    float result = exponential_within(clamped);
    result = x < -87.3f ? 0.0f : result;
    result = x > 88.3f ? __builtin_inff() : result;
    return x == x ? result : x;
}
