// What runs: how it begins, ends, and is stopped.
#pragma once

#include "CRunnerProtocol.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- jobs.c: how what runs begins, ends, and is stopped ------------------------------------------------------------

// How deep the stack of a report may be.
enum { FRAMES = 48 };

// What is known of the end of a job, filled by whichever of its threads failed first.
struct report {
    enum outcome outcome;
    int signal;
    bool stack_ended;     // Whether a trap is the end of the thread's stack.
    bool is_foreign;      // Whether it happened on a thread that is not one of the job's own.
    uint32_t held_by;     // For OUTCOME_HELD: the request whose abandoned thread left what was waited for,
    enum held_kind held;  // what that is,
    uintptr_t held_at;    // and where in its cell it was stopped, if that is known.
    int frame_count;
    uintptr_t frames[FRAMES];
};

// What threads work for: the cell of the main shell, the handler of a comm message, or the cell of a subshell. All run
// beside one another.
struct job {
    _Atomic(uint32_t) request;    // The kernel's number of the request that is served; output carries it.
    atomic_int reached;           // Of a cell: how many of its top-level items were begun.
    _Atomic(int) image;           // Of a cell: the number of its library; see images.c.
    void *entry;                  // Of a cell: its function.
    atomic_bool running;
    atomic_bool interrupted;      // Whether the user asked it to stop.
    atomic_bool children_told;    // Whether its children were sent the interrupt.
    atomic_bool stopping;         // Whether one of its threads failed, so that the others must end.
    _Atomic(int64_t) asked;       // When it was interrupted, or failed; see `now`.
    _Atomic(int64_t) begun;
    char message_id[256];         // The id of that request's message, percent-encoded.
    atomic_flag has_report;
    struct report report;
};
extern struct job the_cell, the_handler;
enum { JOBS = 66 };
// All of them by their index: the cell, the handler, and those of subshells.
struct job *job_at(int index);
int job_index(const struct job *job);

// How a job ended: what is known of a failure, and whether the user asked it to stop.
struct job_end {
    uint32_t request;
    struct report report;
    bool interrupted;
};

void job_begin(struct job *job, uint32_t request, const char *message_id);
struct job_end job_end(struct job *job, enum outcome outcome);
// Whether a job's threads are to be taken out now: it failed, or the user's patience with it is over.
bool job_must_end(struct job *job);
// Keeps the report of a failure, if it is the job's first, and has the job's threads taken out. Safe in a handler.
void job_fail(struct job *job, const struct report *report);
// Tells the kernel how a job ended: a JSON object, of which `format` gives further members.
void send_end(enum message_kind kind, const struct job_end *end, const char *format, ...) __attribute__((format(printf, 3, 4)));
// Ends the job that serves a request; all that run if it is 0.
void jobs_interrupt(uint32_t request);
// A job that runs no cell of a subshell; NULL if there is none left.
struct job *job_for_subshell(void);
// Whether any job runs, is asked to end, or must end.
bool jobs_any_runs(void);
bool jobs_any_is_asked(void);
bool jobs_any_must_end(void);
// The job whose own library an address lies in, if it runs; NULL if none does.
struct job *job_that_answers(uintptr_t address);
// A running job that does nothing but wait, the handler last: perhaps for a thread that an earlier cell started. NULL
// if there is none. Takes a moment; safe in a handler.
struct job *job_that_waits(void);
// Starts the thread that takes jobs out, and wakes it. The latter is safe in a handler.
void jobs_watch(void);
void jobs_wake(void);
// Tells the kernel, once a request, that a job waits for what a stopped cell left, and may do so forever.
void job_report_wait(const struct job *job, uint32_t request, const struct report *report);
// Keeps the report of a trap that no running job answers for, to be told to the kernel. Safe in a handler.
void job_report_stray(const struct report *report);
// Nanoseconds of a clock that never goes back.
int64_t now(void);

// --- cell.c: the cell of each shell --------------------------------------------------------------------------------

void cell_run(uint32_t request, bool on_subshell, const char *message_id, const char *path, const char *entry);
// Loads a library into the process before a cell needs it; what was wrong, or NULL.
const char *cell_preload(const char *path);

// --- handler.c: one handler of a comm message at a time, beside a cell or between cells ----------------------------

// Takes over `frame` (see CommFrame.swift), which is freed once it was handled.
void handler_run(uint32_t request, const char *message_id, uint8_t *frame, size_t length);
