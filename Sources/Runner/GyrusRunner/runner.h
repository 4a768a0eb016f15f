// The process that runs cells: what its parts know of one another.
//
// It loads a cell's library, calls its entry point on a fresh thread, and brings that thread back from throws,
// traps and interrupts. It links no Swift of its own, so that the cells' libraries are the only copy of every type.
#pragma once

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// --- channel.c: framed messages to the kernel -------------------------------------------------------------------

// The descriptor that the kernel handed down; see RunnerProcess.swift.
enum { CHANNEL = 3 };

// What a message says; the first six are also known to Sources/Library/Display/Output.swift.
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
    MESSAGE_STRAY = 24,
};

// Sends one message: kind (1 byte), the number of the request that the calling thread works for, length (4 bytes each,
// little endian), payload. Safe from any thread.
void gyrus_runner_send(uint8_t kind, const uint8_t *payload, size_t length);
// The same for a given request.
void channel_send(uint32_t request, uint8_t kind, const uint8_t *payload, size_t length);

// Writes JSON text of printf form as a message.
void send_json(uint8_t kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

// --- streams.c: stdout, stderr and stdin of the user's code -----------------------------------------------------

// Replaces `stdout` and `stderr` by streams whose text travels on the channel, in order with the displays.
void streams_open(void);
// Sends what the calling thread's job wrote. A job that `failed` was taken out of its code and may have left the lock of a
// stream held for ever: such a stream is replaced.
void streams_settle(bool failed);
// Sends what the calling thread's job wrote so far, so that what it sends next comes behind it.
void streams_flush(void);
// Hands over a line that the user typed (without its line break); NULL stands for end of input.
void streams_answer_input(const char *line);
// Gives up a read of a job that waits for input.
struct job;
void streams_cancel_input(const struct job *job);

// --- images.c: which addresses belong to cells ------------------------------------------------------------------

// Loads a cell's library and remembers where its code lies; NULL and `error` where that fails.
void *image_load(const char *path, const char **error);
// Whether an address lies in a cell's code; safe in a signal handler.
bool image_contains(uintptr_t address);
// The number of the library that the calling thread loaded last, and whether an address lies in it.
int image_number(void);
bool image_has(int number, uintptr_t address);
// Whether a thread that waits or runs at this address holds no lock of libc or of the Swift runtime, though it is
// outside the cells: a sleep or, where `library` is set, Swift code of the standard library.
bool image_is_interruptible(uintptr_t address, bool library);
// Bars or opens the cells' code to execution: a thread that comes back into a barred cell from a library faults at once,
// which is where it can be taken out without leaving a lock held. Safe in a signal handler.
void images_bar(bool bar);
bool images_are_barred(void);
// Opens the one cell that an address lies in.
void image_open(uintptr_t address);
// Writes `[["Cell3",4660],…]` for those of the addresses that lie in cells (name of the image, offset in it).
void image_describe(const uintptr_t *addresses, int count, char *text, size_t size);

// --- symbols.c: functions that no library exports ----------------------------------------------------------------

// The address of a function in a loaded library (`/libdispatch.so`), by the symbols in its file; 0 where it has none.
uintptr_t symbol_find(const char *library, const char *name);

// --- names.c: how types are called --------------------------------------------------------------------------------

// From now on the names of types that are printed do without the modules of cells; to be called before a cell runs.
void names_hide_modules(void);

// --- environment.c: what the process is set to ---------------------------------------------------------------------

// Sends the variables of the environment as an answer, a NUL behind each.
void environment_list(void);
// Sets a variable (`NAME=VALUE`), or goes to a folder. What was wrong, or NULL.
const char *environment_set(char *assignment);
const char *environment_go(const char *folder);

// --- jobs.c: how what runs begins, ends, and is stopped -----------------------------------------------------------

enum outcome {
    OUTCOME_OK = 0, OUTCOME_ERROR = 1, OUTCOME_TRAP = 2, OUTCOME_INTERRUPT = 3, OUTCOME_MEMORY = 4, OUTCOME_HELD = 5,
};

// How deep the stack of a report may be.
enum { FRAMES = 48 };

// What is known of the end of a job, filled by whichever of its threads failed first.
struct report {
    enum outcome outcome;
    int signal;
    bool stack_ended;     // Whether a trap is the end of the thread's stack.
    bool is_foreign;      // Whether it happened on a thread that is not one of the job's own.
    uint32_t held_by;     // For OUTCOME_HELD: the request whose abandoned thread holds what was waited for.
    bool held_task;       // Whether that is no lock, but a task that will not end.
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
    atomic_bool stopping;         // Whether one of its threads failed, so that the others must end.
    _Atomic(int64_t) asked;       // When it was interrupted, or failed; see `now`.
    _Atomic(int64_t) begun;
    char message_id[256];         // The id of that request's message, percent-encoded.
    atomic_flag has_report;
    struct report report;
};
extern struct job the_cell, the_handler;
enum { JOBS = 66 };
// All of them by their place: the cell, the handler, and those of subshells.
struct job *job_at(int place);
int job_place(const struct job *job);

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
void send_end(uint8_t kind, const struct job_end *end, const char *format, ...) __attribute__((format(printf, 3, 4)));
// Ends the job that serves a request; all that run if it is 0.
void jobs_interrupt(uint32_t request);
// A job that runs no cell of a subshell; NULL if there is none left.
struct job *job_for_subshell(void);
// Whether any job must end.
bool jobs_any_must_end(void);
// The job whose own library an address lies in, if it runs; else the main shell's cell, a subshell's or the handler, if one
// runs: it may be waiting for the thread that is there. NULL if none runs.
struct job *job_that_answers(uintptr_t address);
// Starts the thread that takes jobs out, and wakes it. The latter is safe in a handler.
void jobs_watch(void);
void jobs_wake(void);
// Keeps the report of a trap that no running job answers for, to be told to the kernel. Safe in a handler.
void job_report_stray(const struct report *report);
// Nanoseconds of a clock that never goes back.
int64_t now(void);

// --- threads.c: every thread of the process, and the guarded ones that bring a job back ----------------------------

// What a thread that waits in one of the functions of waits.c can be done with.
enum wait_kind { WAIT_NONE, WAIT_FREELY, WAIT_BY_ITSELF, WAIT_FOR_QUEUE, WAIT_FOR_ITERATIONS };

enum { HELD_SEMAPHORES = 8 };

// A thread, its place to jump back to, and the job that it works for.
struct thread {
    sigjmp_buf start;
    struct job *job;       // NULL for threads that a library or a cell started, unless they do a job's iterations.
    uint32_t request;      // The job's request when the thread began to work for it.
    bool is_of_runner;     // Whether it is one of the runner's own.
    bool is_guarded;       // Whether it was started by `thread_start`.
    pthread_t thread;
    pid_t id;
    volatile sig_atomic_t armed;
    uintptr_t stack_low, stack_high; // Where it may push; below lies the reserve.
    uintptr_t reserve_low;
    volatile sig_atomic_t reserve_is_open;
    void *alternate;
    int thrown_count;
    uintptr_t thrown[FRAMES];
    void (*body)(void *);
    void (*ended)(void *, enum outcome);
    void *(*routine)(void *);
    void *context;
    void *semaphores[HELD_SEMAPHORES]; // Those that it waited for and did not signal since, if they are few.
    uintptr_t *met_again_slot, met_again_at; // Where a function returns to the handler instead, and where it was to return.
    struct once_run *onces; // The initialisers that it runs; see once.c.
    uintptr_t wait_place, wait_stack, wait_object; // Where it was last seen blocked, and since when.
    int64_t wait_since;
    volatile sig_atomic_t waits_for_lock, is_idle; // In a mutex of the cell's; in a wait without any cell on the stack.
    volatile enum wait_kind wait_kind;
    pthread_cond_t *volatile wait_condition;
    atomic_bool is_to_be_left; // Whether it cannot be taken out of its wait, so that its job must end without it,
    atomic_bool left_behind;   // and whether its part of the job has ended.
    struct thread *next;
};

// The calling thread; NULL for one that began before the process could know of it.
struct thread *thread_current(void);
// Runs `body` on a new guarded thread: a trap, an uncaught error or an interrupt in it ends the body, not the process.
// `ended` is told how, on the same thread. Without a `job` the thread works for that of the calling thread. Returns
// whether the thread could be made.
bool thread_start(struct job *job, void (*body)(void *), void (*ended)(void *, enum outcome), void *context);
// Makes the main thread one that comes back to `serve`, which is called again whenever a trap ended it.
_Noreturn void thread_serve_main(void (*serve)(void));
// The job of the calling thread; NULL on threads that work for none.
struct job *thread_job(void);
// The number of the request that the calling thread works for; 0 on threads that work for none.
uint32_t thread_request(void);
// Whether a thread's job still runs.
bool thread_is_current(const struct thread *thread);
// Whether a thread is to be taken out now.
bool thread_must_leave(const struct thread *thread);
// Leaves the body of the calling thread at once; what is on its stack is abandoned.
_Noreturn void thread_leave(enum outcome outcome);
// Does something with every thread, under a lock that no cell's code is called with.
void threads_each(void (*body)(struct thread *, void *), void *context);
// Ends the job's part of threads that cannot be taken out of a wait.
void threads_end_left_behind(void);

// --- signals.c: traps and interrupts --------------------------------------------------------------------------------

// Installs the handlers of traps and interrupts.
void signals_prepare(void);
// Asks every thread of a job that must end to leave, where it can do so without holding a lock; `library` as above.
void signals_interrupt(bool library);
// Has the handler note in which wait a thread is.
void signal_probe(struct thread *thread);
// Shows the stack as it was before a return was led to the handler, or leads it there again.
void signal_show_return(struct thread *thread, bool shows);
// Leaves as a trap would: what the runtime and libdispatch hold for this thread's work is given back first. Comes back
// only where no cell's code is on the stack.
void signal_leave(enum outcome outcome);
// Leaves since the thread waits for a semaphore that the abandoned thread of a request holds, or for a task of it.
void signal_leave_held(uint32_t request, bool is_task);

// --- calls.c: what a thread asks of the system -------------------------------------------------------------------------

enum { CALL_NONE = -1, CALL_UNKNOWN = -2 };
// The number of the call that a thread is in; CALL_NONE if it runs.
long thread_call(const struct thread *thread);
// Whether a signal makes a call return before its time, as a sleep.
bool call_is_cut_short(long call);

// --- throws.c ---------------------------------------------------------------------------------------------------------

// Installs the runtime's hook for throws.
void throws_hook(void);
// What a loop of a cell calls between two rounds once loops are stopped: leaves an interrupted job.
void gyrus_runner_leave_if_interrupted(void);

// --- unwind.c: the way out of a stack -----------------------------------------------------------------------------------

// What the registers are to be so that a function goes on behind the call it made.
struct registers {
    uintptr_t rbx, rbp, r12, r13, r14, r15, rsp, rip;
};

// What is found on a stack.
struct trail {
    int frame_count;
    uintptr_t frames[FRAMES];   // Those in cells, innermost first.
    uintptr_t outermost;        // The last of them, however deep.
    bool is_complete;           // Whether the stack could be followed to the thread's start.
    bool waits_for_lock;        // Whether it waits for a mutex, called by a cell.
    bool waits_in_runner;       // Whether a function of the runner lies before the first cell.
    bool has_boundary;          // Whether a function that runs work for others has called the cells.
    struct registers boundary;  // The innermost such function's.
    uintptr_t *next_return;     // Where it, or what called it, comes back into a cell; NULL where none is further out.
};

// Follows the stack of the interrupted code from inside a signal handler.
void trail_follow(struct trail *trail, const void *context);
// Learns where the functions are that run work for others; to be called when their libraries are loaded.
void trail_prepare(void);
// Whether an address lies in the runner's own code.
bool trail_is_of_runner(uintptr_t address);
// Abandons what lies on a thread's stack below an address: once-initialisers begin again, accesses end.
void trail_abandon(struct thread *thread, uintptr_t stack);

// --- once.c ---------------------------------------------------------------------------------------------------------------

// Lets the initialisers that run below an address of a thread's stack be run again. Safe in a handler.
void onces_abandon(struct thread *thread, uintptr_t stack);

// --- waits.c ----------------------------------------------------------------------------------------------------------------

// Where one iteration of a concurrent loop is run: a boundary.
void wait_run_iteration(void *context, size_t iteration);
// Wakes a thread that waits for a condition, so that it can leave.
void wait_wake(struct thread *thread);

// --- left.c: locks that abandoned threads left held ---------------------------------------------------------------------

// Notes a thread whose stack is abandoned. Safe in a handler.
void left_note(struct thread *thread);
// Whether anything was left in an earlier job, so that waits are worth a look.
bool left_anything(void);
// The request whose task was abandoned last, if nothing goes on that could end a wait; else 0.
uint32_t left_task(void);
// Whether an abandoned thread took a semaphore that nobody else can give back; the request that it worked for, else 0.
uint32_t left_semaphore(const void *semaphore);
// Notes that a semaphore was given back after all.
void left_signalled(const void *semaphore);
// Looks whether the cell waits for a lock that nobody can give back, and ends it then.
void left_check(void);

// --- children.c -------------------------------------------------------------------------------------------------------------

// Sends a signal to the processes that were started since the jobs that are asked to end began.
void children_signal(int signal);
// Makes a process that is forked off harmless: it neither speaks on the channel nor outlives its cell.
void children_prepare(void);
// Whether this process was forked off a runner.
bool process_is_forked(void);

// --- memory.c -----------------------------------------------------------------------------------------------------------------

// Stops the running cell where the machine, or what the user allows, has no memory left for it.
void memory_check(void);

// --- cell.c: the cell of each shell -----------------------------------------------------------------------------

void cell_run(uint32_t request, bool on_subshell, const char *message_id, const char *path, const char *entry);
// Loads a library into the process before a cell needs it; what was wrong, or NULL.
const char *cell_preload(const char *path);

// --- handler.c: one handler of a comm message at a time, beside a cell or between cells --------------------------

// Takes over `frame` (see CommFrame.swift), which is freed once it was handled.
void handler_run(uint32_t request, const char *message_id, uint8_t *frame, size_t length);
