#pragma once

// Hidden: the library calls its own kernels directly, whatever else the process has loaded.
#pragma GCC visibility push(hidden)

// Kernels over images of 8 bits a channel, red, green and blue side by side, and the part of libpng that needs setjmp.
// Each runs on the calling thread and is compiled for AVX-512, AVX2 and the base instruction set, chosen at each call.

/// How many weights of one position are stored together; the lists of weights are padded with zeros to a multiple of
/// it.
enum { image_weight_group = 4 };

/// Resizes each row: pixel x is the sum of `taps` pixels from `first[x]` on, weighted by `weights[x * taps ...]`.
///
/// Weights have 22 bits after the point; the sum is rounded to 8 bits. `taps` is a multiple of `image_weight_group`;
/// weights of pixels beyond the row's end are zero. `expanded` is room for (from_width + taps) * 4 bytes.
void image_resize_rows(const unsigned char *from, long from_width, unsigned char *to, long to_width, long rows,
                       const int *first, const int *weights, long taps, unsigned char *expanded);

/// Resizes each column: row y is the sum of `count[y]` rows from `first[y]` on, weighted by `weights[y * taps ...]`.
///
/// `sums` is room for `row_bytes` numbers.
void image_resize_columns(const unsigned char *from, unsigned char *to, long to_rows, long row_bytes, const int *first,
                          const int *count, const int *weights, long taps, int *sums);

/// Turns pixels into three planes of numbers by a table of 256 for each channel.
void image_planes(const unsigned char *rgb, long pixels, const float *tables, float *red, float *green, float *blue);

/// Stretches an image to three planes of to_width x to_height numbers by straight lines between the four nearest pixels.
///
/// Pixels that are nearest to none are left out, as PyTorch's `interpolate` leaves them out. Numbers from 0 to 1, less
/// the channel's mean, over its deviation.
void image_sample_planes(const unsigned char *rgb, long width, long height, const float *mean, const float *deviation,
                         long to_width, long to_height, float *planes);

/// Inverted CMYK pixels, as Adobe writes them in JPEG files, into RGB (by 255 - c, without a profile, as Pillow).
void image_from_inverted_cmyk(const unsigned char *cmyk, long pixels, unsigned char *rgb);

/// Reads a PNG file of width x height pixels as RGB: palettes and greys expanded, 16 bits cut to the upper 8, alpha dropped.
///
/// Returns 0, or 1 with what is wrong in `message` (of `message_size` bytes).
int image_read_png(const void *bytes, long count, long width, long height, unsigned char *rgb, char *message,
                   long message_size);

#pragma GCC visibility pop
