#define _GNU_SOURCE
#include "waits.h"

#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

// The runtime's own way of running an initializer once waits forever if the first run was abandoned. This one comes
// before it: what a trap or an interrupt ended is begun again at the next use.

// What the compiler reserves for a variable that is initialized at its first use: done if `state` is negative, as the
// runtime has it (include/swift/Threading/Impl/Linux.h).
struct once {
    _Atomic(int32_t) state;
    _Atomic(uint32_t) owner; // The number of the thread that runs the initializer, and whether others wait for it.
};

static const char itself[] = "Fatal error: the initializer of a variable uses the variable itself\n";

enum { DONE = -1, WAITED_FOR = 1 << 30 };

// An initializer that a thread runs; it lies on the thread's stack.
struct once_run {
    struct once *once;
    struct once_run *outer;
};

static void release(struct once *once) {
    uint32_t owner = atomic_exchange(&once->owner, 0);
    if (owner & WAITED_FOR) syscall(SYS_futex, &once->owner, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

static void acquire(struct once *once, uint32_t me, struct thread *thread) {
    uint32_t owner = 0;
    enum wait_kind outer = thread ? thread->wait_kind : WAIT_NONE;
    if (thread) thread->wait_kind = WAIT_FREELY;
    while (!atomic_compare_exchange_strong(&once->owner, &owner, me)) {
        if ((owner & ~WAITED_FOR) == me) {
            if (write(STDERR_FILENO, itself, sizeof itself - 1) > 0) abort();
        }
        if (owner & WAITED_FOR || atomic_compare_exchange_strong(&once->owner, &owner, owner | WAITED_FOR))
            syscall(SYS_futex, &once->owner, FUTEX_WAIT_PRIVATE, owner | WAITED_FOR, NULL, NULL, 0);
        owner = 0;
    }
    if (thread) thread->wait_kind = outer;
}

// `initialize` is called with the context, by whichever thread comes first.
void swift_once(struct once *once, void (*initialize)(void *), void *context) {
    if (atomic_load_explicit(&once->state, memory_order_acquire) < 0) return;
    struct thread *thread = thread_current();
    uint32_t me = (uint32_t)(thread ? thread->id : gettid());
    acquire(once, me, thread);
    if (atomic_load(&once->state) >= 0) {
        struct once_run run = {.once = once, .outer = thread ? thread->onces : NULL};
        if (thread) thread->onces = &run;
        initialize(context);
        if (thread) thread->onces = run.outer;
        atomic_store_explicit(&once->state, DONE, memory_order_release);
    }
    release(once);
}

void onces_abandon(struct thread *thread, uintptr_t stack) {
    while (thread->onces && (uintptr_t)thread->onces < stack) {
        struct once *once = thread->onces->once;
        thread->onces = thread->onces->outer;
        release(once);
    }
}
