#define _GNU_SOURCE
#include "runner.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

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

// A cell that runs: which library, which entry, and how far it came.
struct cell {
    char *path, *entry;
    bool loaded;
    struct spent start; // When its own code began.
};

static atomic_int reached; // How many of the cell's top-level items were begun.

// --- what CellRuntime calls, by name ----------------------------------------------------------------------------

void gyrus_runner_reached(int32_t item) { atomic_store(&reached, item); }
bool gyrus_runner_is_interrupted(void) {
    struct job *job = thread_job();
    return atomic_load(&(job ? job : &the_cell)->interrupted);
}
const char *gyrus_runner_message_id(void) {
    struct job *job = thread_job();
    return (job ? job : &the_cell)->message_id;
}
void gyrus_runner_leave(int32_t outcome) { thread_leave((enum outcome)outcome); }
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
    threads_hook_throws();
    cell_runner runner = (cell_runner)dlsym(RTLD_DEFAULT, "gyrus_run_cell");
    cell->start = spent_now();
    if (runner) {
        runner(entry);
    } else {
        char *arguments[] = {"gyrus-runner", NULL};
        entry(1, arguments);
    }
}

static void ended(void *context, enum outcome outcome) {
    struct cell *cell = context;
    struct spent start = cell->start, now = cell->loaded ? spent_now() : start;
    struct job_end end = job_end(&the_cell, outcome);
    streams_settle(outcome != OUTCOME_OK);
    send_end(
        MESSAGE_FINISHED, &end, "\"loaded\":%s,\"reached\":%d,\"wall\":%lld,\"user\":%lld,\"system\":%lld",
        cell->loaded ? "true" : "false", atomic_load(&reached), (long long)(now.wall - start.wall),
        (long long)(now.user - start.user), (long long)(now.system - start.system));
    free(cell->path);
    free(cell->entry);
    free(cell);
}

void cell_run(uint32_t request, const char *message_id, const char *path, const char *entry) {
    struct cell *cell = calloc(1, sizeof *cell);
    cell->path = strdup(path);
    cell->entry = strdup(entry);
    atomic_store(&reached, 0);
    job_begin(&the_cell, request, message_id);
    if (!thread_start(&the_cell, body, ended, cell)) ended(cell, OUTCOME_ERROR);
}

const char *cell_preload(const char *path) {
    if (dlopen(path, RTLD_NOW | RTLD_GLOBAL) == NULL) return dlerror();
    threads_hook_throws();
    names_hide_modules();
    return NULL;
}
