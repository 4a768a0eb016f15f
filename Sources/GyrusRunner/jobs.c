#define _GNU_SOURCE
#include "runner.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct job the_cell, the_handler;

// Held while the cells' code is barred or opened, so that no job ends and leaves a bar behind that was meant for it.
static pthread_mutex_t bar_lock = PTHREAD_MUTEX_INITIALIZER;

// --- begin and end ----------------------------------------------------------------------------------------------

void job_begin(struct job *job, uint32_t request, const char *message_id) {
    memset(&job->report, 0, sizeof job->report);
    snprintf(job->message_id, sizeof job->message_id, "%s", message_id);
    atomic_flag_clear(&job->has_report);
    atomic_store(&job->interrupted, false);
    atomic_store(&job->request, request);
    atomic_store(&job->running, true);
}

struct job_end job_end(struct job *job, enum outcome outcome) {
    pthread_mutex_lock(&bar_lock);
    atomic_store(&job->running, false);
    images_bar(false);
    pthread_mutex_unlock(&bar_lock);
    struct job_end end = {.report = job->report, .interrupted = atomic_exchange(&job->interrupted, false)};
    if (outcome != OUTCOME_OK && end.report.outcome == OUTCOME_OK) end.report.outcome = outcome;
    return end;
}

void send_end(uint8_t kind, const struct job_end *end, const char *format, ...) {
    static const char *names[] = {"ok", "error", "trap", "interrupt"};
    const struct report *report = &end->report;
    char frames[FRAMES * 90], *members = NULL;
    image_describe(report->frames, report->frame_count, frames, sizeof frames);
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&members, format, arguments) < 0) members = NULL;
    va_end(arguments);
    send_json(
        kind, "{\"outcome\":\"%s\",\"interrupted\":%s,\"signal\":\"%s\",\"frames\":%s,%s}", names[report->outcome],
        end->interrupted ? "true" : "false",
        report->stack_ended ? "STACK" : report->signal ? sigabbrev_np(report->signal) : "", frames, members);
    free(members);
}

// --- interrupting -----------------------------------------------------------------------------------------------

enum {
    LOOPS_MILLISECONDS = 100,    // From here on optimised loops end at their next round.
    GRACE_MILLISECONDS = 180,    // For code that asks whether it was cancelled.
    LIBRARY_MILLISECONDS = 1000, // From here on also out of Swift functions of the standard library.
    PATIENCE_MILLISECONDS = 20000,
    STEP_MILLISECONDS = 2,
};

static bool is_asked_to_end(struct job *job) { return atomic_load(&job->running) && atomic_load(&job->interrupted); }
static bool anything_is_asked_to_end(void) { return is_asked_to_end(&the_cell) || is_asked_to_end(&the_handler); }

static void *insist(void *unused) {
    (void)unused;
    void (*stop_loops)(bool) = (void (*)(bool))dlsym(RTLD_DEFAULT, "gyrus_stop_loops");
    for (int waited = 0; waited < PATIENCE_MILLISECONDS && anything_is_asked_to_end(); waited += STEP_MILLISECONDS) {
        if (waited >= LOOPS_MILLISECONDS && stop_loops) stop_loops(true);
        if (waited >= GRACE_MILLISECONDS) {
            threads_interrupt(waited >= LIBRARY_MILLISECONDS);
            pthread_mutex_lock(&bar_lock);
            if (anything_is_asked_to_end()) images_bar(true);
            pthread_mutex_unlock(&bar_lock);
        }
        usleep(STEP_MILLISECONDS * 1000);
    }
    if (stop_loops) stop_loops(false);
    return NULL;
}

static bool ask(struct job *job) { return atomic_load(&job->running) && !atomic_exchange(&job->interrupted, true); }

void jobs_interrupt(void) {
    bool cell = ask(&the_cell), handler = ask(&the_handler);
    if (!cell && !handler) return;
    streams_cancel_input();
    void (*cancel)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gyrus_cancel_cell");
    if (cancel) cancel();
    pthread_t thread;
    if (pthread_create(&thread, NULL, insist, NULL) == 0) pthread_detach(thread);
}
