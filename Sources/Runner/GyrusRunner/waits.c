#define _GNU_SOURCE
#include "code.h"
#include "signals.h"
#include "waits.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

// Waits that cannot be broken off from outside, since others know of them by what lies on the waiting stack or by a count:
// these functions come before the libraries' own, and leave in good order.

// A wait that ends by itself so soon is left alone.
enum { SHORT_MILLISECONDS = 500 };

static struct {
    void (*sync)(void *, void *);
    void (*barrier_sync)(void *, void *);
    void (*sync_f)(void *, void *, void (*)(void *));
    void (*barrier_sync_f)(void *, void *, void (*)(void *));
    uintptr_t run_work_item;
    void (*apply_f)(size_t, void *, void *, void (*)(void *, size_t));
    int (*cond_wait)(pthread_cond_t *, pthread_mutex_t *);
    int (*cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    int (*cond_clockwait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
} real;
static pthread_once_t found = PTHREAD_ONCE_INIT;

static void find(void) {
    *(void **)&real.sync = dlsym(RTLD_NEXT, "dispatch_sync");
    *(void **)&real.barrier_sync = dlsym(RTLD_NEXT, "dispatch_barrier_sync");
    *(void **)&real.sync_f = dlsym(RTLD_NEXT, "dispatch_sync_f");
    *(void **)&real.barrier_sync_f = dlsym(RTLD_NEXT, "dispatch_barrier_sync_f");
    real.run_work_item = symbol_find("/libdispatch.so", "_dispatch_block_special_invoke", NULL);
    *(void **)&real.apply_f = dlsym(RTLD_NEXT, "dispatch_apply_f");
    *(void **)&real.cond_wait = symbol_of_version("pthread_cond_wait", "GLIBC_2.3.2");
    *(void **)&real.cond_timedwait = symbol_of_version("pthread_cond_timedwait", "GLIBC_2.3.2");
    *(void **)&real.cond_clockwait = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
}

// The calling thread if it works for a job.
static struct thread *worker(void) {
    pthread_once(&found, find);
    struct thread *thread = thread_current();
    return thread && thread->job ? thread : NULL;
}

static enum outcome outcome_of_leaving(const struct thread *thread) {
    return atomic_load(&thread->job->interrupted) ? OUTCOME_INTERRUPT : OUTCOME_TRAP;
}

static void leave_if_asked(struct thread *thread) {
    if (thread_must_leave(thread)) signal_leave(outcome_of_leaving(thread));
}

// --- conditions: one whose wait was abandoned could not be destroyed later -------------------------------------------

static pthread_mutex_t waiting_lock = PTHREAD_MUTEX_INITIALIZER;

void wait_wake(struct thread *thread) {
    pthread_mutex_lock(&waiting_lock);
    if (thread->wait_condition) pthread_cond_broadcast(thread->wait_condition);
    pthread_mutex_unlock(&waiting_lock);
}

static void set_condition(struct thread *thread, pthread_cond_t *condition) {
    pthread_mutex_lock(&waiting_lock);
    thread->wait_condition = condition;
    pthread_mutex_unlock(&waiting_lock);
}

// A limit by the clock that the condition was made with, and none.
enum { CLOCK_OF_CONDITION = -1 };
static const struct limit {
    clockid_t clock;
    const struct timespec *until;
} no_limit = {.clock = CLOCK_OF_CONDITION};

static int wait_really(pthread_cond_t *condition, pthread_mutex_t *mutex, struct limit limit) {
    if (limit.until == NULL) return real.cond_wait(condition, mutex);
    if (limit.clock == CLOCK_OF_CONDITION) return real.cond_timedwait(condition, mutex, limit.until);
    return real.cond_clockwait(condition, mutex, limit.clock, limit.until);
}

static int wait_for(struct thread *thread, pthread_cond_t *condition, pthread_mutex_t *mutex, struct limit limit) {
    if (thread == NULL) return wait_really(condition, mutex, limit);
    enum wait_kind outer = thread->wait_kind;
    set_condition(thread, condition);
    thread->wait_kind = WAIT_BY_ITSELF;
    int result = wait_really(condition, mutex, limit);
    thread->wait_kind = outer;
    set_condition(thread, NULL);
    if (!thread_must_leave(thread)) return result;
    // As at a cancellation: the mutex is not left held. Where no cell waits, the caller looks and waits again.
    pthread_mutex_unlock(mutex);
    leave_if_asked(thread);
    pthread_mutex_lock(mutex);
    return result;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
    return wait_for(worker(), condition, mutex, no_limit);
}

static bool is_soon(const struct timespec *until, clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) return true; // The wait will say what is wrong.
    if (until->tv_sec > time.tv_sec + 1) return false; // However late.
    return (until->tv_sec - time.tv_sec) * 1000 + (until->tv_nsec - time.tv_nsec) / 1000000 < SHORT_MILLISECONDS;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
    struct thread *thread = worker();
    struct timespec day;
    clock_gettime(CLOCK_REALTIME, &day);
    // A condition may go by the other clock, which counts from the machine's start: no time of this one is so early.
    bool is_of_day = until->tv_sec >= day.tv_sec / 2;
    if (is_soon(until, is_of_day ? CLOCK_REALTIME : CLOCK_MONOTONIC)) thread = NULL;
    return wait_for(thread, condition, mutex, (struct limit){.clock = CLOCK_OF_CONDITION, .until = until});
}

int pthread_cond_clockwait(
    pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until) {
    struct thread *thread = worker();
    if (is_soon(until, clock)) thread = NULL;
    return wait_for(thread, condition, mutex, (struct limit){.clock = clock, .until = until});
}

// --- queues: the queue knows of the waiting stack -------------------------------------------------------------------------

// What a block is to its callers (the ABI of blocks).
struct block {
    void *isa;
    int flags, reserved;
    void (*invoke)(void *, size_t);
};

struct turn {
    struct thread *thread;
    struct block *block;
    enum wait_kind outer;
};

static void take_turn(void *context) {
    struct turn *turn = context;
    // The job that waited for its turn was ended: what it meant to do is not done behind its back.
    if (atomic_load(&turn->thread->left_behind)) return;
    turn->thread->wait_kind = turn->outer;
    turn->block->invoke(turn->block, 0); // It takes no number, and does not look for one.
    turn->thread->wait_kind = WAIT_FOR_QUEUE;
}

static void wait_for_queue(
    void (*wait)(void *, void *), void (*wait_f)(void *, void *, void (*)(void *)), void *queue, struct block *block) {
    struct thread *thread = worker();
    if (thread == NULL) return wait(queue, block);
    struct turn turn = {.thread = thread, .block = block, .outer = thread->wait_kind};
    thread->wait_kind = WAIT_FOR_QUEUE;
    // A DispatchWorkItem is more than its code, which therefore runs as if it waited for the queue; see `wait_is_of_cell`.
    if ((uintptr_t)block->invoke == real.run_work_item) wait(queue, block);
    else wait_f(queue, &turn, take_turn);
    thread->wait_kind = turn.outer;
    leave_if_asked(thread);
}

void dispatch_sync(void *queue, void *block) {
    pthread_once(&found, find);
    wait_for_queue(real.sync, real.sync_f, queue, block);
}
void dispatch_barrier_sync(void *queue, void *block) {
    pthread_once(&found, find);
    wait_for_queue(real.barrier_sync, real.barrier_sync_f, queue, block);
}

// --- concurrent loops: their iterations work for the job of the loop ---------------------------------------------------

struct loop {
    struct block *block;
    struct job *job;
    uint32_t request;
};

void wait_run_iteration(void *context, size_t iteration) {
    struct loop *loop = context;
    struct thread *thread = thread_current();
    if (thread == NULL) return loop->block->invoke(loop->block, iteration);
    struct job *job = thread->job;
    uint32_t request = thread->request;
    enum wait_kind outer = thread->wait_kind;
    thread->request = loop->request; // First: other threads look at the request of whoever has a job.
    thread->job = loop->job;
    thread->wait_kind = WAIT_NONE;
    // The rest of a loop that has failed is passed over.
    if (!thread_must_leave(thread)) loop->block->invoke(loop->block, iteration);
    thread->wait_kind = outer;
    thread->job = job;
    thread->request = request;
}

void dispatch_apply(size_t iterations, void *queue, void *block) {
    pthread_once(&found, find);
    struct thread *thread = worker();
    struct loop loop = {.block = block, .job = thread ? thread->job : NULL, .request = thread ? thread->request : 0};
    if (thread == NULL) return real.apply_f(iterations, queue, &loop, wait_run_iteration);
    enum wait_kind outer = thread->wait_kind;
    thread->wait_kind = WAIT_FOR_ITERATIONS;
    real.apply_f(iterations, queue, &loop, wait_run_iteration);
    thread->wait_kind = outer;
    leave_if_asked(thread);
}
