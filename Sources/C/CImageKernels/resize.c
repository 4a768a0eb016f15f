#include "CImageKernels.h"
#include "kernel_dispatch.h"
#include <string.h>

// The arithmetic is Pillow's (src/libImaging/Resample.c), so that the bytes are: weights of 22 bits, rounded sums, and 8
// bits between the two passes.
enum { precision = 22, half = 1 << (precision - 1) };

static inline __attribute__((always_inline)) unsigned char clipped(int sum) {
    int value = sum >> precision;
    return value < 0 ? 0 : value > 255 ? 255 : (unsigned char)value;
}

/// Four pixels of four bytes, or their sums.
typedef unsigned char bytes16 __attribute__((vector_size(16)));
typedef int integers16 __attribute__((vector_size(64)));

KERNEL(image_resize_rows, (const unsigned char *from, long from_width, unsigned char *to, long to_width, long rows,
        const int *first, const int *weights, long taps, unsigned char *expanded),
       (from, from_width, to, to_width, rows, first, weights, taps, expanded)) {
    memset(expanded, 0, (from_width + taps) * 4);
    for (long row = 0; row < rows; row++) {
        const unsigned char *source = from + row * from_width * 3;
        for (long x = 0; x < from_width; x++) {
            expanded[4 * x] = source[3 * x];
            expanded[4 * x + 1] = source[3 * x + 1];
            expanded[4 * x + 2] = source[3 * x + 2];
        }
        unsigned char *target = to + row * to_width * 3;
        for (long x = 0; x < to_width; x++) {
            const unsigned char *pixels = expanded + 4 * (long)first[x];
            const int *weight = weights + x * taps;
            integers16 sum = {0};
            for (long tap = 0; tap < taps; tap += image_weight_group) {
                bytes16 four;
                memcpy(&four, pixels + 4 * tap, sizeof four);
                int a = weight[tap], b = weight[tap + 1], c = weight[tap + 2], d = weight[tap + 3];
                integers16 factors = {a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d};
                sum += __builtin_convertvector(four, integers16) * factors;
            }
            for (int channel = 0; channel < 3; channel++) {
                target[3 * x + channel] =
                    clipped(sum[channel] + sum[channel + 4] + sum[channel + 8] + sum[channel + 12] + half);
            }
        }
    }
}

KERNEL(image_resize_columns, (const unsigned char *from, unsigned char *to, long to_rows, long row_bytes,
        const int *first, const int *count, const int *weights, long taps, int *sums),
       (from, to, to_rows, row_bytes, first, count, weights, taps, sums)) {
    for (long row = 0; row < to_rows; row++) {
        const unsigned char *source = from + first[row] * row_bytes;
        for (long i = 0; i < row_bytes; i++) sums[i] = half;
        for (long tap = 0; tap < count[row]; tap++) {
            int weight = weights[row * taps + tap];
            const unsigned char *line = source + tap * row_bytes;
            for (long i = 0; i < row_bytes; i++) sums[i] += line[i] * weight;
        }
        unsigned char *target = to + row * row_bytes;
        for (long i = 0; i < row_bytes; i++) target[i] = clipped(sums[i]);
    }
}
