#define _GNU_SOURCE
#include "waits.h"
#include "signals.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

// What a cell that was stopped held or was to do: who waits for it waits forever.

enum { KEPT = 256, NOWHERE = -1 };
enum {
    LOCK_NANOSECONDS = 250000000,      // So long a wait for what surely will not come may last,
    PATIENCE_NANOSECONDS = 1000000000, // and so long any other before it is looked at.
};
static const int64_t NOTE_NANOSECONDS = 3000000000; // From here on the user is told of one that may be in vain.

// The threads that were taken out of their cells, the last ones, and for which request each worked.
static struct {
    _Atomic(pid_t) thread;
    _Atomic(uint32_t) request;
    _Atomic(uintptr_t) at; // Where in a cell it was taken out; 0 if that is not known.
    _Atomic(const void *) task;
    _Atomic(void *) objects[HELD_OBJECTS];
    enum held_kind kinds[HELD_OBJECTS];
} left[KEPT];
static atomic_uint count, object_count;

static int place_of(pid_t thread) {
    for (int i = 0; i < KEPT; i++)
        if (atomic_load(&left[i].thread) == thread) return i;
    return NOWHERE;
}

void left_note(struct thread *thread, const struct trail *trail) {
    if (trail == NULL && place_of(thread->id) != NOWHERE) return; // It was noted on its way out.
    unsigned place = atomic_fetch_add(&count, 1) % KEPT;
    atomic_store(&left[place].request, thread->job ? thread->request : atomic_load(&the_cell.request));
    atomic_store(&left[place].task, trail && trail->boundary_is_task ? trail_task() : NULL);
    atomic_store(&left[place].at, trail && trail->frame_count > 0 ? trail->frames[0] : 0);
    for (int i = 0; i < HELD_OBJECTS; i++) {
        struct held *held = &thread->held[i];
        left[place].kinds[i] = held->kind;
        atomic_store(&left[place].objects[i], held->object);
        if (held->object == NULL) continue;
        atomic_fetch_add(&object_count, 1);
        // libdispatch ends the process when a semaphore is freed that was not given back.
        if (held->retain) held->retain(held->object);
        held->object = NULL;
    }
    thread->awaited = NULL;
    atomic_store(&left[place].thread, thread->id);
}

bool left_anything(void) { return atomic_load(&count) > 0; }

static int place_of_last(void) { return (int)((atomic_load(&count) - 1) % KEPT); }

// Who took something and can no longer give it back.
static int place_of_object(const void *object, enum held_kind *kind) {
    for (int i = 0; i < KEPT; i++)
        for (int k = 0; k < HELD_OBJECTS; k++)
            if (atomic_load(&left[i].objects[k]) == object) {
                *kind = left[i].kinds[k];
                return i;
            }
    return NOWHERE;
}

static struct report report_of(int place, enum held_kind kind) {
    return (struct report){
        .outcome = OUTCOME_HELD, .held_by = atomic_load(&left[place].request), .held = kind,
        .held_at = atomic_load(&left[place].at)};
}

bool left_task(const void *task, struct report *report) {
    for (int i = 0; i < KEPT && left_anything(); i++) {
        if (atomic_load(&left[i].task) != task) continue;
        *report = report_of(i, HELD_TASK);
        return true;
    }
    return false;
}

void left_given_back(const void *object) {
    if (atomic_load(&object_count) == 0) return;
    for (int i = 0; i < KEPT; i++)
        for (int k = 0; k < HELD_OBJECTS; k++) {
            void *expected = (void *)object;
            if (atomic_compare_exchange_strong(&left[i].objects[k], &expected, NULL)) atomic_fetch_sub(&object_count, 1);
        }
}

// --- looking ----------------------------------------------------------------------------------------------------------

static bool has_ended(pid_t thread) { return syscall(SYS_tgkill, getpid(), thread, 0) != 0 && errno == ESRCH; }

// The owner of the mutex that a thread seems to wait for: it follows the lock's word and the count (glibc's
// struct __pthread_mutex_s).
static pid_t owner_of(const struct thread *thread) {
    enum { COUNT_AND_LOCK = 8 };
    return *(const pid_t *)(thread->wait_object + COUNT_AND_LOCK);
}

// A thread of a job that waits, and what for.
struct wait {
    struct job *job;
    uint32_t request;
    struct report report;
    int64_t since;
    pid_t owner; // Of a mutex: who holds it, and whether that thread does nothing for a cell now.
    bool owner_is_idle, is_sure;
    bool is_of_file; // Whether it is for the lock of a file, which another process may have.
};

// Whether this thread's wait says more than the one that was found before.
static bool is_better(const struct wait *wait, const struct wait *found) {
    if (found->job == NULL) return true;
    return wait->is_sure != found->is_sure ? wait->is_sure : wait->report.held < found->report.held;
}

// What a thread waits for that cannot be given back, or that nobody seems to work on.
static bool describe(struct thread *thread, const struct call *call, struct wait *wait) {
    if (thread->is_resting) return false;
    enum held_kind kind = HELD_SOMETHING;
    void *awaited = thread->awaited;
    int place = awaited ? place_of_object(awaited, &kind) : NOWHERE;
    if (place != NOWHERE) {
        wait->since = thread->awaited_since;
        wait->is_sure = kind == HELD_LOCK && now() - wait->since >= LOCK_NANOSECONDS;
    } else if (call->number == SYS_flock || call->number == SYS_fcntl) {
        wait->since = thread->seen_since;
        wait->is_of_file = true;
        place = place_of_last();
    } else if (call->number != SYS_futex || (call_is_limited_wait(call) && !thread->awaits_task && !awaited)) {
        return false; // It ends by itself, or by what comes from outside.
    } else {
        wait->since = thread->seen_since;
        pid_t owner = thread->waits_for_lock && thread->wait_since ? owner_of(thread) : 0;
        place = owner > 0 ? place_of(owner) : NOWHERE;
        if (place != NOWHERE) {
            kind = HELD_LOCK;
            wait->owner = owner;
        } else {
            // The runner's own waits, for the channel or for what is typed, come to their end.
            if (!thread->awaits_task && thread->waits_in_runner && thread->wait_kind == WAIT_NONE) return false;
            place = place_of_last();
        }
    }
    wait->report = report_of(place, kind);
    return true;
}

static void look(struct thread *thread, void *context) {
    // Threads of queues live on after they were taken out of a cell.
    bool is_left_alive = !thread->is_guarded && !thread->is_of_runner && place_of(thread->id) != NOWHERE;
    bool is_of_job = thread->is_guarded && thread->armed && thread_is_current(thread) && !atomic_load(&thread->left_behind);
    if (!is_left_alive && !is_of_job) return;
    struct call call = thread_call(thread);
    if (!call_is_same(&call, &thread->seen_call)) thread->seen_since = now();
    thread->seen_call = call;
    // No other wait is disturbed for it.
    if (call.number == SYS_futex) signal_probe(thread); // For the next look.
    else thread->wait_since = 0;
    struct wait *found = context, wait = {.job = thread->job, .request = thread->request};
    if (is_of_job && describe(thread, &call, &wait) && is_better(&wait, found)) *found = wait;
}

static void look_at_owner(struct thread *thread, void *context) {
    struct wait *wait = context;
    if (thread->id == wait->owner) wait->owner_is_idle = thread->is_idle || thread->is_resting;
}

void left_check(void) {
    struct wait wait = {0};
    threads_each(look, &wait);
    if (wait.job == NULL) return;
    int64_t waited = now() - wait.since;
    if (!wait.is_sure && waited < PATIENCE_NANOSECONDS) return;
    if (wait.owner) {
        threads_each(look_at_owner, &wait);
        if (!wait.owner_is_idle && !has_ended(wait.owner)) return; // It may hold it for something new.
    } else if (!wait.is_sure && !quiet_is()) {
        if (wait.report.held == HELD_SEMAPHORE && waited >= NOTE_NANOSECONDS) job_report_wait(wait.job, wait.request, &wait.report);
        return;
    }
    if (wait.is_of_file) return job_report_wait(wait.job, wait.request, &wait.report);
    if (atomic_load(&wait.job->running) && atomic_load(&wait.job->request) == wait.request) job_fail(wait.job, &wait.report);
}
