#define _GNU_SOURCE
#include "runner.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

// A lock whose owner was taken out of its cell stays held: who waits for it waits for ever.

enum { KEPT = 256 };
enum { PATIENCE_NANOSECONDS = 1000000000 };

// The threads that were taken out of their cells, the last ones, and for which request each worked.
static struct {
    _Atomic(pid_t) thread;
    _Atomic(uint32_t) request;
} left[KEPT];
static atomic_uint count;

void left_note(const struct thread *thread) {
    unsigned place = atomic_fetch_add(&count, 1) % KEPT;
    atomic_store(&left[place].request, thread->job ? thread->request : atomic_load(&the_cell.request));
    atomic_store(&left[place].thread, thread->id);
}

bool left_anything(void) { return atomic_load(&count) > 0; }

uint32_t left_by(pid_t thread) {
    for (int i = 0; i < KEPT; i++)
        if (atomic_load(&left[i].thread) == thread) return atomic_load(&left[i].request);
    return 0;
}

static bool has_ended(pid_t thread) { return syscall(SYS_tgkill, getpid(), thread, 0) != 0 && errno == ESRCH; }

// The owner of the mutex that a thread seems to wait for: it stands behind the lock's word and the count (glibc's
// struct __pthread_mutex_s).
static pid_t owner_of(const struct thread *thread) {
    enum { COUNT_AND_LOCK = 8 };
    return *(const pid_t *)(thread->wait_object + COUNT_AND_LOCK);
}

static void look(struct thread *thread, void *unused) {
    (void)unused;
    if (!thread->is_guarded || !thread->armed || !thread_is_current(thread)) return;
    int64_t since = thread->wait_since;
    signal_probe(thread); // For the next look.
    if (since == 0 || now() - since < PATIENCE_NANOSECONDS || !thread->waits_for_lock) return;
    pid_t owner = owner_of(thread);
    uint32_t request = owner > 0 && has_ended(owner) ? left_by(owner) : 0;
    if (request == 0) return;
    struct report report = {.outcome = OUTCOME_HELD, .held_by = request};
    job_fail(thread->job, &report);
}

void left_check(void) { threads_each(look, NULL); }
