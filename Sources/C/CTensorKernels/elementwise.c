#include "CElementwise.h"
#include "kernel_dispatch.h"

// The base instruction set has no rounding of vectors: there those loops call the C library for each number.
#pragma clang diagnostic ignored "-Wpass-failed"

// The output may be one of the inputs, number for number: clang need not prove that they do not overlap.
#define EACH(count, body)                                                                                      \
    _Pragma("clang loop vectorize(assume_safety)") for (long j = 0; j < (count); j++) { body; }

/// One operation on two operands, of which each has a number for each column or one for all.
#define ROWS(T, O, expression)                                                                                 \
    for (long i = 0; i < rows; i++) {                                                                          \
        const T *left = a + i * a_row, *right = b + i * b_row;                                                 \
        O *to = out + i * columns;                                                                             \
        if (a_column && b_column) {                                                                            \
            EACH(columns, T x = left[j]; T y = right[j]; to[j] = expression)                                   \
        } else if (a_column) {                                                                                 \
            T y = right[0];                                                                                    \
            EACH(columns, T x = left[j]; to[j] = expression)                                                   \
        } else if (b_column) {                                                                                 \
            T x = left[0];                                                                                     \
            EACH(columns, T y = right[j]; to[j] = expression)                                                  \
        } else {                                                                                               \
            T x = left[0], y = right[0];                                                                       \
            EACH(columns, to[j] = expression)                                                                  \
        }                                                                                                      \
    }

#define DEFINE(T, suffix, builtin)                                                                             \
    KERNEL(kernel_combine_##suffix, (int operation, const T *a, long a_row, long a_column, const T *b,         \
            long b_row, long b_column, T *out, long rows, long columns),                                       \
           (operation, a, a_row, a_column, b, b_row, b_column, out, rows, columns)) {                          \
        switch (operation) {                                                                                   \
        case kernel_add: ROWS(T, T, x + y) break;                                                              \
        case kernel_subtract: ROWS(T, T, x - y) break;                                                         \
        case kernel_multiply: ROWS(T, T, x * y) break;                                                         \
        case kernel_divide: ROWS(T, T, x / y) break;                                                           \
        case kernel_smaller: ROWS(T, T, x < y || x != x ? x : y) break;                                        \
        case kernel_larger: ROWS(T, T, x > y || x != x ? x : y) break;                                         \
        }                                                                                                      \
    }                                                                                                          \
    KERNEL(kernel_compare_##suffix, (int operation, const T *a, long a_row, long a_column, const T *b,         \
            long b_row, long b_column, unsigned char *out, long rows, long columns),                           \
           (operation, a, a_row, a_column, b, b_row, b_column, out, rows, columns)) {                          \
        switch (operation) {                                                                                   \
        case kernel_less: ROWS(T, unsigned char, x < y) break;                                                 \
        case kernel_less_or_equal: ROWS(T, unsigned char, x <= y) break;                                       \
        case kernel_equal: ROWS(T, unsigned char, x == y) break;                                               \
        case kernel_not_equal: ROWS(T, unsigned char, x != y) break;                                           \
        }                                                                                                      \
    }                                                                                                          \
    KERNEL(kernel_transform_##suffix, (int operation, const T *x, T *out, long count, T low, T high),          \
           (operation, x, out, count, low, high)) {                                                            \
        switch (operation) {                                                                                   \
        case kernel_negate: EACH(count, out[j] = -x[j]) break;                                                 \
        case kernel_absolute: EACH(count, out[j] = __builtin_fabs##builtin(x[j])) break;                       \
        case kernel_square: EACH(count, out[j] = x[j] * x[j]) break;                                           \
        /* Not __builtin_sqrt, which may set errno for a negative number and so is not made into vectors. */   \
        case kernel_square_root: EACH(count, out[j] = __builtin_elementwise_sqrt(x[j])) break;                 \
        case kernel_floor: EACH(count, out[j] = __builtin_floor##builtin(x[j])) break;                         \
        case kernel_ceiling: EACH(count, out[j] = __builtin_ceil##builtin(x[j])) break;                        \
        case kernel_round_even: EACH(count, out[j] = __builtin_rint##builtin(x[j])) break;                     \
        case kernel_sign: EACH(count, out[j] = x[j] != x[j] ? x[j] : (T)((x[j] > 0) - (x[j] < 0))) break;      \
        case kernel_clip:                                                                                      \
            EACH(count, T y = x[j] < low ? low : x[j]; out[j] = y > high ? high : y) break;                    \
        }                                                                                                      \
    }

DEFINE(float, f32, f)
DEFINE(double, f64, )
