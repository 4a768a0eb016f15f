#include "CFunctions.h"
#include "CKernelLevels.h"
#include <math.h>
#include <string.h>

// The functions, with the name that vectors of the C library have before "f" or nothing. Those that came with its
// version 2.35 are weak, so that an older one will do.
#define OLD(apply) apply(exp) apply(log) apply(sin) apply(cos)
#define NEW(apply)                                                                                             \
    apply(expm1) apply(log2) apply(log10) apply(log1p) apply(tan) apply(asin) apply(acos) apply(atan) apply(sinh) \
        apply(cosh) apply(tanh)

#define SCALAR_CASE(name, f)                                                                                   \
    case kernel_##name:                                                                                        \
        for (long j = 0; j < count; j++) out[j] = name##f(x[j]);                                               \
        return;
#define SCALAR_DOUBLE(name) SCALAR_CASE(name, )
#define SCALAR_SINGLE(name) SCALAR_CASE(name, f)

static void scalar_f64(int function, const double *x, double *out, long count) {
    switch (function) { OLD(SCALAR_DOUBLE) NEW(SCALAR_DOUBLE) }
}

static void scalar_f32(int function, const float *x, float *out, long count) {
    switch (function) { OLD(SCALAR_SINGLE) NEW(SCALAR_SINGLE) }
}

#if !defined(__x86_64__) || !defined(__GLIBC__)
static void scalar_power_f64(const double *x, long x_step, const double *y, long y_step, double *out, long count) {
    for (long j = 0; j < count; j++) out[j] = pow(x[j * x_step], y[j * y_step]);
}

static void scalar_power_f32(const float *x, long x_step, const float *y, long y_step, float *out, long count) {
    for (long j = 0; j < count; j++) out[j] = powf(x[j * x_step], y[j * y_step]);
}
#endif

#if defined(__x86_64__) && defined(__GLIBC__)

/// Calls `f` on vectors of x; the last one is filled up with ones.
#define OVER_VECTORS(T, V, f)                                                                                  \
    {                                                                                                          \
        enum { width = sizeof(V) / sizeof(T) };                                                                \
        V vector;                                                                                              \
        long j = 0;                                                                                            \
        for (; j + width <= count; j += width) {                                                               \
            memcpy(&vector, x + j, sizeof vector);                                                             \
            vector = f(vector);                                                                                \
            memcpy(out + j, &vector, sizeof vector);                                                           \
        }                                                                                                      \
        if (j < count) {                                                                                       \
            T part[width];                                                                                     \
            for (long k = 0; k < width; k++) part[k] = j + k < count ? x[j + k] : 1;                           \
            memcpy(&vector, part, sizeof vector);                                                              \
            vector = f(vector);                                                                                \
            memcpy(out + j, &vector, (count - j) * sizeof(T));                                                 \
        }                                                                                                      \
    }

#define OLD_CASE(T, V, prefix, name, f)                                                                        \
    case kernel_##name: OVER_VECTORS(T, V, prefix##v_##name##f) return;
#define NEW_CASE(T, V, prefix, name, f)                                                                        \
    case kernel_##name:                                                                                        \
        if (!prefix##v_##name##f) break;                                                                       \
        OVER_VECTORS(T, V, prefix##v_##name##f) return;

/// Fills a vector with the numbers from j on; what is missing at the end becomes 1.
#define OPERAND(T, vector, from, step)                                                                         \
    if (step && j + width <= count) {                                                                          \
        memcpy(&vector, from + j, sizeof vector);                                                              \
    } else {                                                                                                   \
        T part[width];                                                                                         \
        for (long k = 0; k < width; k++) part[k] = j + k < count ? from[(j + k) * step] : 1;                   \
        memcpy(&vector, part, sizeof vector);                                                                  \
    }

#define POWER(T, V, f)                                                                                         \
    {                                                                                                          \
        enum { width = sizeof(V) / sizeof(T) };                                                                \
        V base, exponent;                                                                                      \
        for (long j = 0; j < count; j += width) {                                                              \
            OPERAND(T, base, x, x_step)                                                                        \
            OPERAND(T, exponent, y, y_step)                                                                    \
            base = f(base, exponent);                                                                          \
            memcpy(out + j, &base, (count - j < width ? count - j : width) * sizeof(T));                       \
        }                                                                                                      \
    }

/// One instruction set and precision: the C library's names, and a function of this file's that chooses among them.
#define LEVEL(level, target_name, T, V, prefix, f, suffix, OLD_DECLARE, NEW_DECLARE, OLD_CASES, NEW_CASES)     \
    OLD(OLD_DECLARE) NEW(NEW_DECLARE)                                                                          \
    __attribute__((target(target_name), WHOLE)) V prefix##vv_pow##f(V, V);                                            \
    __attribute__((target(target_name), WHOLE)) static void function_##suffix##_##level(                              \
        int function, const T *x, T *out, long count) {                                                        \
        switch (function) { OLD(OLD_CASES) NEW(NEW_CASES) }                                                    \
        scalar_##suffix(function, x, out, count);                                                              \
    }                                                                                                          \
    __attribute__((target(target_name), WHOLE)) static void power_##suffix##_##level(                                 \
        const T *x, long x_step, const T *y, long y_step, T *out, long count)                                  \
        POWER(T, V, prefix##vv_pow##f)

typedef double double2 __attribute__((vector_size(16)));
typedef double double4 __attribute__((vector_size(32)));
typedef double double8 __attribute__((vector_size(64)));
typedef float float4 __attribute__((vector_size(16)));
typedef float float8 __attribute__((vector_size(32)));
typedef float float16 __attribute__((vector_size(64)));

// Without it clang hands over a vector of 512 bits in two registers, and the C library looks into one.
#define WHOLE min_vector_width(512)
#define BASE "sse2"
#define AVX2 "arch=x86-64-v3"
#define AVX512 "arch=x86-64-v4,tune=x86-64"

#define DECLARE_VECTOR(name, V, prefix, f, target_name, strength)                                              \
    __attribute__((target(target_name), WHOLE strength)) V prefix##v_##name##f(V);
#define STRONG
#define WEAK , weak

#define OLD_1(n) DECLARE_VECTOR(n, double2, _ZGVbN2, , BASE, STRONG)
#define NEW_1(n) DECLARE_VECTOR(n, double2, _ZGVbN2, , BASE, WEAK)
#define OLD_CASE_1(n) OLD_CASE(double, double2, _ZGVbN2, n, )
#define NEW_CASE_1(n) NEW_CASE(double, double2, _ZGVbN2, n, )
LEVEL(base, BASE, double, double2, _ZGVbN2, , f64, OLD_1, NEW_1, OLD_CASE_1, NEW_CASE_1)
#define OLD_2(n) DECLARE_VECTOR(n, double4, _ZGVdN4, , AVX2, STRONG)
#define NEW_2(n) DECLARE_VECTOR(n, double4, _ZGVdN4, , AVX2, WEAK)
#define OLD_CASE_2(n) OLD_CASE(double, double4, _ZGVdN4, n, )
#define NEW_CASE_2(n) NEW_CASE(double, double4, _ZGVdN4, n, )
LEVEL(avx2, AVX2, double, double4, _ZGVdN4, , f64, OLD_2, NEW_2, OLD_CASE_2, NEW_CASE_2)
#define OLD_3(n) DECLARE_VECTOR(n, double8, _ZGVeN8, , AVX512, STRONG)
#define NEW_3(n) DECLARE_VECTOR(n, double8, _ZGVeN8, , AVX512, WEAK)
#define OLD_CASE_3(n) OLD_CASE(double, double8, _ZGVeN8, n, )
#define NEW_CASE_3(n) NEW_CASE(double, double8, _ZGVeN8, n, )
LEVEL(avx512, AVX512, double, double8, _ZGVeN8, , f64, OLD_3, NEW_3, OLD_CASE_3, NEW_CASE_3)
#define OLD_4(n) DECLARE_VECTOR(n, float4, _ZGVbN4, f, BASE, STRONG)
#define NEW_4(n) DECLARE_VECTOR(n, float4, _ZGVbN4, f, BASE, WEAK)
#define OLD_CASE_4(n) OLD_CASE(float, float4, _ZGVbN4, n, f)
#define NEW_CASE_4(n) NEW_CASE(float, float4, _ZGVbN4, n, f)
LEVEL(base, BASE, float, float4, _ZGVbN4, f, f32, OLD_4, NEW_4, OLD_CASE_4, NEW_CASE_4)
#define OLD_5(n) DECLARE_VECTOR(n, float8, _ZGVdN8, f, AVX2, STRONG)
#define NEW_5(n) DECLARE_VECTOR(n, float8, _ZGVdN8, f, AVX2, WEAK)
#define OLD_CASE_5(n) OLD_CASE(float, float8, _ZGVdN8, n, f)
#define NEW_CASE_5(n) NEW_CASE(float, float8, _ZGVdN8, n, f)
LEVEL(avx2, AVX2, float, float8, _ZGVdN8, f, f32, OLD_5, NEW_5, OLD_CASE_5, NEW_CASE_5)
#define OLD_6(n) DECLARE_VECTOR(n, float16, _ZGVeN16, f, AVX512, STRONG)
#define NEW_6(n) DECLARE_VECTOR(n, float16, _ZGVeN16, f, AVX512, WEAK)
#define OLD_CASE_6(n) OLD_CASE(float, float16, _ZGVeN16, n, f)
#define NEW_CASE_6(n) NEW_CASE(float, float16, _ZGVeN16, n, f)
LEVEL(avx512, AVX512, float, float16, _ZGVeN16, f, f32, OLD_6, NEW_6, OLD_CASE_6, NEW_CASE_6)

#define AT_LEVEL(kernel, arguments)                                                                            \
    switch (kernel_level_in_use()) {                                                                           \
    case kernel_level_avx512: kernel##_avx512 arguments; break;                                                \
    case kernel_level_avx2: kernel##_avx2 arguments; break;                                                    \
    default: kernel##_base arguments; break;                                                                   \
    }
#else
#define AT_LEVEL(kernel, arguments) scalar_##kernel arguments;
#define scalar_function_f64 scalar_f64
#define scalar_function_f32 scalar_f32
#endif

void kernel_function_f64(int function, const double *x, double *out, long count) {
    AT_LEVEL(function_f64, (function, x, out, count))
}

void kernel_function_f32(int function, const float *x, float *out, long count) {
    AT_LEVEL(function_f32, (function, x, out, count))
}

void kernel_power_f64(const double *x, long x_step, const double *y, long y_step, double *out, long count) {
    AT_LEVEL(power_f64, (x, x_step, y, y_step, out, count))
}

void kernel_power_f32(const float *x, long x_step, const float *y, long y_step, float *out, long count) {
    AT_LEVEL(power_f32, (x, x_step, y, y_step, out, count))
}
