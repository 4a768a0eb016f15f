#include "../CTensorKernels/exponential.h"
#include "CTrainingKernels.h"

// Sequences of tens to hundreds of tokens: the products of a head are too small for a library's, whose call takes as long.

typedef float vector16 __attribute__((vector_size(64), aligned(4)));

INLINE long padded(long count) { return (count + 15) / 16 * 16; }

/// `rows` x 16 * `vectors` numbers of c = a b, held in registers; element (i, p) of a is a[i * a_row + p * a_column].
INLINE void block(const int rows, const int vectors, const float *a, long a_row, long a_column, const float *b,
                  long b_row, float *c, long c_row, long inner) {
    VECTORIZE
    vector16 sums[8][2];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[i][v] = (vector16){0};
    for (long p = 0; p < inner; p++) {
        const float *line = b + p * b_row;
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            vector16 numbers = *(const vector16 *)(line + 16 * v);
#pragma clang loop unroll(full)
            for (int i = 0; i < rows; i++) sums[i][v] += numbers * a[i * a_row + p * a_column];
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) *(vector16 *)(c + i * c_row + 16 * v) = sums[i][v];
}

/// c = a b, m x n by an inner extent; rows of b and c have room for n rounded up to 16.
INLINE void product(const float *a, long a_row, long a_column, const float *b, long b_row, float *c, long c_row,
                    long m, long n, long inner) {
    long column = 0;
    for (; column + 16 < n; column += 32) {
        long i = 0;
        for (; i + 4 <= m; i += 4)
            block(4, 2, a + i * a_row, a_row, a_column, b + column, b_row, c + i * c_row + column, c_row, inner);
        for (; i < m; i++)
            block(1, 2, a + i * a_row, a_row, a_column, b + column, b_row, c + i * c_row + column, c_row, inner);
    }
    for (; column < n; column += 16) {
        long i = 0;
        for (; i + 8 <= m; i += 8)
            block(8, 1, a + i * a_row, a_row, a_column, b + column, b_row, c + i * c_row + column, c_row, inner);
        for (; i < m; i++)
            block(1, 1, a + i * a_row, a_row, a_column, b + column, b_row, c + i * c_row + column, c_row, inner);
    }
}

/// The columns of a head side by side, each row filled up with zeros.
INLINE void pack(const float *from, long stride, long tokens, long width, float *to) {
    long row = padded(width);
    for (long i = 0; i < tokens; i++) {
        for (long j = 0; j < width; j++) to[i * row + j] = from[i * stride + j];
        for (long j = width; j < row; j++) to[i * row + j] = 0;
    }
}

/// The same, transposed.
INLINE void pack_transposed(const float *from, long stride, long tokens, long width, float *to) {
    long row = padded(tokens);
    for (long j = 0; j < width; j++) {
        for (long i = 0; i < tokens; i++) to[j * row + i] = from[i * stride + j];
        for (long i = tokens; i < row; i++) to[j * row + i] = 0;
    }
}

INLINE void unpack(const float *from, long tokens, long width, float *to, long stride) {
    long row = padded(width);
    for (long i = 0; i < tokens; i++)
        for (long j = 0; j < width; j++) to[i * stride + j] = from[i * row + j];
}

/// The softmax of scale * x over the first `tokens` numbers of each row; the others become zero.
INLINE void softmax(float *x, long tokens, float scale) {
    VECTORIZE
    long row = padded(tokens);
    for (long i = 0; i < tokens; i++) {
        float *line = x + i * row;
        float largest = line[0];
        for (long j = 1; j < tokens; j++) largest = line[j] > largest ? line[j] : largest;
        float sum = 0;
        for (long j = 0; j < tokens; j++) {
            float e = exponential(scale * (line[j] - largest));
            line[j] = e;
            sum += e;
        }
        float factor = 1.0f / sum;
        for (long j = 0; j < tokens; j++) line[j] *= factor;
        for (long j = tokens; j < row; j++) line[j] = 0;
    }
}

// Two to spare, since a block of two vectors may reach beyond the last one.
long train_attention_room(long tokens) { return tokens * padded(tokens) + 32; }

long train_attention_scratch(long tokens, long head_width) {
    return head_width * padded(tokens) + 3 * tokens * padded(head_width) + tokens * padded(tokens) + 5 * 32;
}

KERNEL(train_attention, (const float *qkv, const long *offsets, long sequences, long heads, long width,
        float *weights, float *out, float *scratch),
       (qkv, offsets, sequences, heads, width, weights, out, scratch)) {
    long size = width / heads;
    float scale = 1.0f / __builtin_sqrtf((float)size);
    for (long s = 0; s < sequences; s++) {
        long tokens = offsets[s + 1] - offsets[s], row = padded(tokens);
        float *keys = scratch, *values = keys + size * row + 32;
        float *result = values + tokens * padded(size) + 32;
        for (long head = 0; head < heads; head++) {
            const float *query = qkv + offsets[s] * 3 * width + head * size;
            pack_transposed(query + width, 3 * width, tokens, size, keys);
            pack(query + 2 * width, 3 * width, tokens, size, values);
            product(query, 3 * width, 1, keys, row, weights, row, tokens, row, size);
            softmax(weights, tokens, scale);
            product(weights, row, 1, values, padded(size), result, padded(size), tokens, padded(size), tokens);
            unpack(result, tokens, size, out + offsets[s] * width + head * size, width);
            weights += train_attention_room(tokens);
        }
    }
}

KERNEL(train_attention_backward, (const float *qkv, const long *offsets, long sequences, long heads, long width,
        const float *weights, const float *d_out, float *d_qkv, float *scratch),
       (qkv, offsets, sequences, heads, width, weights, d_out, d_qkv, scratch)) {
    VECTORIZE
    long size = width / heads, line = padded(size);
    float scale = 1.0f / __builtin_sqrtf((float)size);
    for (long s = 0; s < sequences; s++) {
        long tokens = offsets[s + 1] - offsets[s], row = padded(tokens);
        float *values = scratch, *packed = values + size * row + 32;
        float *given = packed + tokens * line + 32, *result = given + tokens * line + 32;
        float *scores = result + tokens * line + 32;
        for (long head = 0; head < heads; head++) {
            long first = offsets[s] * 3 * width + head * size;
            const float *query = qkv + first;
            const float *above = d_out + offsets[s] * width + head * size;
            pack_transposed(query + 2 * width, 3 * width, tokens, size, values);
            pack(above, width, tokens, size, given);
            product(weights, 1, row, given, line, result, line, tokens, line, tokens);
            unpack(result, tokens, size, d_qkv + first + 2 * width, 3 * width);
            product(above, width, 1, values, row, scores, row, tokens, row, size);
            for (long i = 0; i < tokens; i++) {
                const float *p = weights + i * row;
                float *g = scores + i * row;
                float sum = 0;
                for (long j = 0; j < row; j++) sum += p[j] * g[j];
#pragma clang loop vectorize(assume_safety)
                for (long j = 0; j < row; j++) g[j] = scale * p[j] * (g[j] - sum);
            }
            pack(query + width, 3 * width, tokens, size, packed);
            product(scores, row, 1, packed, line, result, line, tokens, line, tokens);
            unpack(result, tokens, size, d_qkv + first, 3 * width);
            pack(query, 3 * width, tokens, size, packed);
            product(scores, 1, row, packed, line, result, line, tokens, line, tokens);
            unpack(result, tokens, size, d_qkv + first + width, 3 * width);
            weights += train_attention_room(tokens);
        }
    }
}
