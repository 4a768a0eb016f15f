#include "process.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// Debian's OpenBLAS is of 2022, and takes each processor that came later (Emerald Rapids, Granite Rapids, Zen 5) for one of
// 2004: products of doubles then take six times as long. It can be told, before it is loaded, for which one to work.

static const char variable[] = "OPENBLAS_CORETYPE";
static bool was_told;

// The name that OpenBLAS has for the kernels that run here; NULL if its own choice is not known to be worse.
static const char *core_type(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    // What it takes by itself for those of Intel that it knows; the ones that have AVX-512 differ in half precision alone.
    if (__builtin_cpu_is("intel")) return has_avx512 ? "SkylakeX" : has_avx2 ? "Haswell" : NULL;
    bool is_known = __builtin_cpu_is("amdfam10h") || __builtin_cpu_is("amdfam15h") || __builtin_cpu_is("amdfam17h")
        || __builtin_cpu_is("amdfam19h");
    if (__builtin_cpu_is("amd") && has_avx2 && !is_known) return "Zen";
#endif
    return NULL;
}

void processor_tell(void) {
    const char *type = getenv(variable) ? NULL : core_type();
    was_told = type && setenv(variable, type, 1) == 0;
}

void processor_told(void) {
    // What cells start has an OpenBLAS of its own.
    if (was_told && dlsym(RTLD_DEFAULT, "openblas_get_corename")) {
        unsetenv(variable);
        was_told = false;
    }
}
