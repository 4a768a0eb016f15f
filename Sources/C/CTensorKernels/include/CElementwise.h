#pragma once

// Kernels over numbers side by side or rows of them, in single and double precision. Each runs on the calling thread.

#pragma GCC visibility push(hidden)

/// What `kernel_combine_*` does to two numbers. A NaN makes the smaller and the larger NaN.
enum { kernel_add, kernel_subtract, kernel_multiply, kernel_divide, kernel_smaller, kernel_larger };

/// What `kernel_compare_*` asks of two numbers.
enum { kernel_less, kernel_less_or_equal, kernel_equal, kernel_not_equal };

/// What `kernel_transform_*` does to one number.
enum {
    kernel_negate, kernel_absolute, kernel_square, kernel_square_root, kernel_floor, kernel_ceiling, kernel_round_even,
    kernel_sign, kernel_clip
};

/// out = a op b over rows x columns numbers; the rows of `out` lie side by side, and `out` may be `a` or `b`.
///
/// From one row to the next of a lie `a_row` numbers (0 repeats a row), and from one column to the next `a_column`,
/// which is 1, or 0 to repeat a number. The same holds for b.
#define DECLARE(type, suffix)                                                                                  \
    void kernel_combine_##suffix(int operation, const type *a, long a_row, long a_column, const type *b,       \
                                 long b_row, long b_column, type *out, long rows, long columns);               \
    void kernel_compare_##suffix(int operation, const type *a, long a_row, long a_column, const type *b,       \
                                 long b_row, long b_column, unsigned char *out, long rows, long columns);      \
    /* out = op(x), where `out` may be x; `low` and `high` are the limits of `kernel_clip`. */                 \
    void kernel_transform_##suffix(int operation, const type *x, type *out, long count, type low, type high);

DECLARE(float, f32)
DECLARE(double, f64)
#undef DECLARE

#pragma GCC visibility pop
