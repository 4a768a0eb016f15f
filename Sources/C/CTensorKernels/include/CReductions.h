#pragma once

// Sums and extremes of many numbers, in single and double precision. Each runs on the calling thread; sums are made in
// double precision, and never one number after the other over more than a few thousand.

#pragma GCC visibility push(hidden)

/// What `kernel_sum_*` adds up; the last three pass over NaN.
enum {
    kernel_sum_values,         // x
    kernel_sum_squares,        // (x - shift)²
    kernel_sum_valid,          // x
    kernel_sum_valid_squares,  // (x - shift)²
    kernel_sum_valid_count     // 1
};

/// Which extreme `kernel_extreme_*` looks for, and what a NaN does: it is the result, or it is passed over.
enum { kernel_least, kernel_greatest, kernel_least_valid, kernel_greatest_valid };

#define DECLARE(type, suffix)                                                                                  \
    /* The sum over `count` numbers side by side. */                                                           \
    void kernel_sum_##suffix(int kind, const type *x, long count, double shift, double *result);               \
    /* sums[j] += the sum over the rows of column j; a row is `columns` numbers, and `shifts` has one each. */ \
    void kernel_sum_columns_##suffix(int kind, const type *x, long rows, long columns, const double *shifts,   \
                                     double *sums);                                                            \
    /* The extreme of `count` numbers, 1 or more; NaN where all are passed over. */                            \
    void kernel_extreme_##suffix(int kind, const type *x, long count, type *result);                           \
    /* The extremes of the columns of 1 row or more. */                                                        \
    void kernel_extreme_columns_##suffix(int kind, const type *x, long rows, long columns, type *results);

DECLARE(float, f32)
DECLARE(double, f64)
#undef DECLARE

#pragma GCC visibility pop
