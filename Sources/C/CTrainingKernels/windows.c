#include "kernel_dispatch.h"
#include "CTrainingKernels.h"

/// The columns of a window, beginning at `start`, that lie inside a side.
INLINE void inside(long start, long size, long side, long *from, long *to) {
    *from = start < 0 ? -start : 0;
    *to = start + size > side ? side - start : size;
    if (*to < *from) *to = *from;
}

KERNEL(train_windows, (const float *x, long images, long side, long channels, long size, long stride, long padding,
        long out_side, float *rows), (x, images, side, channels, size, stride, padding, out_side, rows)) {
    for (long i = 0; i < images; i++) {
        const float *image = x + i * side * side * channels;
        for (long oy = 0; oy < out_side; oy++) {
            for (long ox = 0; ox < out_side; ox++) {
                long left = ox * stride - padding, from, to;
                inside(left, size, side, &from, &to);
                for (long ky = 0; ky < size; ky++) {
                    long y = oy * stride - padding + ky;
                    long begin = from * channels, end = to * channels;
                    if (y < 0 || y >= side) begin = end = 0;
                    const float *line = image + (y * side + left) * channels;
                    for (long j = 0; j < begin; j++) rows[j] = 0;
                    for (long j = begin; j < end; j++) rows[j] = line[j];
                    for (long j = end; j < size * channels; j++) rows[j] = 0;
                    rows += size * channels;
                }
            }
        }
    }
}

KERNEL(train_windows_backward, (const float *rows, long images, long side, long channels, long size, long stride,
        long padding, long out_side, float *x),
       (rows, images, side, channels, size, stride, padding, out_side, x)) {
    for (long i = 0; i < images; i++) {
        float *image = x + i * side * side * channels;
        for (long j = 0; j < side * side * channels; j++) image[j] = 0;
        for (long oy = 0; oy < out_side; oy++) {
            for (long ox = 0; ox < out_side; ox++) {
                long left = ox * stride - padding, from, to;
                inside(left, size, side, &from, &to);
                for (long ky = 0; ky < size; ky++) {
                    long y = oy * stride - padding + ky;
                    if (y >= 0 && y < side) {
                        float *restrict line = image + (y * side + left) * channels;
                        const float *restrict row = rows;
                        for (long j = from * channels; j < to * channels; j++) line[j] += row[j];
                    }
                    rows += size * channels;
                }
            }
        }
    }
}

KERNEL(train_pixels, (const unsigned char *pixels, const float *mean, const float *factor, float *out, long count),
       (pixels, mean, factor, out, count)) {
    for (long i = 0; i < count; i++) {
        for (long c = 0; c < 3; c++) out[3 * i + c] = ((float)pixels[3 * i + c] - mean[c]) * factor[c];
    }
}
