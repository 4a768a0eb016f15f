#define _GNU_SOURCE
#include "code.h"
#include "jobs.h"
#include "output.h"
#include "process.h"
#include "signals.h"
#include "waits.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

// Nanoseconds by the clock, and of processor time of the whole process.
struct spent {
    int64_t wall, user, system;
};

static struct spent spent_now(void) {
    struct timespec clock;
    struct rusage usage;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    getrusage(RUSAGE_SELF, &usage);
    return (struct spent){
        .wall = clock.tv_sec * 1000000000LL + clock.tv_nsec,
        .user = usage.ru_utime.tv_sec * 1000000000LL + usage.ru_utime.tv_usec * 1000LL,
        .system = usage.ru_stime.tv_sec * 1000000000LL + usage.ru_stime.tv_usec * 1000LL,
    };
}

// A cell that runs: which library, and which entry.
struct cell {
    struct job *job;
    char *path, *entry;
    bool loaded;
    struct spent start; // When its own code began.
};

// The job of the calling thread; the main shell's cell on threads that are not guarded.
static struct job *own_job(void) {
    struct job *job = thread_job();
    return job ? job : &the_cell;
}

// --- what CellRuntime calls, by name ----------------------------------------------------------------------------

void gyrus_runner_reached(int32_t item) {
    struct job *job = thread_job();
    if (job == NULL) return;
    atomic_store(&job->reached, item);
    // Code that ended early because it was asked to: the cell does not continue with what it left.
    if (atomic_load(&job->interrupted)) signal_leave(OUTCOME_INTERRUPT);
}
bool gyrus_runner_is_interrupted(void) { return atomic_load(&own_job()->interrupted); }
const char *gyrus_runner_message_id(void) { return own_job()->message_id; }
int32_t gyrus_runner_job(void) { return job_index(own_job()); }
// Whether another thread of the job failed, so that the calling one has nothing left to wait for.
bool gyrus_runner_has_failed(void) {
    struct thread *thread = thread_current();
    if (thread == NULL || thread->job == NULL) return false;
    return !thread_is_current(thread) || atomic_load(&thread->job->stopping);
}
// Notes whether the calling thread has nothing to do until a task ends.
void gyrus_runner_awaits_task(bool awaits) {
    if (thread_current()) thread_current()->awaits_task = awaits;
}
// Notes whether the calling thread has nothing to do at all.
void gyrus_runner_rests(bool rests) {
    if (thread_current()) thread_current()->is_resting = rests;
}
// Ends the calling thread's job if a task that it is about to wait for was abandoned.
void gyrus_runner_stop_if_left(const void *task) {
    struct thread *thread = thread_current();
    struct report report;
    if (thread && thread_is_current(thread) && left_task(task, &report)) job_fail(thread->job, &report);
}
void gyrus_runner_stop(void) { signal_leave(OUTCOME_INTERRUPT); }
void gyrus_runner_leave(enum outcome outcome) { thread_leave(outcome); }
bool gyrus_runner_start_thread(void (*body)(void *), void (*ended)(void *, enum outcome), void *context) {
    return thread_start(NULL, body, ended, context);
}

// --- running ----------------------------------------------------------------------------------------------------

typedef int (*entry_point)(int, char **);
typedef void (*cell_runner)(entry_point);

// Says why a cell could not be loaded, as an error of its own kind.
static void report_problem(const char *problem) {
    char text[1024];
    snprintf(text, sizeof text, "%s", problem);
    for (char *letter = text; *letter; letter++) {
        if (*letter == '"' || *letter == '\\' || (unsigned char)*letter < ' ') *letter = '\'';
    }
    send_json(MESSAGE_ERROR, "{\"ename\":\"LoadError\",\"evalue\":\"%s\",\"cancelled\":false}", text);
}

// The entry of the cell, which a process that it forked off does not outlive.
static int run_entry(int count, char **arguments) {
    int result = ((entry_point)thread_job()->entry)(count, arguments);
    if (process_is_forked()) _exit(0);
    return result;
}

static void body(void *context) {
    struct cell *cell = context;
    const char *error = NULL;
    void *handle = image_load(cell->path, &error);
    entry_point entry = handle ? (entry_point)dlsym(handle, cell->entry) : NULL;
    if (entry == NULL) {
        report_problem(error ? error : "it has no entry point");
        thread_leave(OUTCOME_ERROR);
    }
    cell->loaded = true;
    atomic_store(&cell->job->image, image_number());
    cell->job->entry = (void *)entry;
    throws_hook();
    cell_runner runner = (cell_runner)dlsym(RTLD_DEFAULT, "gyrus_run_cell");
    cell->start = spent_now();
    if (runner) {
        runner(run_entry);
    } else {
        char *arguments[] = {"gyrus-runner", NULL};
        run_entry(1, arguments);
    }
}

static void ended(void *context, enum outcome outcome) {
    struct cell *cell = context;
    struct spent start = cell->start, now = cell->loaded ? spent_now() : start;
    int reached = atomic_load(&cell->job->reached);
    streams_settle(outcome != OUTCOME_OK); // Before another cell may take the job.
    struct job_end end = job_end(cell->job, outcome);
    send_end(
        MESSAGE_FINISHED, &end, "\"loaded\":%s,\"reached\":%d,\"wall\":%lld,\"user\":%lld,\"system\":%lld",
        cell->loaded ? "true" : "false", reached, (long long)(now.wall - start.wall),
        (long long)(now.user - start.user), (long long)(now.system - start.system));
    free(cell->path);
    free(cell->entry);
    free(cell);
}

void cell_run(uint32_t request, bool on_subshell, const char *message_id, const char *path, const char *entry) {
    struct job *job = on_subshell ? job_for_subshell() : &the_cell;
    if (job == NULL) {
        static const char words[] = "Too many cells of subshells run at once.\n";
        channel_send(request, MESSAGE_STDERR, (const uint8_t *)words, sizeof words - 1);
        struct job_end end = {.request = request, .report = {.outcome = OUTCOME_ERROR}};
        send_end(MESSAGE_FINISHED, &end, "\"loaded\":false,\"reached\":0");
        return;
    }
    struct cell *cell = calloc(1, sizeof *cell);
    cell->job = job;
    cell->path = strdup(path);
    cell->entry = strdup(entry);
    job_begin(job, request, message_id);
    if (!thread_start(job, body, ended, cell)) ended(cell, OUTCOME_ERROR);
}

const char *cell_preload(const char *path) {
    if (dlopen(path, RTLD_NOW | RTLD_GLOBAL) == NULL) return dlerror();
    throws_hook();
    names_hide_modules();
    return NULL;
}
