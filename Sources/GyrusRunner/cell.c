#define _GNU_SOURCE
#include "runner.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A cell that runs: which library, which entry, and how far it came.
struct cell {
    int number;
    char *path, *entry;
    bool loaded;
};

static atomic_int running;      // The number of the cell that runs, 0 between cells.
static atomic_int last_number;
static atomic_bool interrupted; // Whether the client asked the running cell to stop.
static atomic_int reached;      // How many of the cell's top-level items were begun.

// Held while the cells' code is barred or opened, so that no cell begins behind a bar meant for the one before.
static pthread_mutex_t bar_lock = PTHREAD_MUTEX_INITIALIZER;

// --- what CellRuntime calls, by name ----------------------------------------------------------------------------

void gyrus_runner_reached(int32_t item) { atomic_store(&reached, item); }
bool gyrus_runner_is_interrupted(void) { return atomic_load(&interrupted); }
void gyrus_runner_leave(int32_t outcome) { thread_leave((enum outcome)outcome); }
bool gyrus_runner_start_thread(void (*body)(void *), void (*ended)(void *, enum outcome), void *context) {
    return thread_start(body, ended, context);
}

// --- running ----------------------------------------------------------------------------------------------------

typedef int (*entry_point)(int, char **);
typedef void (*cell_runner)(entry_point);

static void body(void *context) {
    struct cell *cell = context;
    const char *error = NULL;
    void *handle = image_load(cell->path, &error);
    entry_point entry = handle ? (entry_point)dlsym(handle, cell->entry) : NULL;
    if (entry == NULL) {
        fprintf(stderr, "The compiled cell could not be loaded: %s\n", error ? error : "it has no entry point");
        thread_leave(OUTCOME_ERROR);
    }
    cell->loaded = true;
    threads_hook_throws();
    cell_runner runner = (cell_runner)dlsym(RTLD_DEFAULT, "gyrus_run_cell");
    if (runner) {
        runner(entry);
    } else {
        char *arguments[] = {"gyrus-runner", NULL};
        entry(1, arguments);
    }
}

static void ended(void *context, enum outcome outcome) {
    static const char *names[] = {"ok", "error", "trap", "interrupt"};
    struct cell *cell = context;
    pthread_mutex_lock(&bar_lock);
    atomic_store(&running, 0);
    images_bar(false);
    pthread_mutex_unlock(&bar_lock);
    streams_settle(outcome != OUTCOME_OK);
    struct report report = threads_take_report();
    if (outcome != OUTCOME_OK && report.outcome == OUTCOME_OK) report.outcome = outcome;
    char frames[FRAMES * 90];
    image_describe(report.frames, report.frame_count, frames, sizeof frames);
    bool was_interrupted = atomic_exchange(&interrupted, false);
    send_json(
        MESSAGE_FINISHED,
        "{\"number\":%d,\"outcome\":\"%s\",\"loaded\":%s,\"interrupted\":%s,\"reached\":%d,\"signal\":\"%s\",\"frames\":%s}",
        cell->number, names[report.outcome], cell->loaded ? "true" : "false", was_interrupted ? "true" : "false",
        atomic_load(&reached), report.signal ? sigabbrev_np(report.signal) : "", frames);
    free(cell->path);
    free(cell->entry);
    free(cell);
}

void cell_run(const char *path, const char *entry) {
    struct cell *cell = calloc(1, sizeof *cell);
    cell->number = atomic_fetch_add(&last_number, 1) + 1;
    cell->path = strdup(path);
    cell->entry = strdup(entry);
    threads_take_report();
    atomic_store(&reached, 0);
    atomic_store(&interrupted, false);
    atomic_store(&running, cell->number);
    if (!thread_start(body, ended, cell)) ended(cell, OUTCOME_ERROR);
}

// --- interrupting -----------------------------------------------------------------------------------------------

enum {
    GRACE_MILLISECONDS = 150,    // For code that asks whether it was cancelled.
    LIBRARY_MILLISECONDS = 1000, // From here on also out of Swift functions of the standard library.
    PATIENCE_MILLISECONDS = 20000,
    STEP_MILLISECONDS = 2,
};

static void *insist(void *argument) {
    int number = (int)(intptr_t)argument;
    int waited = 0;
    while (waited < PATIENCE_MILLISECONDS && atomic_load(&running) == number) {
        if (waited >= GRACE_MILLISECONDS) {
            thread_interrupt_all(waited >= LIBRARY_MILLISECONDS);
            pthread_mutex_lock(&bar_lock);
            if (atomic_load(&running) == number) images_bar(true);
            pthread_mutex_unlock(&bar_lock);
        }
        usleep(STEP_MILLISECONDS * 1000);
        waited += STEP_MILLISECONDS;
    }
    return NULL;
}

void cell_interrupt(void) {
    int number = atomic_load(&running);
    if (number == 0 || atomic_exchange(&interrupted, true)) return;
    streams_cancel_input();
    void (*cancel)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gyrus_cancel_cell");
    if (cancel) cancel();
    pthread_t thread;
    if (pthread_create(&thread, NULL, insist, (void *)(intptr_t)number) == 0) pthread_detach(thread);
}

void cell_preload(const char *path) {
    if (dlopen(path, RTLD_NOW | RTLD_GLOBAL) == NULL) fprintf(stderr, "%s\n", dlerror());
    threads_hook_throws();
}
