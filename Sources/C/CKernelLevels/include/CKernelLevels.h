#pragma once

// The instruction sets that the kernels are compiled for (`kernel_dispatch.h`), and the one that this process uses.

typedef enum {
    kernel_level_base,    // SSE2, or what another processor always has
    kernel_level_avx2,    // x86-64-v3
    kernel_level_avx512,  // x86-64-v4
} kernel_level;

#pragma GCC visibility push(hidden)

/// The highest level that the processor and the operating system have.
kernel_level kernel_level_of_processor(void);

/// The level's name among compilers, for instance "x86-64-v3".
const char *kernel_level_name(kernel_level level);

/// The level that kernels run at: the processor's, or a lower one that the environment variable `GYRUS_CPU_LEVEL` names.
kernel_level kernel_level_in_use(void);

/// Sets the level of all threads; one that the processor does not have becomes its highest.
void kernel_use_level(kernel_level level);

#pragma GCC visibility pop
