#define _GNU_SOURCE
#include "runner.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { INTERRUPT_SIGNAL = SIGURG, PAGE = 4096, NEAR_STACK = 64 << 10, SYSTEM_STACK = 256 << 10 };
enum {
    BLOCKED_NANOSECONDS = 250000000,   // A thread that is seen in one wait for so long is taken out of it.
    PAUSE_STEPS = 100, PAUSE_STEP_NANOSECONDS = 2000000,
};

static atomic_bool reach_into_library;

// Where `signal_leave` traps on purpose, and where a function returns instead of into a cell that is left.
extern const char gyrus_leave_instruction[], gyrus_met_again_instruction[];
__asm__(".text\nnop\n.globl gyrus_met_again_instruction\ngyrus_met_again_instruction: ud2\n");

static uintptr_t program_counter(const ucontext_t *context) { return (uintptr_t)context->uc_mcontext.gregs[REG_RIP]; }

// --- leaving ----------------------------------------------------------------------------------------------------

static void go_on_at(ucontext_t *context, const struct registers *registers) {
    greg_t *values = context->uc_mcontext.gregs;
    values[REG_RBX] = (greg_t)registers->rbx;
    values[REG_RBP] = (greg_t)registers->rbp;
    values[REG_R12] = (greg_t)registers->r12;
    values[REG_R13] = (greg_t)registers->r13;
    values[REG_R14] = (greg_t)registers->r14;
    values[REG_R15] = (greg_t)registers->r15;
    values[REG_RSP] = (greg_t)registers->rsp;
    values[REG_RIP] = (greg_t)registers->rip;
    values[REG_RAX] = 0;
}

static void close_reserve(struct thread *thread) {
    if (!thread->reserve_is_open) return;
    thread->reserve_is_open = 0;
    mprotect((void *)thread->reserve_low, thread->stack_low - thread->reserve_low, PROT_NONE);
}

static _Noreturn void park(void) {
    for (;;) pause();
}

// What runs work for others may itself have been called by a cell, which must not go on: there the thread is taken out again.
static void meet_again(struct thread *thread, const struct trail *trail) {
    thread->met_again_slot = trail->next_return;
    if (trail->next_return == NULL) return;
    thread->met_again_at = *trail->next_return;
    *trail->next_return = (uintptr_t)gyrus_met_again_instruction;
}

void signal_show_return(struct thread *thread, bool shows) {
    if (thread->met_again_slot == NULL) return;
    *thread->met_again_slot = shows ? thread->met_again_at : (uintptr_t)gyrus_met_again_instruction;
}

// Takes a thread out of the cells: back into the function that runs work for others, which then gives back an actor or a
// queue, else to the thread's start.
static void leave(struct thread *thread, ucontext_t *context, const struct trail *trail, enum outcome outcome) {
    close_reserve(thread);
    thread->wait_since = 0;
    thread->wait_kind = WAIT_NONE;
    signal_show_return(thread, true);
    thread->met_again_slot = NULL;
    left_note(thread);
    if (trail->has_boundary) {
        trail_abandon(thread, trail->boundary.rsp);
        go_on_at(context, &trail->boundary);
        meet_again(thread, trail);
        if (!jobs_any_must_end()) images_bar(false);
        return;
    }
    if (!thread->is_guarded && !trail->is_complete) park(); // Nobody knows what waits for its end.
    trail_abandon(thread, thread->stack_high);
    thread->armed = 0;
    siglongjmp(thread->start, outcome);
}

// The job that answers for a failure on this thread, if one runs.
static struct job *answering_job(const struct thread *thread, const struct trail *trail) {
    if (thread->job) return thread_is_current(thread) ? thread->job : NULL;
    return job_that_answers(trail->outermost);
}

static void report(struct thread *thread, const struct trail *trail, struct report *report) {
    report->is_foreign = !thread->is_guarded;
    report->frame_count = trail->frame_count;
    for (int i = 0; i < trail->frame_count; i++) report->frames[i] = trail->frames[i];
    struct job *job = answering_job(thread, trail);
    if (job) job_fail(job, report);
    else if (!thread->is_guarded && report->outcome == OUTCOME_TRAP) job_report_stray(report);
}

// Whether a thread that is not guarded runs what a job that must end began.
static bool belongs(const struct thread *thread, const struct trail *trail) {
    if (thread->job) return thread_must_leave(thread);
    struct job *job = trail->frame_count > 0 ? job_that_answers(trail->outermost) : NULL;
    return job && job_must_end(job) && image_has(atomic_load(&job->image), trail->outermost);
}

static void leave_interrupted(struct thread *thread, ucontext_t *context, const struct trail *trail) {
    struct report found = {.outcome = OUTCOME_INTERRUPT, .signal = INTERRUPT_SIGNAL};
    report(thread, trail, &found);
    leave(thread, context, trail, OUTCOME_INTERRUPT);
}

// --- interrupts ---------------------------------------------------------------------------------------------------

// Behind the instruction that takes a frame down, the tables do not tell how the stack lies: a little later they do.
static bool is_in_epilogue(uintptr_t pc) {
    const uint8_t *code = (const uint8_t *)pc;
    if (code[0] == 0x41) code++; // A prefix of pops and jumps by the upper registers.
    bool is_pop = code[0] >= 0x58 && code[0] <= 0x5F, is_return = code[0] == 0xC3 || code[0] == 0xC2 || code[0] == 0xC9;
    bool is_far_jump = code[0] == 0xE9 || (code[0] == 0xFF && (code[1] >> 3 & 7) == 4);
    return is_pop || is_return || is_far_jump;
}

// Whether the thread has been blocked in one call of the system for a while: it then waits for something outside, and
// not for a lock of malloc or the runtime, which are held for microseconds.
static bool is_blocked(struct thread *thread, const ucontext_t *context) {
    uintptr_t pc = program_counter(context), stack = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
    uintptr_t object = (uintptr_t)context->uc_mcontext.gregs[REG_RDI];
    const uint8_t *code = (const uint8_t *)pc;
    bool is_restarted = code[0] == 0x0F && code[1] == 0x05;
    bool has_ended = code[-2] == 0x0F && code[-1] == 0x05 && context->uc_mcontext.gregs[REG_RAX] == -EINTR;
    if (!is_restarted && !has_ended) {
        thread->wait_since = 0;
        return false;
    }
    if (has_ended) pc -= 2;
    if (thread->wait_since == 0 || thread->wait_place != pc || thread->wait_stack != stack || thread->wait_object != object) {
        thread->wait_place = pc;
        thread->wait_stack = stack;
        thread->wait_object = object;
        thread->wait_since = now();
        return false;
    }
    return now() - thread->wait_since >= BLOCKED_NANOSECONDS;
}

// A wait that keeps something on the stack which others use: the job ends, and the thread when it can.
static void ask_to_be_left(struct thread *thread, const struct trail *trail) {
    if (!thread->is_guarded || !thread_is_current(thread)) return;
    struct report found = {.outcome = OUTCOME_INTERRUPT, .signal = INTERRUPT_SIGNAL};
    report(thread, trail, &found);
    atomic_store(&thread->is_to_be_left, true);
    jobs_wake();
}

// For `left_check`.
static void note_wait(struct thread *thread, const ucontext_t *context, bool is_blocked) {
    if (!is_blocked) {
        thread->waits_for_lock = thread->is_idle = false;
        return;
    }
    struct trail trail;
    trail_follow(&trail, context);
    thread->waits_for_lock = trail.waits_for_lock;
    thread->is_idle = trail.frame_count == 0;
}

static void interrupt(struct thread *thread, ucontext_t *context) {
    if (thread == NULL || !thread->armed || atomic_load(&thread->left_behind)) return;
    uintptr_t pc = program_counter(context);
    bool must_leave = thread->job ? thread_must_leave(thread) : jobs_any_must_end();
    bool is_in_cell = image_contains(pc);
    bool is_at_rest = thread->is_guarded && image_is_interruptible(pc, atomic_load(&reach_into_library));
    bool blocked = !is_in_cell && is_blocked(thread, context);
    if (!must_leave) return note_wait(thread, context, blocked);
    if ((is_in_cell && is_in_epilogue(pc)) || (!is_in_cell && !is_at_rest && !blocked)) return;
    struct trail trail;
    trail_follow(&trail, context);
    if (trail.frame_count == 0 && !is_in_cell && !is_at_rest) return; // It waits for work.
    if (!thread->is_guarded && !belongs(thread, &trail)) return;
    if (trail.waits_in_runner && thread->wait_kind != WAIT_FREELY) { // It may hold the lock of the channel.
        if (thread->wait_kind == WAIT_FOR_QUEUE || thread->wait_kind == WAIT_FOR_ITERATIONS) ask_to_be_left(thread, &trail);
        return;
    }
    leave_interrupted(thread, context, &trail);
}

static void interrupt_one(struct thread *thread, void *is_round) {
    if (!thread->armed || (thread->job == NULL && !*(bool *)is_round)) return;
    // The sleep of a thread that may have nothing to do with it is not cut short.
    if (thread->job == NULL && (thread->is_of_runner || call_is_cut_short(thread_call(thread)))) return;
    if (thread->job && !thread_must_leave(thread)) return;
    pthread_kill(thread->thread, INTERRUPT_SIGNAL);
}

void signals_interrupt(bool library) {
    // Threads that may have nothing to do with the job are asked less often.
    static unsigned rounds;
    bool is_round = rounds++ % 10 == 0;
    atomic_store(&reach_into_library, library);
    threads_each(interrupt_one, &is_round);
}

void signal_probe(struct thread *thread) { pthread_kill(thread->thread, INTERRUPT_SIGNAL); }

// --- traps ----------------------------------------------------------------------------------------------------------

// Lets a thread that an interrupt is not meant for wait until the cells are open again.
static void pause_at_bar(uintptr_t pc) {
    struct timespec step = {.tv_nsec = PAUSE_STEP_NANOSECONDS};
    for (int i = 0; i < PAUSE_STEPS && images_are_barred() && jobs_any_must_end(); i++) nanosleep(&step, NULL);
    images_bar(false);
    image_open(pc);
}

static void came_to_barred_code(struct thread *thread, ucontext_t *context) {
    uintptr_t pc = program_counter(context);
    if (thread == NULL || !thread->armed) return pause_at_bar(pc);
    struct trail trail;
    if (!thread->reserve_is_open) {
        if (thread->job ? !thread_must_leave(thread) : !jobs_any_must_end()) return pause_at_bar(pc);
        trail_follow(&trail, context);
        if (!thread->is_guarded && !belongs(thread, &trail)) return pause_at_bar(pc);
    } else {
        trail_follow(&trail, context);
    }
    leave_interrupted(thread, context, &trail);
}

// A library that meets the end of the stack may hold a lock: it goes on in the reserve until it comes back to the cell.
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

// As it would have ended without the handler, also where the signal was sent and would not come again.
static void end_process(int signal) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(signal, &standard, NULL);
    raise(signal);
}

static void trap(struct thread *thread, int signal, const siginfo_t *info, ucontext_t *context) {
    if (thread == NULL || !thread->armed || process_is_forked()) return end_process(signal);
    struct trail trail;
    trail_follow(&trail, context);
    // What is no cell's doing ends the process as it would have without this handler, and the kernel says so.
    if (!thread->is_guarded && trail.frame_count == 0) return end_process(signal);
    struct report found = {.outcome = OUTCOME_TRAP, .signal = signal};
    found.stack_ended = is_end_of_stack(thread, signal, info);
    // A library that misses the result of what was abandoned is on its way to be met again.
    if (thread->met_again_slot == NULL) report(thread, &trail, &found);
    if (found.stack_ended && !image_contains(program_counter(context)) && open_reserve(thread, &trail)) {
        images_bar(true);
        return;
    }
    leave(thread, context, &trail, OUTCOME_TRAP);
}

static __thread enum outcome leaving;
static __thread uint32_t leaving_for;
static __thread bool leaving_for_task;

static void handle(int signal, siginfo_t *info, void *opaque) {
    int error = errno;
    ucontext_t *context = opaque;
    struct thread *thread = thread_current();
    uintptr_t pc = program_counter(context);
    if (signal == INTERRUPT_SIGNAL) {
        interrupt(thread, context);
    } else if (signal == SIGSEGV && (uintptr_t)info->si_addr == pc && image_contains(pc)) {
        came_to_barred_code(thread, context);
    } else if (signal == SIGILL && pc == (uintptr_t)gyrus_leave_instruction) {
        struct trail trail;
        trail_follow(&trail, context);
        struct report found = {.outcome = leaving, .held_by = leaving_for, .held_task = leaving_for_task};
        bool is_anothers = thread->job == NULL && !belongs(thread, &trail);
        if (trail.frame_count == 0 || is_anothers) {
            context->uc_mcontext.gregs[REG_RIP] += 2; // Behind the instruction: there is nothing to leave.
        } else {
            report(thread, &trail, &found);
            leave(thread, context, &trail, leaving);
        }
    } else if (signal == SIGILL && pc == (uintptr_t)gyrus_met_again_instruction && thread) {
        context->uc_mcontext.gregs[REG_RIP] = (greg_t)thread->met_again_at;
        thread->met_again_slot = NULL;
        struct trail trail;
        trail_follow(&trail, context);
        leave(thread, context, &trail, OUTCOME_TRAP);
    } else {
        trap(thread, signal, info, context);
    }
    errno = error;
}

static __attribute__((noinline)) void leave_for(enum outcome outcome, uint32_t request) {
    struct thread *thread = thread_current();
    if (thread == NULL || !thread->armed) return;
    leaving = outcome;
    leaving_for = request;
    __asm__ volatile(".globl gyrus_leave_instruction\ngyrus_leave_instruction: ud2" ::: "memory");
}

void signal_leave(enum outcome outcome) { leave_for(outcome, 0); }

void signal_leave_held(uint32_t request, bool is_task) {
    leaving_for_task = is_task;
    leave_for(OUTCOME_HELD, request);
    leaving_for_task = false;
}

void signals_prepare(void) {
    const int signals[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, INTERRUPT_SIGNAL};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        // No code is to see that a call of the system was cut short by an interrupt that is not meant for it.
        if (signals[i] == INTERRUPT_SIGNAL) action.sa_flags |= SA_RESTART;
        sigemptyset(&action.sa_mask);
        sigaddset(&action.sa_mask, INTERRUPT_SIGNAL);
        sigaction(signals[i], &action, NULL);
    }
}
