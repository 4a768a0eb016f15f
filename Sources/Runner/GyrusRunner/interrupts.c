#define _GNU_SOURCE
#include "code.h"
#include "signals.h"

#include <errno.h>
#include <pthread.h>
#include <ucontext.h>

// What an interrupt does to the threads of a job: each is taken out where it holds nothing that others need.

enum { BLOCKED_NANOSECONDS = 250000000 }; // A thread that is seen in one wait for so long is taken out of it.

static atomic_bool reach_into_library;

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
    way_out_report(thread, trail, &found);
    atomic_store(&thread->is_to_be_left, true);
    jobs_wake();
}

// For `left_check`.
static void note_wait(struct thread *thread, ucontext_t *context, bool is_blocked) {
    if (!is_blocked) {
        thread->waits_for_lock = thread->waits_in_runner = thread->is_idle = false;
        return;
    }
    struct trail trail;
    trail_follow(&trail, context);
    thread->waits_for_lock = trail.waits_for_lock;
    thread->waits_in_runner = trail.waits_in_runner;
    thread->is_idle = trail.frame_count == 0;
}

void interrupt_arrived(struct thread *thread, ucontext_t *context) {
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
    if (!thread->is_guarded && !way_out_is_due(thread, &trail)) return;
    if (trail.waits_in_runner && thread->wait_kind != WAIT_FREELY) { // It may hold the lock of the channel.
        if (thread->wait_kind == WAIT_FOR_QUEUE || thread->wait_kind == WAIT_FOR_ITERATIONS) ask_to_be_left(thread, &trail);
        return;
    }
    way_out_interrupted(thread, context, &trail);
}

void signal_probe(struct thread *thread) {
    atomic_store(&thread->is_signalled, true);
    pthread_kill(thread->thread, INTERRUPT_SIGNAL);
}

static void interrupt_one(struct thread *thread, void *is_round) {
    bool has_job = thread->job != NULL;
    if (!thread->armed || (!has_job && !*(bool *)is_round)) return;
    // The sleep of a thread that may have nothing to do with it is not cut short.
    if (!has_job && (thread->is_of_runner || call_is_cut_short(thread_call(thread).number))) return;
    if (has_job && !thread_must_leave(thread)) return;
    // A call that returns before its time must not return into the cell.
    if (has_job && !images_are_barred() && call_is_cut_short(thread_call(thread).number)) return;
    signal_probe(thread);
}

void signals_interrupt(bool library) {
    // Threads that may have nothing to do with the job are asked less often.
    static unsigned rounds;
    bool is_round = rounds++ % 10 == 0;
    atomic_store(&reach_into_library, library);
    threads_each(interrupt_one, &is_round);
}
