#define _GNU_SOURCE
#include "waits.h"
#include "signals.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

// Semaphores: a wait that is broken off must not keep its count, so they are waited for in slices. One that was not empty
// when it was made may be a lock: what a thread took of it is noted.

static struct {
    void *(*create)(long);
    long (*wait)(void *, uint64_t);
    long (*signal)(void *);
    void (*retain)(void *);
    void (*release)(void *);
    uint64_t (*time)(uint64_t, int64_t);
    uint64_t (*walltime)(const struct timespec *, int64_t);
    int (*posix_init)(sem_t *, int, unsigned);
    int (*posix_wait)(sem_t *);
    int (*posix_try)(sem_t *);
    int (*posix_timed)(sem_t *, const struct timespec *);
    int (*posix_post)(sem_t *);
} real;
static pthread_once_t found = PTHREAD_ONCE_INIT;

// Where a semaphore of libdispatch keeps the count that it was made with, in words; 0 if that is not known.
static int place_of_first_count;
static pthread_once_t first_count_found = PTHREAD_ONCE_INIT;

static void find_first_count(void) {
    enum { WORDS = 10, COUNT = 1234567 }; // An object is as long at least: its header, the count, the first count.
    long *words = real.create ? real.create(COUNT) : NULL;
    if (words == NULL) return;
    for (int i = 1, counts = 0; i < WORDS && place_of_first_count == 0; i++)
        if (words[i] == COUNT && ++counts == 2) place_of_first_count = i;
    real.release(words);
}

static void find(void) {
    *(void **)&real.create = dlsym(RTLD_NEXT, "dispatch_semaphore_create");
    *(void **)&real.wait = dlsym(RTLD_NEXT, "dispatch_semaphore_wait");
    *(void **)&real.signal = dlsym(RTLD_NEXT, "dispatch_semaphore_signal");
    *(void **)&real.retain = dlsym(RTLD_NEXT, "dispatch_retain");
    *(void **)&real.release = dlsym(RTLD_NEXT, "dispatch_release");
    *(void **)&real.time = dlsym(RTLD_NEXT, "dispatch_time");
    *(void **)&real.walltime = dlsym(RTLD_NEXT, "dispatch_walltime");
    *(void **)&real.posix_init = dlsym(RTLD_NEXT, "sem_init");
    *(void **)&real.posix_wait = dlsym(RTLD_NEXT, "sem_wait");
    *(void **)&real.posix_try = dlsym(RTLD_NEXT, "sem_trywait");
    *(void **)&real.posix_timed = dlsym(RTLD_NEXT, "sem_timedwait");
    *(void **)&real.posix_post = dlsym(RTLD_NEXT, "sem_post");
}

static struct thread *current(void) {
    pthread_once(&found, find);
    return thread_current();
}

// --- of libdispatch ----------------------------------------------------------------------------------------------------

static bool may_be_lock(const void *semaphore) {
    pthread_once(&first_count_found, find_first_count);
    return place_of_first_count == 0 || ((const long *)semaphore)[place_of_first_count] > 0;
}

// The earlier of a time and the end of a slice, by the time's own clock.
static uint64_t slice_until(uint64_t timeout) {
    bool is_wall = (int64_t)timeout < 0 && timeout != UINT64_MAX;
    if (is_wall) {
        uint64_t end = real.walltime(NULL, SLICE_NANOSECONDS);
        return (int64_t)-end < (int64_t)-timeout ? end : timeout;
    }
    uint64_t end = real.time(0, SLICE_NANOSECONDS);
    return end < timeout ? end : timeout;
}

long dispatch_semaphore_signal(void *semaphore) {
    held_give_back(current(), semaphore);
    return real.signal(semaphore);
}

long dispatch_semaphore_wait(void *semaphore, uint64_t timeout) {
    struct thread *thread = current();
    if (thread && trail_is_of_dispatch((uintptr_t)__builtin_return_address(0))) {
        // A thread of queues that has nothing to do.
        thread->is_resting = true;
        long result = real.wait(semaphore, timeout);
        thread->is_resting = false;
        return result;
    }
    long result = real.wait(semaphore, 0);
    if (result != 0 && timeout != 0 && !wait_is_of_cell(thread)) {
        result = real.wait(semaphore, timeout); // It is not taken out of its wait.
    } else if (result != 0 && timeout != 0) {
        uint64_t until;
        do {
            until = slice_until(timeout);
            wait_begin(thread, timeout == UINT64_MAX ? semaphore : NULL); // One with a limit ends by itself.
            result = real.wait(semaphore, until);
            wait_look_up(thread, result == 0);
            // Where the way out is not known from here, it is met at the bar.
        } while (result != 0 && until != timeout && !thread_must_leave(thread));
        wait_end(thread);
    }
    if (result == 0 && may_be_lock(semaphore)) held_take(thread, semaphore, HELD_SEMAPHORE, real.retain);
    return result;
}

// --- of the C library --------------------------------------------------------------------------------------------------

int sem_wait(sem_t *semaphore) {
    struct thread *thread = current();
    int result = real.posix_try(semaphore);
    if (result != 0 && !wait_is_of_cell(thread)) result = real.posix_wait(semaphore);
    else if (result != 0) {
        int error;
        do {
            struct timespec until = wait_slice();
            wait_begin(thread, semaphore);
            result = real.posix_timed(semaphore, &until);
            error = errno;
            wait_look_up(thread, result == 0);
        } while (result != 0 && (error == ETIMEDOUT || error == EINTR));
        wait_end(thread);
        errno = error;
    }
    if (result == 0) held_take(thread, semaphore, HELD_SEMAPHORE, NULL);
    return result;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
    struct thread *thread = current();
    int result;
    do {
        result = real.posix_timed(semaphore, until);
    } while (result != 0 && errno == EINTR && thread && thread->job && !thread_must_leave(thread)); // It was only looked at.
    return result;
}

int sem_post(sem_t *semaphore) {
    held_give_back(current(), semaphore);
    return real.posix_post(semaphore);
}

int sem_init(sem_t *semaphore, int is_shared, unsigned value) {
    held_give_back(current(), semaphore); // Another one at the same place.
    return real.posix_init(semaphore, is_shared, value);
}
