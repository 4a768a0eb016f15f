#include "CReductions.h"
#include "kernel_dispatch.h"

enum { block = 1024, lanes = 16 };

// Sums over blocks are added in pairs, then those sums in pairs, and so on: `partial[k]` is the sum over 2^k blocks.
#define PAIRWISE(term)                                                                                         \
    {                                                                                                          \
        double partial[64];                                                                                    \
        long index = 0;                                                                                        \
        for (long start = 0; start < count; start += block, index++) {                                         \
            long end = start + block < count ? start + block : count;                                          \
            double sum = 0;                                                                                    \
            for (long i = start; i < end; i++) {                                                               \
                double value = x[i];                                                                           \
                sum += term;                                                                                   \
            }                                                                                                  \
            int level = 0;                                                                                     \
            for (; index >> level & 1; level++) sum += partial[level];                                         \
            partial[level] = sum;                                                                              \
        }                                                                                                      \
        double sum = 0;                                                                                        \
        for (int level = 0; index >> level; level++) {                                                         \
            if (index >> level & 1) sum += partial[level];                                                     \
        }                                                                                                      \
        *result = sum;                                                                                         \
    }

// Four rows at a time: their sum is made before it is added to what came before.
#define COLUMNS(term)                                                                                          \
    {                                                                                                          \
        long row = 0;                                                                                          \
        for (; row + 4 <= rows; row += 4) {                                                                    \
            const TYPE *restrict from = x + row * columns;                                                     \
            for (long j = 0; j < columns; j++) {                                                               \
                double sum = 0;                                                                                \
                _Pragma("clang loop unroll(full)") for (long k = 0; k < 4; k++) {                              \
                    double value = from[k * columns + j];                                                      \
                    sum += term;                                                                               \
                }                                                                                              \
                sums[j] += sum;                                                                                \
            }                                                                                                  \
        }                                                                                                      \
        for (; row < rows; row++) {                                                                            \
            const TYPE *restrict from = x + row * columns;                                                     \
            for (long j = 0; j < columns; j++) {                                                               \
                double value = from[j];                                                                        \
                sums[j] += term;                                                                               \
            }                                                                                                  \
        }                                                                                                      \
    }

// `better` says whether `value` takes the place of `best`. Lanes are compared on their own, then with each other.
#define EXTREME(T, better)                                                                                     \
    {                                                                                                          \
        T each[lanes];                                                                                         \
        for (long k = 0; k < lanes; k++) each[k] = x[0];                                                       \
        long i = 0;                                                                                            \
        for (; i + lanes <= count; i += lanes) {                                                               \
            for (long k = 0; k < lanes; k++) {                                                                 \
                T value = x[i + k], best = each[k];                                                            \
                each[k] = (better) ? value : best;                                                               \
            }                                                                                                  \
        }                                                                                                      \
        T best = each[0];                                                                                      \
        for (long k = 1; k < lanes; k++) {                                                                     \
            T value = each[k];                                                                                 \
            best = (better) ? value : best;                                                                      \
        }                                                                                                      \
        for (; i < count; i++) {                                                                               \
            T value = x[i];                                                                                    \
            best = (better) ? value : best;                                                                      \
        }                                                                                                      \
        *result = best;                                                                                        \
    }

#define EXTREME_COLUMNS(T, better)                                                                             \
    for (long i = 1; i < rows; i++) {                                                                          \
        const T *restrict from = x + i * columns;                                                              \
        for (long j = 0; j < columns; j++) {                                                                   \
            T value = from[j], best = results[j];                                                              \
            results[j] = (better) ? value : best;                                                                \
        }                                                                                                      \
    }

#define DEFINE(T, suffix)                                                                                      \
    KERNEL(kernel_sum_##suffix, (int kind, const T *x, long count, double shift, double *result),              \
           (kind, x, count, shift, result)) {                                                                  \
        VECTORIZE                                                                                              \
        switch (kind) {                                                                                        \
        case kernel_sum_values: PAIRWISE(value) break;                                                         \
        case kernel_sum_squares: PAIRWISE((value - shift) * (value - shift)) break;                            \
        case kernel_sum_valid: PAIRWISE((value == value ? value : 0)) break;                                   \
        case kernel_sum_valid_squares:                                                                         \
            PAIRWISE((value == value ? (value - shift) * (value - shift) : 0)) break;                          \
        case kernel_sum_valid_count: PAIRWISE((value == value ? 1.0 : 0.0)) break;                             \
        }                                                                                                      \
    }                                                                                                          \
    KERNEL(kernel_sum_columns_##suffix, (int kind, const T *x, long rows, long columns, const double *shifts,  \
            double *sums), (kind, x, rows, columns, shifts, sums)) {                                           \
        typedef T TYPE;                                                                                        \
        switch (kind) {                                                                                        \
        case kernel_sum_values: COLUMNS(value) break;                                                          \
        case kernel_sum_squares: COLUMNS((value - shifts[j]) * (value - shifts[j])) break;                     \
        case kernel_sum_valid: COLUMNS((value == value ? value : 0)) break;                                    \
        case kernel_sum_valid_squares:                                                                         \
            COLUMNS((value == value ? (value - shifts[j]) * (value - shifts[j]) : 0)) break;                   \
        case kernel_sum_valid_count: COLUMNS((value == value ? 1.0 : 0.0)) break;                              \
        }                                                                                                      \
    }                                                                                                          \
    KERNEL(kernel_extreme_##suffix, (int kind, const T *x, long count, T *result), (kind, x, count, result)) { \
        switch (kind) {                                                                                        \
        case kernel_least: EXTREME(T, (value < best) | (value != value)) break;                                \
        case kernel_greatest: EXTREME(T, (value > best) | (value != value)) break;                             \
        case kernel_least_valid: EXTREME(T, (value < best) | (best != best)) break;                            \
        case kernel_greatest_valid: EXTREME(T, (value > best) | (best != best)) break;                         \
        }                                                                                                      \
    }                                                                                                          \
    KERNEL(kernel_extreme_columns_##suffix, (int kind, const T *x, long rows, long columns, T *results),       \
           (kind, x, rows, columns, results)) {                                                                \
        for (long j = 0; j < columns; j++) results[j] = x[j];                                                  \
        switch (kind) {                                                                                        \
        case kernel_least: EXTREME_COLUMNS(T, (value < best) | (value != value)) break;                        \
        case kernel_greatest: EXTREME_COLUMNS(T, (value > best) | (value != value)) break;                     \
        case kernel_least_valid: EXTREME_COLUMNS(T, (value < best) | (best != best)) break;                    \
        case kernel_greatest_valid: EXTREME_COLUMNS(T, (value > best) | (best != best)) break;                 \
        }                                                                                                      \
    }

DEFINE(float, f32)
DEFINE(double, f64)
