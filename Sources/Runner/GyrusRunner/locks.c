#define _GNU_SOURCE
#include "waits.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>

// Locks that do not say who holds them: these functions come before the C library's, note what each thread takes, and wait
// in slices, so that a wait can be broken off and ends where the holder was stopped. (A mutex says who holds it; see left.c.)

static struct {
    int (*read)(pthread_rwlock_t *);
    int (*write)(pthread_rwlock_t *);
    int (*try_read)(pthread_rwlock_t *);
    int (*try_write)(pthread_rwlock_t *);
    int (*timed_read)(pthread_rwlock_t *, const struct timespec *);
    int (*timed_write)(pthread_rwlock_t *, const struct timespec *);
    int (*unlock)(pthread_rwlock_t *);
    int (*init)(pthread_rwlock_t *, const pthread_rwlockattr_t *);
    int (*spin)(pthread_spinlock_t *);
    int (*spin_try)(pthread_spinlock_t *);
    int (*spin_unlock)(pthread_spinlock_t *);
} real;
static pthread_once_t found = PTHREAD_ONCE_INIT;

static void find(void) {
    *(void **)&real.read = dlsym(RTLD_NEXT, "pthread_rwlock_rdlock");
    *(void **)&real.write = dlsym(RTLD_NEXT, "pthread_rwlock_wrlock");
    *(void **)&real.try_read = dlsym(RTLD_NEXT, "pthread_rwlock_tryrdlock");
    *(void **)&real.try_write = dlsym(RTLD_NEXT, "pthread_rwlock_trywrlock");
    *(void **)&real.timed_read = dlsym(RTLD_NEXT, "pthread_rwlock_timedrdlock");
    *(void **)&real.timed_write = dlsym(RTLD_NEXT, "pthread_rwlock_timedwrlock");
    *(void **)&real.unlock = dlsym(RTLD_NEXT, "pthread_rwlock_unlock");
    *(void **)&real.init = dlsym(RTLD_NEXT, "pthread_rwlock_init");
    *(void **)&real.spin = dlsym(RTLD_NEXT, "pthread_spin_lock");
    *(void **)&real.spin_try = dlsym(RTLD_NEXT, "pthread_spin_trylock");
    *(void **)&real.spin_unlock = dlsym(RTLD_NEXT, "pthread_spin_unlock");
}

static struct thread *current(void) {
    pthread_once(&found, find);
    return thread_current();
}

// Notes that a thread has a lock, if it has; returns `result`.
static int took(struct thread *thread, void *lock, int result) {
    if (result == 0) held_take(thread, lock, HELD_LOCK, NULL);
    return result;
}

// --- locks for many readers or one writer ------------------------------------------------------------------------------

static int wait_for(
    struct thread *thread, pthread_rwlock_t *lock, int (*timed)(pthread_rwlock_t *, const struct timespec *)) {
    int result;
    do {
        struct timespec until = wait_slice();
        wait_begin(thread, lock);
        result = timed(lock, &until);
        wait_look_up(thread, result == 0);
    } while (result == ETIMEDOUT);
    wait_end(thread);
    return result;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock) {
    struct thread *thread = current();
    int result = real.try_read(lock);
    if (result != 0) result = wait_is_of_cell(thread) ? wait_for(thread, lock, real.timed_read) : real.read(lock);
    return took(thread, lock, result);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock) {
    struct thread *thread = current();
    int result = real.try_write(lock);
    if (result != 0) result = wait_is_of_cell(thread) ? wait_for(thread, lock, real.timed_write) : real.write(lock);
    return took(thread, lock, result);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock) {
    struct thread *thread = current();
    return took(thread, lock, real.try_read(lock));
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock) {
    struct thread *thread = current();
    return took(thread, lock, real.try_write(lock));
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock) {
    held_give_back(current(), lock);
    return real.unlock(lock);
}

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes) {
    held_give_back(current(), lock); // Another one at the same place.
    return real.init(lock, attributes);
}

// --- spin locks --------------------------------------------------------------------------------------------------------

int pthread_spin_lock(pthread_spinlock_t *lock) {
    enum { SPINS = 1 << 12 };
    struct thread *thread = current();
    void *object = (void *)lock;
    if (!wait_is_of_cell(thread)) return took(thread, object, real.spin(lock));
    for (unsigned spins = 1; real.spin_try(lock) != 0; spins++) {
        if (spins % SPINS != 0) continue;
        wait_begin(thread, object);
        sched_yield();
        wait_look_up(thread, false);
    }
    wait_end(thread);
    return took(thread, object, 0);
}

int pthread_spin_trylock(pthread_spinlock_t *lock) {
    struct thread *thread = current();
    return took(thread, (void *)lock, real.spin_try(lock));
}

int pthread_spin_unlock(pthread_spinlock_t *lock) {
    held_give_back(current(), (void *)lock);
    return real.spin_unlock(lock);
}

int pthread_spin_init(pthread_spinlock_t *lock, int is_shared) {
    (void)is_shared;
    held_give_back(current(), (void *)lock); // Another one at the same place.
    return real.spin_unlock(lock);           // What glibc does, too: an open lock is set up.
}
