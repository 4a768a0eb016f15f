#define _GNU_SOURCE
#include "runner.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// A lock whose owner was taken out of its cell stays held: who waits for it waits for ever.

enum { KEPT = 256 };
enum { PATIENCE_NANOSECONDS = 1000000000 };

// The threads that were taken out of their cells, the last ones, and for which request each worked.
static struct {
    _Atomic(pid_t) thread;
    _Atomic(uint32_t) request;
    _Atomic(void *) semaphores[HELD_SEMAPHORES];
} left[KEPT];
static atomic_uint count, semaphore_count;

void left_note(struct thread *thread) {
    unsigned place = atomic_fetch_add(&count, 1) % KEPT;
    atomic_store(&left[place].request, thread->job ? thread->request : atomic_load(&the_cell.request));
    for (int i = 0; i < HELD_SEMAPHORES; i++) {
        if (thread->semaphores[i]) atomic_fetch_add(&semaphore_count, 1);
        atomic_store(&left[place].semaphores[i], thread->semaphores[i]);
        thread->semaphores[i] = NULL;
    }
    atomic_store(&left[place].thread, thread->id);
}

bool left_anything(void) { return atomic_load(&count) > 0; }

static uint32_t left_by(pid_t thread) {
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

// --- whether anything goes on that could end a wait ---------------------------------------------------------------------

enum { LOOK_MICROSECONDS = 300000, QUIET_MICROSECONDS = 15000 }; // The runner's own threads take less processor time.

static int64_t processor_time(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

// Whether a descriptor is a connection, or a timer that will go off.
static bool is_expected(const char *number) {
    char path[64], target[64] = "", text[512];
    snprintf(path, sizeof path, "/proc/self/fd/%.16s", number);
    if (readlink(path, target, sizeof target - 1) < 0) return false;
    if (strncmp(target, "socket:", 7) == 0) return true;
    if (strstr(target, "timerfd") == NULL) return false;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%.16s", number);
    FILE *file = fopen(path, "re");
    if (file == NULL) return true;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return strstr(text, "it_value: (0, 0)") == NULL;
}

// Whether a thread sleeps, and may do something when it wakes.
static void look_for_sleep(struct thread *thread, void *sleeps) {
    long call = thread->is_of_runner ? CALL_NONE : thread_call(thread);
    if (call == SYS_nanosleep || call == SYS_clock_nanosleep) *(bool *)sleeps = true;
}

static bool has_children(void) {
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static bool is_quiet_now(void) {
    if (has_children()) return false;
    int64_t before = processor_time();
    usleep(LOOK_MICROSECONDS);
    if (processor_time() - before > QUIET_MICROSECONDS) return false;
    bool sleeps = false;
    threads_each(look_for_sleep, &sleeps);
    DIR *folder = sleeps ? NULL : opendir("/proc/self/fd");
    if (folder == NULL) return false;
    bool expects = false;
    for (struct dirent *entry = readdir(folder); entry && !expects; entry = readdir(folder)) expects = is_expected(entry->d_name);
    closedir(folder);
    return !expects;
}

// A timer that goes off is not set for a moment.
static bool is_quiet(void) {
    enum { LOOKS = 3 };
    for (int i = 0; i < LOOKS; i++)
        if (!is_quiet_now()) return false;
    return true;
}

uint32_t left_task(void) {
    unsigned notes = atomic_load(&count);
    return notes > 0 && is_quiet() ? atomic_load(&left[(notes - 1) % KEPT].request) : 0;
}

uint32_t left_semaphore(const void *semaphore) {
    for (int i = 0; i < KEPT; i++)
        for (int k = 0; k < HELD_SEMAPHORES; k++)
            if (atomic_load(&left[i].semaphores[k]) == semaphore) return is_quiet() ? atomic_load(&left[i].request) : 0;
    return 0;
}

void left_signalled(const void *semaphore) {
    if (atomic_load(&semaphore_count) == 0) return;
    for (int i = 0; i < KEPT; i++)
        for (int k = 0; k < HELD_SEMAPHORES; k++)
            if (atomic_load(&left[i].semaphores[k]) == semaphore) atomic_store(&left[i].semaphores[k], NULL);
}

// --- looking ----------------------------------------------------------------------------------------------------------

// A mutex that somebody waits for, and whether its owner can still give it back.
struct wait {
    struct job *job;
    uint32_t request, held_by;
    pid_t owner;
    bool owner_is_idle;
};

static void look(struct thread *thread, void *context) {
    // Threads of queues live on after they were taken out of a cell.
    bool is_left_alive = !thread->is_guarded && !thread->is_of_runner && left_by(thread->id);
    bool is_of_job = thread->is_guarded && thread->armed && thread_is_current(thread);
    if (!is_left_alive && !is_of_job) return;
    // No other wait is disturbed for it.
    if (thread_call(thread) != SYS_futex) {
        thread->wait_since = 0;
        return;
    }
    int64_t since = thread->wait_since;
    signal_probe(thread); // For the next look.
    if (!is_of_job || since == 0 || now() - since < PATIENCE_NANOSECONDS || !thread->waits_for_lock) return;
    pid_t owner = owner_of(thread);
    uint32_t request = owner > 0 ? left_by(owner) : 0;
    if (request == 0) return;
    *(struct wait *)context = (struct wait){.job = thread->job, .request = thread->request, .held_by = request, .owner = owner};
}

static void look_at_owner(struct thread *thread, void *context) {
    struct wait *wait = context;
    if (thread->id == wait->owner) wait->owner_is_idle = thread->is_idle;
}

void left_check(void) {
    struct wait wait = {0};
    threads_each(look, &wait);
    if (wait.job == NULL) return;
    threads_each(look_at_owner, &wait);
    if (!wait.owner_is_idle && !has_ended(wait.owner)) return; // It may hold it for something new.
    if (!atomic_load(&wait.job->running) || atomic_load(&wait.job->request) != wait.request) return;
    struct report report = {.outcome = OUTCOME_HELD, .held_by = wait.held_by};
    job_fail(wait.job, &report);
}
