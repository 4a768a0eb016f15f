#pragma once

// Functions such as exp, over numbers side by side, in single and double precision, on the calling thread: those of the
// C library's vectors (libmvec: within 4 units in the last place) where the processor has them.

#pragma GCC visibility push(hidden)

enum {
    kernel_exp, kernel_expm1, kernel_log, kernel_log2, kernel_log10, kernel_log1p, kernel_sin, kernel_cos, kernel_tan,
    kernel_asin, kernel_acos, kernel_atan, kernel_sinh, kernel_cosh, kernel_tanh
};

#define DECLARE(type, suffix)                                                                                  \
    /* out = f(x), where `out` may be x. */                                                                    \
    void kernel_function_##suffix(int function, const type *x, type *out, long count);                         \
    /* out = x to the power y; a step is 1, or 0 where one number serves for all. `out` may be x or y. */      \
    void kernel_power_##suffix(const type *x, long x_step, const type *y, long y_step, type *out, long count);

DECLARE(float, f32)
DECLARE(double, f64)
#undef DECLARE

#pragma GCC visibility pop
