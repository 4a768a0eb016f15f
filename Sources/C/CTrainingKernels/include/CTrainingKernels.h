#pragma once

// Hidden: the library calls its own kernels directly, whatever else the process has loaded.
#pragma GCC visibility push(hidden)

// What training needs beside matrix products: the forward kernels keep what the backward ones ask for. Rows are row-major
// and contiguous. Each function runs on the calling thread, and is compiled for AVX-512, AVX2 and the base instruction
// set, chosen at each call. "Adds" means that gradients are added to what is there.

typedef enum { train_gelu, train_gelu_tanh, train_quick_gelu, train_silu, train_relu } train_activation;

/// x = x + bias.
void train_add_bias(float *x, const float *bias, long rows, long columns);
/// Adds the sum over the rows of dy to `gradient`.
void train_bias_gradient(const float *dy, float *gradient, long rows, long columns);
/// x = x + y.
void train_add(float *x, const float *y, long count);

/// x = x + bias, kept for the way back; out = activation(x).
void train_activate(train_activation kind, float *x, const float *bias, float *out, long rows, long columns);
/// dy = dy * activation'(x), in place.
void train_activate_backward(train_activation kind, const float *x, float *dy, long count);

/// out = normalized x; keeps the mean and 1 / deviation of each row.
void train_layer_norm(const float *x, const float *gamma, const float *beta, float epsilon, float *out, float *mean,
                      float *scale, long rows, long columns);
/// dx = the gradient, or dx + the gradient if `accumulates`; adds to those of gamma and beta unless they are null.
/// `dx` may be `dy`.
void train_layer_norm_backward(const float *dy, const float *x, const float *gamma, const float *mean,
                               const float *scale, float *dx, int accumulates, float *d_gamma, float *d_beta,
                               long rows, long columns);

/// The numbers of scratch memory for sequences of up to `tokens`, and the room for the weights of one head and sequence.
long train_attention_scratch(long tokens, long head_width);
long train_attention_room(long tokens);
/// Attention within sequences that lie one after the other: sequence s is rows offsets[s] to offsets[s + 1] of `qkv`, whose
/// rows are query, key and value of all heads. Keeps the attention's weights, sequence by sequence and head by head.
void train_attention(const float *qkv, const long *offsets, long sequences, long heads, long width, float *weights,
                     float *out, float *scratch);
/// d_qkv = the gradient from that of `out`.
void train_attention_backward(const float *qkv, const long *offsets, long sequences, long heads, long width,
                              const float *weights, const float *d_out, float *d_qkv, float *scratch);

/// The windows of a convolution as rows: images x out_side x out_side rows of size x size x channels numbers, from images
/// of side x side x channels; what lies outside is zero.
void train_windows(const float *x, long images, long side, long channels, long size, long stride, long padding,
                   long out_side, float *rows);
/// Writes to x the sums of the windows' gradients.
void train_windows_backward(const float *rows, long images, long side, long channels, long size, long stride,
                            long padding, long out_side, float *x);
/// out = (pixels - mean) * factor, channel by channel (3 of them).
void train_pixels(const unsigned char *pixels, const float *mean, const float *factor, float *out, long count);

/// x / |x| of each row, and 1 / |x|.
void train_normalize(const float *x, float *out, float *factors, long rows, long columns);
/// dx from dy, where `y` is the normalized row.
void train_normalize_backward(const float *dy, const float *y, const float *factors, float *dx, long rows, long columns);

/// Softmax and cross-entropy of rows of `columns` logits against one target each, in place: x becomes
/// weight * (softmax - target), column `skip[i]` counts as absent unless it is negative (`skip` may be null). Returns the sum of
/// the rows' losses, and adds the sum over x of gradient * logit to `inner`.
double train_cross_entropy(float *x, const long *targets, const long *skip, float weight, long rows, long columns,
                           long stride, double *inner);
/// Sigmoid cross-entropy of `count` logits against targets from 0 to 1, in place: x becomes weight * (sigmoid - target).
double train_binary_cross_entropy(float *x, const float *targets, float weight, long count);

/// The sum of squares, in double precision.
double train_sum_squares(const float *x, long count);
/// AdamW as in PyTorch: decay of the weights themselves, moments of factor * gradient, a step of `rate`.
void train_adamw(float *weights, float *first, float *second, const float *gradient, long count, float factor,
                 float rate, float decay, float beta1, float beta2, float epsilon, double correction1,
                 double correction2);
/// slow = momentum * slow + (1 - momentum) * fast.
void train_follow(float *slow, const float *fast, float momentum, long count);

#pragma GCC visibility pop
