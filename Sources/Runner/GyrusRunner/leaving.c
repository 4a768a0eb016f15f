#define _GNU_SOURCE
#include "code.h"
#include "signals.h"
#include "waits.h"

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

// How a signal handler takes the interrupted thread out of the cells.

enum { PAGE = 4096 };

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

// What runs work for others may itself have been called by a cell, which must not continue: there the thread is taken
// out again.
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

void way_out(struct thread *thread, ucontext_t *context, const struct trail *trail, enum outcome outcome) {
    close_reserve(thread);
    thread->wait_since = 0;
    thread->wait_kind = WAIT_NONE;
    signal_show_return(thread, true);
    thread->met_again_slot = NULL;
    left_note(thread, trail);
    if (outcome == OUTCOME_TRAP && trail->is_in_dispatch) thread->is_to_stay = true;
    if (trail->has_boundary) {
        trail_abandon(thread, trail->boundary.rsp);
        go_on_at(context, &trail->boundary);
        meet_again(thread, trail);
        if (!jobs_any_must_end()) images_bar(false);
        return;
    }
    if (!trail->is_complete) {
        if (!thread->is_guarded) thread_stay(); // Nobody knows what waits for its end.
        thread->is_to_stay = true; // It may have lain in a loop of libdispatch, which ends the process with such a thread.
    }
    trail_abandon(thread, thread->stack_high);
    thread->armed = 0;
    siglongjmp(thread->start, outcome);
}

// The job that answers for a failure on this thread, if one runs. What an earlier cell started may have nothing to do
// with the one that runs, which therefore goes on unless it does nothing but wait: it then might do so forever.
static struct job *answering_job(const struct thread *thread, const struct trail *trail, enum outcome outcome) {
    if (thread->job) return thread_is_current(thread) ? thread->job : NULL;
    struct job *own = job_that_answers(trail->outermost);
    return own || outcome != OUTCOME_TRAP ? own : job_that_waits();
}

void way_out_report(struct thread *thread, const struct trail *trail, struct report *report) {
    report->is_foreign = !thread->is_guarded;
    report->frame_count = trail->frame_count;
    for (int i = 0; i < trail->frame_count; i++) report->frames[i] = trail->frames[i];
    struct job *job = answering_job(thread, trail, report->outcome);
    if (job) job_fail(job, report);
    else if (!thread->is_guarded && report->outcome == OUTCOME_TRAP) job_report_stray(report);
}

bool way_out_is_due(const struct thread *thread, const struct trail *trail) {
    if (thread->job) return thread_must_leave(thread);
    struct job *job = trail->frame_count > 0 ? job_that_answers(trail->outermost) : NULL;
    return job && job_must_end(job);
}

void way_out_interrupted(struct thread *thread, ucontext_t *context, const struct trail *trail) {
    struct report found = {.outcome = OUTCOME_INTERRUPT, .signal = INTERRUPT_SIGNAL};
    way_out_report(thread, trail, &found);
    way_out(thread, context, trail, OUTCOME_INTERRUPT);
}
