#define _GNU_SOURCE
#include "waits.h"
#include "signals.h"

#include <stddef.h>
#include <time.h>

// What each thread took and did not give back, and what it waits for.

void held_take(struct thread *thread, void *object, enum held_kind kind, void (*retain)(void *)) {
    if (thread == NULL) return;
    for (int i = 0; i < HELD_OBJECTS; i++)
        if (thread->held[i].object == NULL) {
            thread->held[i] = (struct held){.object = object, .kind = kind, .retain = retain};
            return;
        }
}

void held_give_back(struct thread *thread, const void *object) {
    left_given_back(object);
    for (int i = 0; thread && i < HELD_OBJECTS; i++)
        if (thread->held[i].object == object) {
            thread->held[i].object = NULL;
            return;
        }
}

bool wait_is_of_cell(const struct thread *thread) {
    // A thread that waits for a queue comes to another wait in the code of its DispatchWorkItem alone.
    return thread && thread->job && (thread->wait_kind == WAIT_NONE || thread->wait_kind == WAIT_FOR_QUEUE);
}

void wait_begin(struct thread *thread, void *object) {
    if (thread->awaited != object) thread->awaited_since = now();
    thread->awaited = object;
    thread->wait_kind = WAIT_BY_ITSELF;
}

void wait_look_up(struct thread *thread, bool has_ended) {
    thread->wait_kind = WAIT_NONE;
    if (has_ended || !thread_must_leave(thread)) return;
    signal_leave(atomic_load(&thread->job->interrupted) ? OUTCOME_INTERRUPT : OUTCOME_TRAP);
}

void wait_end(struct thread *thread) { thread->awaited = NULL; }

struct timespec wait_slice(void) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += SLICE_NANOSECONDS;
    if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
    return until;
}
