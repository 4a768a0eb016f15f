#define _GNU_SOURCE
#include "code.h"
#include "output.h"
#include "process.h"
#include "signals.h"
#include "waits.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct job the_cell, the_handler;
enum { INDEX_CELL, INDEX_HANDLER, INDEX_SUBSHELLS };
static struct job subshell_cells[JOBS - INDEX_SUBSHELLS];
// Whether a job waits is said after so many looks in which it did, or did not.
enum { MOST_LOOKS = 8, WAIT_STEP_MILLISECONDS = 5 };

struct job *job_at(int index) {
    if (index == INDEX_CELL) return &the_cell;
    return index == INDEX_HANDLER ? &the_handler : &subshell_cells[index - INDEX_SUBSHELLS];
}

int job_index(const struct job *job) {
    if (job == &the_cell) return INDEX_CELL;
    return job == &the_handler ? INDEX_HANDLER : INDEX_SUBSHELLS + (int)(job - subshell_cells);
}

// Called by the thread that reads the commands alone, so that nobody else takes the job meanwhile.
struct job *job_for_subshell(void) {
    for (int index = INDEX_SUBSHELLS; index < JOBS; index++)
        if (!atomic_load(&job_at(index)->running)) return job_at(index);
    return NULL;
}

// The running job at a place in the order in which they are asked, the handler last; NULL if that one does not run.
static struct job *running_job(int place) {
    struct job *job = job_at(place == INDEX_HANDLER ? JOBS - 1 : place == JOBS - 1 ? INDEX_HANDLER : place);
    return atomic_load(&job->running) ? job : NULL;
}

struct job *job_that_answers(uintptr_t address) {
    for (int place = 0; place < JOBS; place++) {
        struct job *job = running_job(place);
        if (job && image_has(atomic_load(&job->image), address)) return job;
    }
    return NULL;
}

// What a job's threads do.
struct activity {
    const struct job *job;
    bool works; // Whether one of them computes, or only sleeps.
};

static void look(struct thread *thread, void *context) {
    struct activity *activity = context;
    if (thread->job != activity->job || !thread->armed || !thread_is_current(thread)) return;
    // Between the slices of its wait it does nothing else.
    if (thread->is_resting || thread->awaits_task || thread->awaited) return;
    long call = thread_call(thread).number;
    if (call == CALL_NONE || call == SYS_nanosleep || call == SYS_clock_nanosleep) activity->works = true;
}

// Whether a job waits most of the time: a thread that waits runs at times, and one that computes waits at times.
static bool waits(const struct job *job) {
    struct timespec step = {.tv_nsec = WAIT_STEP_MILLISECONDS * 1000000L};
    int waiting = 0, working = 0;
    while (waiting < MOST_LOOKS && working < MOST_LOOKS) {
        if (waiting + working > 0) nanosleep(&step, NULL);
        struct activity activity = {.job = job};
        threads_each(look, &activity);
        if (activity.works) working++;
        else waiting++;
    }
    return waiting == MOST_LOOKS;
}

struct job *job_that_waits(void) {
    for (int place = 0; place < JOBS; place++) {
        struct job *job = running_job(place);
        if (job && waits(job)) return job;
    }
    return NULL;
}

// Held while the cells' code is barred or opened, so that no job ends and leaves a bar behind that was meant for it.
static pthread_mutex_t bar_lock = PTHREAD_MUTEX_INITIALIZER;

int64_t now(void) {
    struct timespec clock;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    return clock.tv_sec * 1000000000LL + clock.tv_nsec;
}

// --- begin and end ----------------------------------------------------------------------------------------------

void job_begin(struct job *job, uint32_t request, const char *message_id) {
    memset(&job->report, 0, sizeof job->report);
    snprintf(job->message_id, sizeof job->message_id, "%s", message_id);
    atomic_flag_clear(&job->has_report);
    atomic_store(&job->interrupted, false);
    atomic_store(&job->children_told, false);
    atomic_store(&job->stopping, false);
    atomic_store(&job->reached, 0);
    atomic_store(&job->image, 0);
    atomic_store(&job->begun, now());
    atomic_store(&job->request, request);
    atomic_store(&job->running, true);
    if (left_anything()) jobs_wake(); // Its waits are looked at.
}

// Whether a job's children are still to be sent the interrupt; from then on they are no longer.
static bool must_tell_children(struct job *job) {
    return atomic_load(&job->interrupted) && !atomic_exchange(&job->children_told, true);
}

struct job_end job_end(struct job *job, enum outcome outcome) {
    if (must_tell_children(job)) children_signal(SIGINT, atomic_load(&job->begun));
    // `system` has this process ignore it while it waits: for good, if that wait was given up.
    if (atomic_load(&job->interrupted)) children_heed(SIGINT);
    struct job_end end = {
        .request = atomic_load(&job->request), .report = job->report,
        .interrupted = atomic_exchange(&job->interrupted, false)};
    pthread_mutex_lock(&bar_lock);
    atomic_store(&job->running, false);
    images_bar(false);
    pthread_mutex_unlock(&bar_lock);
    if (outcome != OUTCOME_OK && end.report.outcome == OUTCOME_OK) end.report.outcome = outcome;
    if (end.report.outcome != OUTCOME_OK) jobs_wake(); // Threads of the job may be left.
    return end;
}

void job_fail(struct job *job, const struct report *report) {
    if (!atomic_load(&job->running)) return;
    if (!atomic_flag_test_and_set(&job->has_report)) {
        job->report = *report;
        if (!atomic_load(&job->interrupted)) atomic_store(&job->asked, now());
        atomic_store(&job->stopping, true);
        jobs_wake();
    } else if (job->report.frame_count == 0 && !report->is_foreign) {
        // What was noticed from outside: this is the place where the job was stopped for it.
        memcpy(job->report.frames, report->frames, sizeof report->frames);
        job->report.frame_count = report->frame_count;
    }
}

static void send_report(
    uint32_t request, enum message_kind kind, const struct report *report, bool interrupted, const char *members) {
    char frames[FRAMES * 90], held_at[200];
    image_describe(report->frames, report->frame_count, frames, sizeof frames);
    image_describe(&report->held_at, report->held_at ? 1 : 0, held_at, sizeof held_at);
    char *text = NULL;
    int length = asprintf(
        &text,
        "{\"outcome\":%d,\"interrupted\":%s,\"signal\":\"%s\",\"isForeign\":%s,\"heldBy\":%u,\"held\":%d,\"heldAt\":%s,"
        "\"frames\":%s%s}",
        report->outcome, interrupted ? "true" : "false",
        report->stack_ended ? "STACK" : report->signal ? sigabbrev_np(report->signal) : "",
        report->is_foreign ? "true" : "false", report->held_by, report->held, held_at, frames, members);
    if (length >= 0) channel_send(request, kind, (const uint8_t *)text, (size_t)length);
    free(text);
}

void send_end(enum message_kind kind, const struct job_end *end, const char *format, ...) {
    char *members = NULL, *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&members, format, arguments) < 0) members = NULL;
    va_end(arguments);
    if (members && asprintf(&text, ",%s", members) < 0) text = NULL;
    send_report(end->request, kind, &end->report, end->interrupted, text ? text : "");
    free(members);
    free(text);
}

// --- stopping -----------------------------------------------------------------------------------------------------

enum {
    LOOPS_MILLISECONDS = 100,    // From here on optimized loops end at their next round.
    GRACE_MILLISECONDS = 180,    // For code that asks whether it was cancelled.
    LIBRARY_MILLISECONDS = 820,  // So much later also out of Swift functions of the standard library.
    FILL_MILLISECONDS = 100,     // So soon if the memory is short: a large array may be being filled there.
    CHILDREN_MILLISECONDS = 400, // Children that did not end when they were asked are told to.
    STEP_MILLISECONDS = 2,
    SLOW_STEP_MILLISECONDS = 20, // After the first seconds.
    SLOW_AFTER_MILLISECONDS = 3000,
    SWEEP_MILLISECONDS = 2000,   // How long threads that a job left behind are asked to end.
    LOOK_MILLISECONDS = 500,     // How often a cell's waits are looked at, if earlier cells left locks.
};

static sem_t wake;

static int64_t milliseconds_since_asked(struct job *job) { return (now() - atomic_load(&job->asked)) / 1000000; }

static bool is_asked_to_end(struct job *job) {
    return atomic_load(&job->running) && (atomic_load(&job->interrupted) || atomic_load(&job->stopping));
}

bool jobs_any_is_asked(void) {
    for (int index = 0; index < JOBS; index++)
        if (is_asked_to_end(job_at(index))) return true;
    return false;
}

bool jobs_any_runs(void) {
    for (int index = 0; index < JOBS; index++)
        if (atomic_load(&job_at(index)->running)) return true;
    return false;
}

bool jobs_any_must_end(void) {
    for (int index = 0; index < JOBS; index++)
        if (job_must_end(job_at(index))) return true;
    return false;
}

bool job_must_end(struct job *job) {
    if (!atomic_load(&job->running)) return false;
    return atomic_load(&job->stopping)
        || (atomic_load(&job->interrupted) && milliseconds_since_asked(job) >= GRACE_MILLISECONDS);
}

static void wake_waiting(struct thread *thread, void *unused) {
    (void)unused;
    if (thread_must_leave(thread)) wait_wake(thread);
}

// Takes the threads out of whatever must end, once.
static void press(bool reaches_into_library) {
    signals_interrupt(reaches_into_library);
    threads_each(wake_waiting, NULL);
    threads_end_left_behind();
    pthread_mutex_lock(&bar_lock);
    if (jobs_any_must_end()) images_bar(true);
    pthread_mutex_unlock(&bar_lock);
}

static void end_what_is_asked(void (*stop_loops)(bool)) {
    int told = 0;
    int64_t waited = 0;
    while (jobs_any_is_asked()) {
        bool stops = false, presses = false, lacks_memory = false;
        // When the first of the jobs began, and the first of those whose children are told.
        int64_t begun = INT64_MAX, told_begun = INT64_MAX;
        waited = 0;
        for (int index = 0; index < JOBS; index++) {
            struct job *job = job_at(index);
            if (!is_asked_to_end(job)) continue;
            int64_t since = milliseconds_since_asked(job);
            if (since > waited) waited = since;
            stops |= since >= LOOPS_MILLISECONDS || atomic_load(&job->stopping);
            presses |= job_must_end(job);
            int64_t began = atomic_load(&job->begun);
            if (began < begun) begun = began;
            if (job_must_end(job) && must_tell_children(job) && began < told_begun) told_begun = began;
            lacks_memory |= atomic_load(&job->stopping) && job->report.outcome == OUTCOME_MEMORY;
        }
        if (stops && stop_loops) stop_loops(true);
        if (presses) press(waited >= (lacks_memory ? FILL_MILLISECONDS : GRACE_MILLISECONDS + LIBRARY_MILLISECONDS));
        // Not before, or a cell that waits for one would go on.
        if (told_begun < INT64_MAX) children_signal(SIGINT, told_begun);
        if (waited >= CHILDREN_MILLISECONDS && told == 0 && ++told) children_signal(SIGTERM, begun);
        usleep((waited < SLOW_AFTER_MILLISECONDS ? STEP_MILLISECONDS : SLOW_STEP_MILLISECONDS) * 1000);
    }
    if (stop_loops) stop_loops(false);
}

static void count_left(struct thread *thread, void *count) {
    if (thread->job && thread->armed && !thread_is_current(thread) && !atomic_load(&thread->left_behind)) ++*(int *)count;
}

// Asks threads of jobs that have ended to end, too.
static void sweep(void) {
    for (int waited = 0; waited < SWEEP_MILLISECONDS && !jobs_any_is_asked(); waited += SLOW_STEP_MILLISECONDS) {
        int count = 0;
        threads_each(count_left, &count);
        if (count == 0) return;
        signals_interrupt(waited >= LIBRARY_MILLISECONDS);
        threads_each(wake_waiting, NULL);
        usleep(SLOW_STEP_MILLISECONDS * 1000);
    }
}

void job_report_wait(const struct job *job, uint32_t request, const struct report *report) {
    static uint32_t told;
    if (told == request || !atomic_load(&job->running) || atomic_load(&job->request) != request) return;
    told = request;
    send_report(request, MESSAGE_WAITS, report, false, "");
}

enum { STRAYS = 8 };
static struct report strays[STRAYS];
static atomic_uint strays_taken;
static atomic_bool stray_is_full[STRAYS];

void job_report_stray(const struct report *report) {
    unsigned index = atomic_fetch_add(&strays_taken, 1) % STRAYS;
    if (atomic_load(&stray_is_full[index])) return;
    strays[index] = *report;
    atomic_store(&stray_is_full[index], true);
    jobs_wake();
}

static void send_strays(void) {
    for (int i = 0; i < STRAYS; i++)
        if (atomic_load(&stray_is_full[i])) {
            send_report(0, MESSAGE_STRAY, &strays[i], false, "");
            atomic_store(&stray_is_full[i], false);
        }
}

static void *watch(void *unused) {
    (void)unused;
    for (;;) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_MILLISECONDS * 1000000L;
        if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
        if (left_anything() && jobs_any_runs()) {
            if (sem_timedwait(&wake, &until) != 0) left_check();
        } else {
            while (sem_wait(&wake) != 0 && errno == EINTR) {}
        }
        end_what_is_asked((void (*)(bool))dlsym(RTLD_DEFAULT, "gyrus_stop_loops"));
        send_strays();
        sweep();
    }
    return NULL;
}

void jobs_watch(void) {
    sem_init(&wake, 0, 0);
    pthread_t thread;
    if (pthread_create(&thread, NULL, watch, NULL) == 0) pthread_detach(thread);
}

void jobs_wake(void) { sem_post(&wake); }

static bool ask(struct job *job) {
    if (!atomic_load(&job->running) || atomic_load(&job->interrupted)) return false;
    if (!atomic_load(&job->stopping)) atomic_store(&job->asked, now());
    return !atomic_exchange(&job->interrupted, true);
}

void jobs_interrupt(uint32_t request) {
    void (*cancel)(int32_t) = (void (*)(int32_t))dlsym(RTLD_DEFAULT, "gyrus_cancel_job");
    bool any = false;
    for (int index = 0; index < JOBS; index++) {
        struct job *job = job_at(index);
        if ((request != 0 && atomic_load(&job->request) != request) || !ask(job)) continue;
        any = true;
        streams_cancel_input(job);
        if (cancel) cancel(index);
    }
    if (any) jobs_wake();
}
