#define _GNU_SOURCE
#include "signals.h"
#include "code.h"

#include <errno.h>
#include <ucontext.h>

// The one handler of all signals, and the instructions by which a thread of its own accord comes to it.

extern const char gyrus_leave_instruction[];
__asm__(".text\nnop\n.globl gyrus_met_again_instruction\ngyrus_met_again_instruction: ud2\n");

static __thread enum outcome leaving;

static void handle(int signal, siginfo_t *info, void *opaque) {
    int error = errno;
    ucontext_t *context = opaque;
    struct thread *thread = thread_current();
    uintptr_t pc = program_counter(context);
    if (signal == INTERRUPT_SIGNAL) {
        bool is_own = thread && atomic_exchange(&thread->is_signalled, false);
        if (!is_own) handlers_call_of_cells(signal, info, context);
        interrupt_arrived(thread, context);
    } else if (signal == SIGSEGV && (uintptr_t)info->si_addr == pc && image_contains(pc)) {
        trap_at_bar(thread, context);
    } else if (signal == SIGILL && pc == (uintptr_t)gyrus_leave_instruction) {
        struct trail trail;
        trail_follow(&trail, context);
        struct report found = {.outcome = leaving};
        bool is_anothers = thread->job == NULL && !way_out_is_due(thread, &trail);
        if (trail.frame_count == 0 || is_anothers) {
            context->uc_mcontext.gregs[REG_RIP] += 2; // Behind the instruction: there is nothing to leave.
        } else {
            way_out_report(thread, &trail, &found);
            way_out(thread, context, &trail, leaving);
        }
    } else if (signal == SIGILL && pc == (uintptr_t)gyrus_met_again_instruction && thread) {
        context->uc_mcontext.gregs[REG_RIP] = (greg_t)thread->met_again_at;
        thread->met_again_slot = NULL;
        struct trail trail;
        trail_follow(&trail, context);
        way_out(thread, context, &trail, OUTCOME_TRAP);
    } else {
        trap_arrived(thread, signal, info, context);
    }
    errno = error;
}

__attribute__((noinline)) void signal_leave(enum outcome outcome) {
    struct thread *thread = thread_current();
    if (thread == NULL || !thread->armed) return;
    leaving = outcome;
    __asm__ volatile(".globl gyrus_leave_instruction\ngyrus_leave_instruction: ud2" ::: "memory");
}

void signals_prepare(void) { handlers_install(handle); }
