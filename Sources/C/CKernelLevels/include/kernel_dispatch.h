#pragma once

// How one function is compiled for several instruction sets. The choice is a switch at each call, and not left to the
// dynamic loader (`target_clones`, IFUNC): its resolvers run while the library is being relocated, and one that reads
// a pointer whose relocation comes later chooses null.

#include "CKernelLevels.h"

#define INLINE static inline __attribute__((always_inline))

// Sums may be reordered, so that they vectorize, and products may be fused; NaN and infinity keep their meaning.
#define VECTORIZE _Pragma("clang fp reassociate(on) contract(fast)")

/// The level in use, read without a call.
extern int kernel_current_level __attribute__((visibility("hidden")));

/// Defines a kernel: `KERNEL(name, (long count, float *x), (count, x)) { body }`.
///
/// Tuned as the base level is: tuned for x86-64-v4 alone, clang leaves half of each AVX-512 register unused.
#if defined(__x86_64__)
#define KERNEL(name, parameters, arguments)                                                                \
    INLINE void name##_body parameters;                                                                    \
    __attribute__((noinline, target("arch=x86-64-v4,tune=x86-64"))) static void name##_avx512 parameters {             \
        name##_body arguments;                                                                             \
    }                                                                                                      \
    __attribute__((noinline, target("arch=x86-64-v3,tune=x86-64"))) static void name##_avx2 parameters {               \
        name##_body arguments;                                                                             \
    }                                                                                                      \
    __attribute__((noinline)) static void name##_base parameters { name##_body arguments; }                \
    void name parameters {                                                                                 \
        switch (__atomic_load_n(&kernel_current_level, __ATOMIC_RELAXED)) {                                \
        case kernel_level_avx512: name##_avx512 arguments; break;                                          \
        case kernel_level_avx2: name##_avx2 arguments; break;                                              \
        default: name##_base arguments; break;                                                             \
        }                                                                                                  \
    }                                                                                                      \
    INLINE void name##_body parameters
#else
#define KERNEL(name, parameters, arguments) void name parameters
#endif
