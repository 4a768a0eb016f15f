// Every thread of the process, and what it is doing.
#pragma once

#include "jobs.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// --- calls.c: what a thread asks of the system ---------------------------------------------------------------------

enum { CALL_NONE = -1, CALL_UNKNOWN = -2 };
// What a thread asks of the system, and where; the number is CALL_NONE if it runs.
struct call {
    long number;
    uintptr_t arguments[6], stack, place;
};
struct thread;
struct call thread_call(const struct thread *thread);
// Whether it is the same call as before.
bool call_is_same(const struct call *one, const struct call *other);
// Whether it waits for another thread, but not longer than some time.
bool call_is_limited_wait(const struct call *call);
// Whether it waits for what another process may change, too.
bool call_is_shared_wait(const struct call *call);
// Whether a signal makes a call return before its time, as a sleep.
bool call_is_cut_short(long call);

// --- threads.c: every thread of the process, and the guarded ones that bring a job back ----------------------------

// What a thread that waits in one of the functions of waits.c can be done with.
enum wait_kind { WAIT_NONE, WAIT_FREELY, WAIT_BY_ITSELF, WAIT_FOR_QUEUE, WAIT_FOR_ITERATIONS };

enum { HELD_OBJECTS = 8 };

// A thread, its place to jump back to, and the job that it works for.
struct thread {
    sigjmp_buf start;
    _Atomic(struct job *) job; // NULL for threads that a library or a cell started, unless they do a job's iterations.
    _Atomic(uint32_t) request; // The job's request when the thread began to work for it.
    bool is_of_runner;     // Whether it is one of the runner's own.
    bool is_guarded;       // Whether it was started by `thread_start`.
    pthread_t thread;
    pid_t id;
    volatile sig_atomic_t armed;
    atomic_bool is_signalled; // Whether the runner sent it the signal of interrupts, which has yet to arrive.
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
    struct held {
        void *object;
        enum held_kind kind;
        void (*retain)(void *); // Keeps it from being freed; NULL if it does not count who uses it.
    } held[HELD_OBJECTS]; // What it took and did not give back, if that is little.
    void *volatile awaited;       // What of that kind it waits for now, and since when.
    volatile int64_t awaited_since;
    volatile bool awaits_task;    // Whether it has nothing to do until a task ends,
    volatile bool is_resting;     // or, as a thread of queues, at all.
    uintptr_t *met_again_slot, met_again_at; // Where a function returns to the handler instead, and where it was to return.
    struct once_run *onces; // The initializers that it runs; see once.c.
    uintptr_t wait_place, wait_stack, wait_object; // Where it was last seen blocked, and since when.
    int64_t wait_since;
    struct call seen_call; // Where it was last looked at, and since when it is there.
    int64_t seen_since;
    // Where it was blocked: in a mutex of the cell's, in the runner, without any cell on the stack.
    volatile sig_atomic_t waits_for_lock, waits_in_runner, is_idle;
    volatile enum wait_kind wait_kind;
    pthread_cond_t *volatile wait_condition;
    bool is_to_stay;           // Whether it must not end, since libdispatch looks at what it left undone.
    atomic_bool is_to_be_left; // Whether it cannot be taken out of its wait, so that its job must end without it,
    atomic_bool left_behind;   // and whether its part of the job has ended.
    struct thread *next;
};

// The calling thread; NULL for one that began before the process could know of it.
struct thread *thread_current(void);
// Runs `body` on a new guarded thread: a trap, an uncaught error or an interrupt in it ends the body, not the process.
// `ended` is called with how, on the same thread. Without a `job` the thread works for that of the calling thread.
// Returns whether the thread could be made.
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
// Does nothing more on the calling thread.
_Noreturn void thread_stay(void);
// Leaves the body of the calling thread at once; what is on its stack is abandoned.
_Noreturn void thread_leave(enum outcome outcome);
// Does something with every thread, under a lock that no cell's code is called with.
void threads_each(void (*body)(struct thread *, void *), void *context);
// Ends the job's part of threads that cannot be taken out of a wait.
void threads_end_left_behind(void);
