#define _GNU_SOURCE
#include "stopping.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

// LAPACK takes minutes for what a long study needs, and has no way to stop. But its routines are Fortran, which holds nothing
// and leaves its steps to BLAS, in calls that the dynamic linker resolves. So functions of BLAS's names that come first ask
// whether to stop, and go on to BLAS's own with their arguments as they came. The C routines of OpenBLAS do not pass here.

static _Thread_local struct stopping *current;
// In how many threads, so that other callers of BLAS pay for no more than a look.
__attribute__((visibility("hidden"))) atomic_int stopping_count;

void stopping_begin(struct stopping *stopping, kernel_stop stop, void *context) {
    stopping->stop = stop;
    stopping->context = context;
    stopping->outer = current;
    current = stopping;
    atomic_fetch_add(&stopping_count, 1);
}

void stopping_end(struct stopping *stopping) {
    current = stopping->outer;
    atomic_fetch_sub(&stopping_count, 1);
}

#if defined(__x86_64__)

#define STEPS(f) f(0, sgemv_) f(1, dgemv_) f(2, sgemm_) f(3, dgemm_) f(4, sger_) f(5, dger_) f(6, strmm_) f(7, dtrmm_)

#define NAME(number, name) [number] = #name,
#define ONE(number, name) +1
static const char *const names[] = {STEPS(NAME)};
__attribute__((visibility("hidden"))) void *stopping_steps[0 STEPS(ONE)];

__attribute__((visibility("hidden"), used)) void stopping_step(int number) {
    if (stopping_steps[number] == NULL) stopping_steps[number] = dlsym(RTLD_NEXT, names[number]);
    struct stopping *here = current;
    if (here && here->stop(here->context)) siglongjmp(here->out, 1);
}

// Fortran passes addresses, six of them in registers.
#define STEP(number, name)                                                                                             \
    __asm__(".text\n.globl " #name "\n.type " #name ", @function\n.p2align 4\n" #name ":\n.cfi_startproc\n"            \
            "  cmpl $0, stopping_count(%rip)\n  jne 1f\n"                                                             \
            "  cmpq $0, stopping_steps+8*" #number "(%rip)\n  je 1f\n"                                                 \
            "  jmp *stopping_steps+8*" #number "(%rip)\n"                                                              \
            "1:\n  pushq %rdi\n  pushq %rsi\n  pushq %rdx\n  pushq %rcx\n  pushq %r8\n  pushq %r9\n  subq $8, %rsp\n"  \
            "  .cfi_adjust_cfa_offset 56\n  movl $" #number ", %edi\n  call stopping_step\n  addq $8, %rsp\n"          \
            "  popq %r9\n  popq %r8\n  popq %rcx\n  popq %rdx\n  popq %rsi\n  popq %rdi\n"                             \
            "  .cfi_adjust_cfa_offset -56\n  jmp *stopping_steps+8*" #number "(%rip)\n.cfi_endproc\n"                  \
            ".size " #name ", .-" #name "\n");
STEPS(STEP)

#endif
