// How threads are taken out of cells: traps, interrupts, throws, and the way out of a stack.
#pragma once

#include "threads.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

// --- signals.c: traps and interrupts -------------------------------------------------------------------------------

// Installs the handlers of traps and interrupts.
void signals_prepare(void);
// Asks every thread of a job that must end to leave, if it can do so without holding a lock; `library` as above.
void signals_interrupt(bool library);
// Sends a thread the signal of interrupts, at which the handler at least notes in which wait it is.
void signal_probe(struct thread *thread);
// Shows the stack as it was before a return was led to the handler, or leads it there again.
void signal_show_return(struct thread *thread, bool shows);
// Leaves as a trap would: what the runtime and libdispatch hold for this thread's work is given back first. Comes back
// only if no cell's code is on the stack.
void signal_leave(enum outcome outcome);
// The signal of an interrupt.
enum { INTERRUPT_SIGNAL = SIGURG };
// Where `signal_leave` traps on purpose, and where a function returns instead of into a cell that is left.
extern const char gyrus_met_again_instruction[];

// --- handlers.c: handlers, the runner's own and those of cells -----------------------------------------------------

void handlers_install(void (*handle)(int, siginfo_t *, void *));
// Calls what a cell installed for a signal of the runner's.
void handlers_call_of_cells(int signal, siginfo_t *info, void *context);
// Whether a cell ever installed a handler for any signal but those of traps.
bool handlers_are_of_cells(void);
// Ends the process as a signal would have without any handler, even if it was sent and would not come again.
void handlers_end_process(int signal);

// --- throws.c ------------------------------------------------------------------------------------------------------

// Installs the runtime's hook for throws.
void throws_hook(void);
// What a loop of a cell calls between two rounds once loops are stopped: leaves an interrupted job.
void gyrus_runner_leave_if_interrupted(void);

// --- unwind.c: the way out of a stack ------------------------------------------------------------------------------

// What the registers are to be so that a function continues after the call it made.
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
    bool is_in_dispatch;        // Whether a function of libdispatch lies before the first cell.
    bool waits_in_runner;       // Whether a function of the runner lies before the first cell.
    bool has_boundary;          // Whether a function that runs work for others has called the cells,
    bool boundary_is_task;      // and whether that is the one that runs tasks.
    struct registers boundary;  // The innermost such function's.
    uintptr_t *next_return;     // Where it, or what called it, comes back into a cell; NULL if none is further out.
};

// Follows the stack of the interrupted code from inside a signal handler.
void trail_follow(struct trail *trail, ucontext_t *interrupted);
// The task that the calling thread works on; only if `boundary_is_task`.
const void *trail_task(void);
// Learns where the functions are that run work for others; to be called when their libraries are loaded.
void trail_prepare(void);
// Whether an address lies in libdispatch, or in the runner's own code.
bool trail_is_of_dispatch(uintptr_t address);
bool trail_is_of_runner(uintptr_t address);
// Abandons what lies on a thread's stack below an address: once-initializers begin again, accesses end.
void trail_abandon(struct thread *thread, uintptr_t stack);

// --- leaving.c: what handlers do ----------------------------------------------------------------------------------------

static inline uintptr_t program_counter(const ucontext_t *context) { return (uintptr_t)context->uc_mcontext.gregs[REG_RIP]; }
// Takes a thread out of the cells: back into the function that runs work for others, which then gives back an actor or a
// queue, else to the thread's start.
void way_out(struct thread *thread, ucontext_t *context, const struct trail *trail, enum outcome outcome);
// The same because of an interrupt, which is reported.
void way_out_interrupted(struct thread *thread, ucontext_t *context, const struct trail *trail);
// Keeps the report of a failure for the job that answers for it.
void way_out_report(struct thread *thread, const struct trail *trail, struct report *report);
// Whether a thread that is not guarded runs what a job that must end began.
bool way_out_is_due(const struct thread *thread, const struct trail *trail);

// --- interrupts.c, traps.c: what each signal does -----------------------------------------------------------------------

void interrupt_arrived(struct thread *thread, ucontext_t *context);
void trap_arrived(struct thread *thread, int signal, siginfo_t *info, ucontext_t *context);
// A thread came back into a barred cell.
void trap_at_bar(struct thread *thread, ucontext_t *context);
