#pragma once

#include "kernel_dispatch.h"

/// The bits of the bfloat16 number next to x, of two the even one; a NaN stays one.
///
/// In integers, which every processor has and compilers vectorize: the rounding is not what the time goes to.
INLINE unsigned short nearest_bfloat16(float x) {
    unsigned bits;
    __builtin_memcpy(&bits, &x, 4);
    unsigned rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return (bits & 0x7fffffff) > 0x7f800000 ? bits >> 16 | 0x40 : rounded;
}
