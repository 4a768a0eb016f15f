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
enum { PLACE_CELL, PLACE_HANDLER, PLACE_SUBSHELLS };
static struct job subshell_cells[JOBS - PLACE_SUBSHELLS];

struct job *job_at(int place) {
    if (place == PLACE_CELL) return &the_cell;
    return place == PLACE_HANDLER ? &the_handler : &subshell_cells[place - PLACE_SUBSHELLS];
}

int job_place(const struct job *job) {
    if (job == &the_cell) return PLACE_CELL;
    return job == &the_handler ? PLACE_HANDLER : PLACE_SUBSHELLS + (int)(job - subshell_cells);
}

// Called by the thread that reads the commands alone, so that nobody else takes the job meanwhile.
struct job *job_for_subshell(void) {
    for (int place = PLACE_SUBSHELLS; place < JOBS; place++)
        if (!atomic_load(&job_at(place)->running)) return job_at(place);
    return NULL;
}

// Held while the cells' code is barred or opened, so that no job ends and leaves a bar behind that was meant for it.
static pthread_mutex_t bar_lock = PTHREAD_MUTEX_INITIALIZER;

// --- begin and end ----------------------------------------------------------------------------------------------

void job_begin(struct job *job, uint32_t request, const char *message_id) {
    memset(&job->report, 0, sizeof job->report);
    snprintf(job->message_id, sizeof job->message_id, "%s", message_id);
    atomic_flag_clear(&job->has_report);
    atomic_store(&job->interrupted, false);
    atomic_store(&job->reached, 0);
    atomic_store(&job->request, request);
    atomic_store(&job->running, true);
}

struct job_end job_end(struct job *job, enum outcome outcome) {
    struct job_end end = {
        .request = atomic_load(&job->request), .report = job->report,
        .interrupted = atomic_exchange(&job->interrupted, false)};
    pthread_mutex_lock(&bar_lock);
    atomic_store(&job->running, false);
    images_bar(false);
    pthread_mutex_unlock(&bar_lock);
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
    char *text = NULL;
    int length = asprintf(
        &text, "{\"outcome\":\"%s\",\"interrupted\":%s,\"signal\":\"%s\",\"frames\":%s,%s}", names[report->outcome],
        end->interrupted ? "true" : "false",
        report->stack_ended ? "STACK" : report->signal ? sigabbrev_np(report->signal) : "", frames, members);
    if (length >= 0) channel_send(end->request, kind, (const uint8_t *)text, (size_t)length);
    free(members);
    free(text);
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
static bool anything_is_asked_to_end(void) {
    for (int place = 0; place < JOBS; place++)
        if (is_asked_to_end(job_at(place))) return true;
    return false;
}

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

void jobs_interrupt(uint32_t request) {
    void (*cancel)(int32_t) = (void (*)(int32_t))dlsym(RTLD_DEFAULT, "gyrus_cancel_job");
    bool any = false;
    for (int place = 0; place < JOBS; place++) {
        struct job *job = job_at(place);
        if ((request != 0 && atomic_load(&job->request) != request) || !ask(job)) continue;
        any = true;
        streams_cancel_input(job);
        if (cancel) cancel(place);
    }
    if (!any) return;
    pthread_t thread;
    if (pthread_create(&thread, NULL, insist, NULL) == 0) pthread_detach(thread);
}
