// The process that runs cells: what its parts know of one another.
//
// It loads a cell's library, calls its entry point on a fresh thread, and brings that thread back from throws,
// traps and interrupts. It links no Swift of its own, so that the cells' libraries are the only copy of every type.
#pragma once

#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- channel.c: framed messages to the kernel -------------------------------------------------------------------

// The descriptor that the kernel handed down; see RunnerProcess.swift.
enum { CHANNEL = 3 };

// What a message says; the first six are also known to Sources/Display/Output.swift.
enum message_kind {
    MESSAGE_DISPLAY = 1,
    MESSAGE_UPDATE = 2,
    MESSAGE_CLEAR = 3,
    MESSAGE_RESULT = 4,
    MESSAGE_ERROR = 5,
    MESSAGE_COMM = 6,
    MESSAGE_STDOUT = 10,
    MESSAGE_STDERR = 11,
    MESSAGE_INPUT = 12,
    MESSAGE_READY = 20,
    MESSAGE_FINISHED = 21,
    MESSAGE_ANSWER = 22,
    MESSAGE_HANDLED = 23,
};

// Sends one message: kind (1 byte), the number of the request that the calling thread works for, length (4 bytes each,
// little endian), payload. Safe from any thread.
void gyrus_runner_send(uint8_t kind, const uint8_t *payload, size_t length);

// Writes JSON text of printf form as a message.
void send_json(uint8_t kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

// --- streams.c: stdout, stderr and stdin of the user's code -----------------------------------------------------

// Replaces `stdout` and `stderr` by streams whose text travels on the channel, in order with the displays.
void streams_open(void);
// Flushes both. After a jump out of a cell their locks may be held for ever: `fresh` makes new streams.
void streams_settle(bool fresh);
// The same at the end of a handler beside which a cell may be printing: new streams only where the handler left a lock held.
void streams_settle_beside_cell(bool failed);
// Sends what was written so far, unless a thread is writing now.
void streams_flush(void);
// Hands over a line that the user typed (without its line break); NULL stands for end of input.
void streams_answer_input(const char *line);
// Gives up a read that waits for input.
void streams_cancel_input(void);

// --- images.c: which addresses belong to cells ------------------------------------------------------------------

// Loads a cell's library and remembers where its code lies; NULL and `error` where that fails.
void *image_load(const char *path, const char **error);
// Whether an address lies in a cell's code; safe in a signal handler.
bool image_contains(uintptr_t address);
// Whether a thread that waits or runs at this address holds no lock of libc or of the Swift runtime, though it is
// outside the cells: a sleep or, where `library` is set, Swift code of the standard library.
bool image_is_interruptible(uintptr_t address, bool library);
// Bars or opens the cells' code to execution: a thread that comes back into a barred cell from a library faults at once,
// which is where an interrupt can take it without leaving a lock held. Safe in a signal handler.
void images_bar(bool bar);
bool images_are_barred(void);
// Writes `[["Cell3",4660],…]` for those of the addresses that lie in cells (name of the image, offset in it).
void image_describe(const uintptr_t *addresses, int count, char *text, size_t size);

// --- names.c: how types are called --------------------------------------------------------------------------------

// From now on the names of types that are printed do without the modules of cells; to be called before a cell runs.
void names_hide_modules(void);

// --- environment.c: what the process is set to ---------------------------------------------------------------------

// Sends the variables of the environment as an answer, a NUL behind each.
void environment_list(void);
// Sets a variable (`NAME=VALUE`), or goes to a folder. What was wrong, or NULL.
const char *environment_set(char *assignment);
const char *environment_go(const char *folder);

// --- threads.c: threads that survive ----------------------------------------------------------------------------

enum outcome { OUTCOME_OK = 0, OUTCOME_ERROR = 1, OUTCOME_TRAP = 2, OUTCOME_INTERRUPT = 3 };

// How deep the stack of a report may be.
enum { FRAMES = 48 };

// What is known of the end of a job, filled by whichever of its threads failed first.
struct report {
    enum outcome outcome;
    int signal;
    bool stack_ended; // Whether a trap is the end of the thread's stack.
    int frame_count;
    uintptr_t frames[FRAMES];
};

// What threads work for: a cell, or the handler of a comm message, which may run beside a cell.
struct job {
    _Atomic(uint32_t) request; // The kernel's number of the request that is served; output carries it.
    atomic_bool running, interrupted;
    char message_id[256];      // The id of that request's message, percent-encoded.
    atomic_flag has_report;
    struct report report;
};
extern struct job the_cell, the_handler;

// Runs `body` on a new guarded thread: a trap, an uncaught error or an interrupt in it ends the body, not the process.
// `ended` is told how, on the same thread. Without a `job` the thread works for that of the calling thread. Returns
// whether the thread could be made.
bool thread_start(struct job *job, void (*body)(void *), void (*ended)(void *, enum outcome), void *context);
// The job of the calling thread; NULL on threads that are not guarded.
struct job *thread_job(void);
// The number of the request that the calling thread works for; 0 on threads that are not guarded.
uint32_t thread_request(void);
// Leaves the body of the calling guarded thread at once.
_Noreturn void thread_leave(enum outcome outcome);
// What a loop of a cell calls between two rounds once loops are stopped: leaves an interrupted job.
void gyrus_runner_leave_if_interrupted(void);
// Asks every thread of an interrupted job to leave, where it can do so without holding a lock; `library` as above.
void threads_interrupt(bool library);
// Installs the handlers of traps and interrupts, and the runtime's hook for throws.
void threads_prepare(void);
void threads_hook_throws(void);

// --- jobs.c: how what runs begins, ends, and is interrupted ------------------------------------------------------

// How a job ended: what is known of a failure, and whether the user asked it to stop.
struct job_end {
    struct report report;
    bool interrupted;
};

void job_begin(struct job *job, uint32_t request, const char *message_id);
struct job_end job_end(struct job *job, enum outcome outcome);
// Tells the kernel how a job ended: a JSON object, of which `format` gives further members.
void send_end(uint8_t kind, const struct job_end *end, const char *format, ...) __attribute__((format(printf, 3, 4)));
// Ends the cell and the handler that run.
void jobs_interrupt(void);

// --- cell.c: one cell at a time ---------------------------------------------------------------------------------

void cell_run(uint32_t request, const char *message_id, const char *path, const char *entry);
// Loads a library into the process before a cell needs it; what was wrong, or NULL.
const char *cell_preload(const char *path);

// --- handler.c: one handler of a comm message at a time, beside a cell or between cells --------------------------

// Takes over `frame` (see CommFrame.swift), which is freed once it was handled.
void handler_run(uint32_t request, const char *message_id, uint8_t *frame, size_t length);
