#define _GNU_SOURCE
#include "code.h"
#include "process.h"
#include "signals.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

// What a trap does, and a thread that comes back into a barred cell.

enum { PAGE = 4096, NEAR_STACK = 64 << 10, SYSTEM_STACK = 256 << 10 };
enum { PAUSE_STEPS = 100, PAUSE_STEP_NANOSECONDS = 2000000 };

static void look(struct thread *thread, void *is_used) {
    if (thread->reserve_is_open) *(bool *)is_used = true;
}

// Whether a thread that met the end of its stack has yet to come back to its cell, though no job ends for it.
static bool any_reserve_is_used(void) {
    bool is_used = false;
    threads_each(look, &is_used);
    return is_used;
}

// Lets a thread that an interrupt is not meant for wait until the cells are open again.
static void pause_at_bar(uintptr_t pc) {
    struct timespec step = {.tv_nsec = PAUSE_STEP_NANOSECONDS};
    for (int i = 0; i < PAUSE_STEPS && images_are_barred() && (jobs_any_must_end() || any_reserve_is_used()); i++)
        nanosleep(&step, NULL);
    images_bar(false);
    image_open(pc);
}

void trap_at_bar(struct thread *thread, ucontext_t *context) {
    uintptr_t pc = program_counter(context);
    if (thread == NULL || !thread->armed) return pause_at_bar(pc);
    struct trail trail;
    if (!thread->reserve_is_open) {
        if (thread->job ? !thread_must_leave(thread) : !jobs_any_must_end()) return pause_at_bar(pc);
        trail_follow(&trail, context);
        if (!thread->is_guarded && !way_out_is_due(thread, &trail)) return pause_at_bar(pc);
    } else {
        trail_follow(&trail, context);
    }
    way_out_interrupted(thread, context, &trail);
}

// A library that meets the end of the stack may hold a lock: it continues in the reserve until it returns to the cell.
static bool open_reserve(struct thread *thread, const struct trail *trail) {
    if (thread->reserve_is_open || thread->reserve_low == thread->stack_low || trail->frame_count == 0) return false;
    uintptr_t guard = thread->reserve_low + PAGE;
    if (mprotect((void *)guard, thread->stack_low - guard, PROT_READ | PROT_WRITE) != 0) return false;
    thread->reserve_is_open = 1;
    return true;
}

// Whether a fault is a push or a call beyond the stack.
static bool is_end_of_stack(const struct thread *thread, int signal, const siginfo_t *info) {
    uintptr_t address = (uintptr_t)info->si_addr, end = thread->stack_low;
    // What the system calls the stack has the guard in it, and of the main thread's also arguments and environment, which lie
    // above the frames that are known; what is mapped there does not fault.
    if (end == thread->reserve_low) end += SYSTEM_STACK;
    return (signal == SIGSEGV || signal == SIGBUS) && address < end && address + NEAR_STACK > thread->reserve_low;
}

// A call that went where no code is cannot be followed by the tables: it is taken back.
static void return_from_nowhere(const struct thread *thread, ucontext_t *context) {
    greg_t *values = context->uc_mcontext.gregs;
    uintptr_t stack = (uintptr_t)values[REG_RSP];
    struct dl_find_object object;
    if (_dl_find_object((void *)values[REG_RIP], &object) == 0) return;
    if (stack < thread->stack_low || stack + sizeof(uintptr_t) > thread->stack_high || stack % sizeof(uintptr_t)) return;
    uintptr_t back = *(const uintptr_t *)stack;
    if (!image_contains(back)) return;
    values[REG_RIP] = (greg_t)back;
    values[REG_RSP] += (greg_t)sizeof(uintptr_t);
}

void trap_arrived(struct thread *thread, int signal, siginfo_t *info, ucontext_t *context) {
    handlers_call_of_cells(signal, info, context);
    if (thread == NULL || !thread->armed || process_is_forked()) return handlers_end_process(signal);
    return_from_nowhere(thread, context);
    struct trail trail;
    trail_follow(&trail, context);
    // What is no cell's doing ends the process as it would have without this handler, and the kernel says so.
    if (!thread->is_guarded && trail.frame_count == 0) return handlers_end_process(signal);
    struct report found = {.outcome = OUTCOME_TRAP, .signal = signal};
    found.stack_ended = is_end_of_stack(thread, signal, info);
    // A library that misses the result of what was abandoned is on its way to be met again.
    if (thread->met_again_slot == NULL) way_out_report(thread, &trail, &found);
    if (found.stack_ended && !image_contains(program_counter(context)) && open_reserve(thread, &trail)) {
        images_bar(true);
        return;
    }
    way_out(thread, context, &trail, OUTCOME_TRAP);
}
