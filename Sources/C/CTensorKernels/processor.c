#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// Debian's OpenBLAS is of 2022, and takes a processor that came later (Emerald Rapids, Granite Rapids, Zen 5) for one of 2004.
// Products of doubles then take six times as long; and now and then the kernels for those processors, which nobody
// tests any more, gave eigenvalues that are not a number (2 of 15 runs of a test with two threads, none of 30 with the
// kernels below). So OpenBLAS chooses once more, and is told from what.

#if defined(__x86_64__)

// OpenBLAS's own; not there if it was built for one processor alone.
extern char *openblas_get_corename(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));
extern void gotoblas_dynamic_init(void) __attribute__((weak));

static const char variable[] = "OPENBLAS_CORETYPE";

// Whether OpenBLAS took the processor for one without AVX2.
static bool took_it_for_an_old_one(void) {
    static const char *const old[] = {"Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Sandybridge", "Atom",
                                      "Barcelona", "Bobcat", "Bulldozer", "Opteron", "Opteron_SSE3", "Athlon", "Nano"};
    const char *name = openblas_get_corename();
    for (size_t i = 0; name && i < sizeof old / sizeof *old; i++)
        if (strcmp(name, old[i]) == 0) return true;
    return false;
}

// The newest kernels of OpenBLAS's that run here, among those that it takes itself for the processors that it knows.
static const char *core_type(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return NULL;
    if (__builtin_cpu_is("amd")) return "Zen";
    bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return has_avx512 ? "SkylakeX" : "Haswell";
}

// Runs when the library is loaded, after OpenBLAS's own beginning and before anybody multiplies.
__attribute__((constructor)) static void choose_again(void) {
    if (!openblas_get_corename || !gotoblas_dynamic_quit || !gotoblas_dynamic_init) return;
    if (getenv(variable) || !took_it_for_an_old_one()) return;
    const char *type = core_type();
    if (!type || setenv(variable, type, 1) != 0) return;
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv(variable); // What this process starts has an OpenBLAS of its own.
}

#endif
