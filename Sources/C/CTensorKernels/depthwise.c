#include "CTensorKernels.h"
#include "exponential.h"

/// x sigmoid(x); of numbers below -87.3 it is zero but for a part in 10^36.
INLINE float silu(float x) {
    float negative = -x;
    negative = negative > 87.3f ? 87.3f : negative;
    negative = negative < -87.3f ? -87.3f : negative;
    return x / (1.0f + exponential_within(negative));
}

INLINE void copy_row(const float *from, float *to, long count, int activates) {
    if (activates) {
        for (long i = 0; i < count; i++) to[i] = silu(from[i]);
    } else {
        memcpy(to, from, count * sizeof(float));
    }
}

/// The columns that windows reach, padding included.
static long reach(const kernel_depthwise_shape *s) {
    long windows = (s->out_width - 1) * s->stride + s->size;
    return windows > s->left + s->width ? windows : s->left + s->width;
}

long kernel_depthwise_scratch(const kernel_depthwise_shape *s) { return s->size * reach(s) * s->lanes; }

// Unaligned, since a map may begin anywhere.
typedef float channels16 __attribute__((vector_size(64), aligned(4)));
typedef float channels8 __attribute__((vector_size(32), aligned(4)));

enum { tile = 8 };  // outputs that are computed together, so that a weight is loaded once for all

/// One row of the output from the rows of a window.
#define ROW(lanes)                                                                                                  \
    INLINE void row##lanes(float *const *rows, const float *weights, const float *bias, float *out, long count,     \
                           long size, long stride) {                                                                \
        long x = 0;                                                                                                 \
        for (; x + tile <= count; x += tile) {                                                                      \
            channels##lanes sum[tile];                                                                              \
            for (int t = 0; t < tile; t++) sum[t] = *(const channels##lanes *)bias;                                 \
            for (long ky = 0; ky < size; ky++) {                                                                    \
                for (long kx = 0; kx < size; kx++) {                                                                \
                    channels##lanes weight = *(const channels##lanes *)(weights + (ky * size + kx) * lanes);        \
                    const float *from = rows[ky] + (x * stride + kx) * lanes;                                       \
                    for (int t = 0; t < tile; t++)                                                                  \
                        sum[t] += *(const channels##lanes *)(from + t * stride * lanes) * weight;                   \
                }                                                                                                   \
            }                                                                                                       \
            for (int t = 0; t < tile; t++) *(channels##lanes *)(out + (x + t) * lanes) = sum[t];                    \
        }                                                                                                           \
        for (; x < count; x++) {                                                                                    \
            channels##lanes sum = *(const channels##lanes *)bias;                                                   \
            for (long ky = 0; ky < size; ky++)                                                                      \
                for (long kx = 0; kx < size; kx++)                                                                  \
                    sum += *(const channels##lanes *)(rows[ky] + (x * stride + kx) * lanes)                         \
                           * *(const channels##lanes *)(weights + (ky * size + kx) * lanes);                        \
            *(channels##lanes *)(out + x * lanes) = sum;                                                            \
        }                                                                                                           \
    }                                                                                                               \
    INLINE void add##lanes(const float *row, float *sums, long count) {                                             \
        channels##lanes sum = {0};                                                                                  \
        for (long x = 0; x < count; x++) sum += *(const channels##lanes *)(row + x * lanes);                        \
        *(channels##lanes *)sums += sum;                                                                            \
    }

ROW(16)
ROW(8)

/// Rows of one block; sizes are constants where this is called, so that the loops over a window unroll.
INLINE void block(const kernel_depthwise_shape *s, const float *x, const float *weights, const float *bias, float *out,
                  float *sums, float *scratch, long from, long to, long lanes, long size, long stride) {
    long columns = reach(s) * lanes;
    memset(scratch, 0, size * columns * sizeof(float));
    memset(sums, 0, lanes * sizeof(float));
    long next = from * stride - s->top;
    for (long y = from; y < to; y++) {
        float *rows[16];
        long first = y * stride - s->top;
        for (long ky = 0; ky < size; ky++) rows[ky] = scratch + ((first + ky + s->top) % size) * columns;
        for (long input = next > first ? next : first; input < first + size; input++) {
            float *row = rows[input - first];
            if (input < 0 || input >= s->height) {
                memset(row, 0, columns * sizeof(float));
            } else {
                copy_row(x + input * s->width * lanes, row + s->left * lanes, s->width * lanes, s->activates_input);
            }
        }
        next = first + size;
        float *target = out + y * s->out_width * lanes;
        if (lanes == 16) row16(rows, weights, bias, target, s->out_width, size, stride);
        else row8(rows, weights, bias, target, s->out_width, size, stride);
        if (s->activates_output) copy_row(target, target, s->out_width * lanes, 1);
        if (lanes == 16) add16(target, sums, s->out_width);
        else add8(target, sums, s->out_width);
    }
}

#define BLOCK(lanes, size, stride) block(s, x, weights, bias, out, sums, scratch, from, to, lanes, size, stride)

KERNEL(kernel_depthwise, (const kernel_depthwise_shape *s, const float *x, const float *weights, const float *bias,
        float *out, float *sums, float *scratch, long from, long to),
       (s, x, weights, bias, out, sums, scratch, from, to)) {
    long kind = s->lanes * 100 + s->size * 10 + s->stride;
    switch (kind) {
    case 1631: BLOCK(16, 3, 1); break;
    case 1632: BLOCK(16, 3, 2); break;
    case 1651: BLOCK(16, 5, 1); break;
    case 1652: BLOCK(16, 5, 2); break;
    case 831: BLOCK(8, 3, 1); break;
    case 832: BLOCK(8, 3, 2); break;
    case 851: BLOCK(8, 5, 1); break;
    case 852: BLOCK(8, 5, 2); break;
    }
}
