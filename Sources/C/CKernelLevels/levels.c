#include "kernel_dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The base level until the constructor has run: a kernel that is called before it is slow, not wrong.
int kernel_current_level = kernel_level_base;

kernel_level kernel_level_of_processor(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return kernel_level_avx512;
    if (__builtin_cpu_supports("x86-64-v3")) return kernel_level_avx2;
#endif
    return kernel_level_base;
}

const char *kernel_level_name(kernel_level level) {
#if defined(__x86_64__)
    static const char *const names[] = {"x86-64", "x86-64-v3", "x86-64-v4"};
    return names[level];
#else
    (void)level;
    return "base";
#endif
}

kernel_level kernel_level_in_use(void) {
    return (kernel_level)__atomic_load_n(&kernel_current_level, __ATOMIC_RELAXED);
}

void kernel_use_level(kernel_level level) {
    kernel_level highest = kernel_level_of_processor();
    __atomic_store_n(&kernel_current_level, level < highest ? level : highest, __ATOMIC_RELAXED);
}

__attribute__((constructor)) static void choose_level(void) {
    const char *wanted = getenv("GYRUS_CPU_LEVEL");
    kernel_level level = kernel_level_avx512;
    while (wanted && level > kernel_level_base && strcmp(wanted, kernel_level_name(level)) != 0) level--;
    if (wanted && strcmp(wanted, kernel_level_name(level)) != 0) {
        fprintf(stderr, "GYRUS_CPU_LEVEL is \"%s\", not x86-64, x86-64-v3 or x86-64-v4; the processor's level is used\n",
                wanted);
        level = kernel_level_avx512;
    }
    kernel_use_level(level);
}
