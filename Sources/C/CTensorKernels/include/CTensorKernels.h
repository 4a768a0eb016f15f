#pragma once

// Hidden: the library calls its own kernels directly, whatever else the process has loaded.
#pragma GCC visibility push(hidden)

// Kernels that a transformer needs beside its matrix products. Each runs on the calling thread, over row-major rows that
// lie `stride` elements apart, and is compiled for AVX-512, AVX2 and the base instruction set, chosen at each call.

typedef enum {
    kernel_gelu,        // x Phi(x), exact
    kernel_gelu_tanh,   // the approximation through tanh
    kernel_quick_gelu,  // x sigmoid(1.702 x)
    kernel_silu,        // x sigmoid(x)
    kernel_relu,        // max(x, 0)
} kernel_activation;

/// x = activation(x + bias); `bias` may be null.
void kernel_activate(kernel_activation activation, float *x, const float *bias, long rows, long columns, long stride);

/// x = sigmoid(x), on `count` numbers that lie side by side.
void kernel_sigmoid(float *x, long count);

/// out = left * right, where each row of x is `columns` numbers of the left and then as many of the right.
void kernel_multiply_halves(const float *x, float *out, long rows, long columns);

/// The same, where `out` gets bfloat16 numbers.
void kernel_multiply_halves_bfloat16(const float *x, void *out, long rows, long columns);

/// x = x + bias.
void kernel_add_bias(float *x, const float *bias, long rows, long columns, long stride);

/// x = x + y + bias; `bias` may be null.
void kernel_add_rows(float *x, const float *y, const float *bias, long rows, long columns, long x_stride,
                     long y_stride);

/// out = (x - mean) / sqrt(variance + eps) * gamma + beta, a row at a time; `out` may be `x`.
///
/// `rounded` gets the same as bfloat16 numbers, `columns` a row. Either of the two may be null.
void kernel_layer_norm(const float *x, float *out, void *rounded, const float *gamma, const float *beta,
                       float eps, long rows, long columns, long x_stride, long out_stride);

/// x = softmax(scale * x), a row at a time, over the first `visible + i * step` columns of row i; the rest become 0.
void kernel_softmax(float *x, float scale, long rows, long columns, long stride, long visible, long step);

/// x = x / max(|x|, eps), a row at a time.
void kernel_normalize(float *x, float eps, long rows, long columns, long stride);

/// Half-precision numbers (IEEE binary16) as single ones, exactly; `from` need not be aligned.
void kernel_from_half(const void *from, float *to, long count);

/// bfloat16 numbers as single ones, exactly; `from` need not be aligned.
void kernel_from_bfloat16(const void *from, float *to, long count);

/// Single-precision numbers, `columns` a row, as the nearest bfloat16 ones, whose rows lie `to_stride` apart.
void kernel_to_bfloat16(const float *from, void *to, long rows, long columns, long to_stride);

/// The most channels that one call of the two kernels below takes: a cache line of them.
enum { kernel_map_lanes = 16 };

/// out = the mean over `pixels` pixels, `stride` numbers apart, of `lanes` channels that lie side by side.
void kernel_map_mean(const float *x, float *out, long pixels, long lanes, long stride);

/// x = x * gate, pixel by pixel, for `lanes` channels that lie side by side.
void kernel_map_gate(float *x, const float *gate, long pixels, long lanes, long stride);

/// A depthwise convolution of a block of channels that lie side by side: 16 of them, or 8.
typedef struct {
    long lanes;
    long height, width;          // of the input
    long out_height, out_width;  // of the output
    long size, stride;           // of the window
    long top, left;              // pixels of padding
    int activates_input;         // whether x sigmoid(x) of the input is taken
    int activates_output;        // and of the output
} kernel_depthwise_shape;

/// How many numbers of scratch memory a call of `kernel_depthwise` needs.
long kernel_depthwise_scratch(const kernel_depthwise_shape *shape);

/// Rows `from` to `to` of the output of one block; `weights` is size x size x lanes, and `sums` gets the sum of each
/// channel over these rows. Every input row is read once, and a window's rows stay in the cache with their activation.
void kernel_depthwise(const kernel_depthwise_shape *shape, const float *x, const float *weights, const float *bias,
                      float *out, float *sums, float *scratch, long from, long to);

/// out[i] = weights[i] . x + bias[i] for rows of `columns` numbers.
void kernel_matrix_vector(const float *weights, const float *bias, const float *x, float *out, long rows,
                          long columns);

/// Whether a long computation should stop.
typedef int (*kernel_stop)(void *context);

/// What `kernel_eigen_*` return beside LAPACK's own numbers.
enum { kernel_stopped = -1000, kernel_no_memory = -1001, kernel_too_large = -1002 };

/// The eigenvalues of a symmetric matrix, ascending, and its eigenvectors, one after the other; `a` (order x order) is
/// overwritten. Asks `stop` every few hundredths of the work.
/// Returns 0, the number of LAPACK's that did not converge, or one of the above.
int kernel_eigen_f32(int order, float *a, float *values, float *vectors, kernel_stop stop, void *context);
int kernel_eigen_f64(int order, double *a, double *values, double *vectors, kernel_stop stop, void *context);

#pragma GCC visibility pop
