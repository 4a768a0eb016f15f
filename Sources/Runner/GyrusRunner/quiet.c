#define _GNU_SOURCE
#include "output.h"
#include "process.h"
#include "code.h"
#include "signals.h"
#include "waits.h"

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Whether anything goes on in the process, or may come from outside, that could end a wait of one of its threads. What is
// not understood counts as something that may.

enum { LOOKS = 3, LOOK_STEPS = 15, STEP_MICROSECONDS = 20000 };
enum { QUIET_MICROSECONDS = 15000 }; // The runner's own threads take less processor time during a look.

static int64_t processor_time(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static bool has_children(void) {
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static atomic_ulong subshells;

void quiet_note_subshells(unsigned long count) { atomic_store(&subshells, count); }

static bool expects_messages(void) {
    bool (*expects)(void) = (bool (*)(void))dlsym(RTLD_DEFAULT, "gyrus_expects_messages");
    return atomic_load(&subshells) > 0 || streams_wait_for_input() || (expects && expects());
}

// --- timers of libdispatch ----------------------------------------------------------------------------------------

// Once a global queue was used, libdispatch looks after its threads each second, so the descriptor of its timers is always
// set. Its own tables tell how many timers there are (`struct dispatch_timer_heap_s` in its event/event_internal.h, one for
// each of three clocks, in which each timer counts twice).
struct timer_heap {
    uint32_t entries, flags;
    void *first[2], *more;
};
struct timer_descriptor { // `struct dispatch_epoll_timeout_s` of event_epoll.c.
    int descriptor;
    uint16_t clock;
    bool is_registered, is_armed;
};
enum { CLOCKS = 3 };

static struct {
    const struct timer_heap *heaps;
    const long *has_watch; // Negative once it looks after its threads.
    const struct timer_descriptor *descriptors;
} timers;

static void *table(const char *name, size_t size) {
    size_t length = 0;
    void *address = (void *)symbol_find("/libdispatch.so", name, &length);
    return length == size ? address : NULL;
}

static void find_timers(void) {
    timers.heaps = table("_dispatch_timers_heap", CLOCKS * sizeof *timers.heaps);
    timers.has_watch = table("_dispatch_workq_init_once_pred", sizeof *timers.has_watch);
    timers.descriptors = table("_dispatch_epoll_timeout", CLOCKS * sizeof *timers.descriptors);
}

static bool knows_timers(void) { return timers.heaps && timers.has_watch && timers.descriptors; }

static bool has_timers(void) {
    if (!knows_timers()) return false;
    uint32_t entries = 0;
    for (int i = 0; i < CLOCKS; i++) entries += timers.heaps[i].entries;
    return entries > (*timers.has_watch < 0 ? 2 : 0);
}

static bool is_timers_of_dispatch(int descriptor) {
    for (int i = 0; knows_timers() && i < CLOCKS; i++)
        if (timers.descriptors[i].descriptor == descriptor) return true;
    return false;
}

// --- descriptors ---------------------------------------------------------------------------------------------------

static void read_about(const char *folder, const char *number, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/%s/%.16s", folder, number);
    text[0] = 0;
    if (strcmp(folder, "fd") == 0) {
        ssize_t length = readlink(path, text, size - 1);
        text[length > 0 ? length : 0] = 0;
        return;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) return;
    text[fread(text, 1, size - 1, file)] = 0;
    fclose(file);
}

// Whether something from outside is watched: a file, a pipe, a signal. Timers and wishes to wake are looked at by themselves.
static bool watches_others(const char *number) {
    char text[4096], target[64];
    read_about("fdinfo", number, text, sizeof text);
    for (const char *line = strstr(text, "tfd:"); line; line = strstr(line + 4, "tfd:")) {
        char watched[16];
        snprintf(watched, sizeof watched, "%d", atoi(line + 4));
        read_about("fd", watched, target, sizeof target);
        if (strstr(target, "[eventfd]") == NULL && strstr(target, "[timerfd]") == NULL) return true;
    }
    return false;
}

// Whether a descriptor is a connection, something that watches others, or a timer that will go off.
static bool is_expected(const char *number) {
    char target[64], text[512];
    read_about("fd", number, target, sizeof target);
    if (strncmp(target, "socket:", 7) == 0 || strstr(target, "inotify")) return true;
    if (strstr(target, "[eventpoll]")) return watches_others(number);
    if (strstr(target, "[timerfd]") == NULL || is_timers_of_dispatch(atoi(number))) return false;
    read_about("fdinfo", number, text, sizeof text);
    return strstr(text, "it_value: (0, 0)") == NULL;
}

static bool expects_by_descriptor(void) {
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) return true;
    bool expects = false;
    for (struct dirent *entry = readdir(folder); entry && !expects; entry = readdir(folder)) expects = is_expected(entry->d_name);
    closedir(folder);
    return expects;
}

// --- threads -------------------------------------------------------------------------------------------------------

// Whether a thread waits without a timeout, for something inside the process.
static bool waits(const struct thread *thread, const struct call *call) {
    if (thread->awaited && call_is_shared_wait(call)) return false;
    if (call->number == SYS_futex) return !call_is_limited_wait(call) || thread->awaits_task || thread->awaited;
    if (thread->is_guarded) return thread->awaited || call->number == SYS_flock || call->number == SYS_fcntl;
    // What descriptors are watched is looked at by itself; the main thread waits for the main queue.
    bool is_main = thread->id == getpid();
    return call->number == SYS_epoll_wait || call->number == SYS_epoll_pwait || (is_main && call->number == SYS_poll);
}

static void look(struct thread *thread, void *context) {
    if (thread->is_of_runner || thread->is_resting) return;
    struct call call = thread_call(thread);
    bool is_over = thread->is_guarded && !thread->armed;
    if (call.number != CALL_UNKNOWN && !is_over && !waits(thread, &call)) *(bool *)context = true;
}

// --- all of it -----------------------------------------------------------------------------------------------------

static bool is_quiet_now(void) {
    if (has_children() || has_timers() || expects_messages() || handlers_are_of_cells() || expects_by_descriptor()) return false;
    bool may_do_something = false;
    threads_each(look, &may_do_something);
    if (may_do_something) return false;
    int64_t before = processor_time();
    for (int step = 0; step < LOOK_STEPS; step++) {
        usleep(STEP_MICROSECONDS);
        if (jobs_any_is_asked()) return false; // There is something else to do.
    }
    return processor_time() - before <= QUIET_MICROSECONDS;
}

bool quiet_is(void) {
    static pthread_once_t found = PTHREAD_ONCE_INIT;
    pthread_once(&found, find_timers);
    // A timer that goes off is not set for a moment.
    for (int i = 0; i < LOOKS; i++)
        if (!is_quiet_now()) return false;
    return true;
}
