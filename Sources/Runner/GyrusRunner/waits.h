// Waits that leave in good order, and what abandoned threads left held.
#pragma once

#include "threads.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

// --- once.c --------------------------------------------------------------------------------------------------------

// Lets the initializers that run below an address of a thread's stack be run again. Safe in a handler.
void onces_abandon(struct thread *thread, uintptr_t stack);

// --- waits.c ----------------------------------------------------------------------------------------------------------

// Where one iteration of a concurrent loop is run: a boundary.
void wait_run_iteration(void *context, size_t iteration);
// Wakes a thread that waits for a condition, so that it can leave.
void wait_wake(struct thread *thread);

// --- held.c: what threads hold and wait for ---------------------------------------------------------------------------

// Notes that a thread (NULL is nobody) took something that it is to give back; `retain` keeps it from being freed.
void held_take(struct thread *thread, void *object, enum held_kind kind, void (*retain)(void *));
// Notes that something was given back, by whomever.
void held_give_back(struct thread *thread, const void *object);

// A wait in slices of `SLICE_NANOSECONDS`, which ends when its job must: `wait_begin` before each slice, `wait_look_up`
// behind it, which does not come back if the wait has not ended and the job must, and `wait_end` when it is over.
enum { SLICE_NANOSECONDS = 50000000 };
// Whether a thread's wait can be broken off: it works for a job, and no other wait of the runner's is around.
bool wait_is_of_cell(const struct thread *thread);
void wait_begin(struct thread *thread, void *object);
void wait_look_up(struct thread *thread, bool has_ended);
void wait_end(struct thread *thread);
// The end of a slice that begins now, by the clock of the time of day.
struct timespec wait_slice(void);

// --- left.c: what abandoned threads left -------------------------------------------------------------------------------

// Notes a thread whose stack is abandoned; `trail` is NULL if that was not followed. Safe in a handler.
struct trail;
void left_note(struct thread *thread, const struct trail *trail);
// Whether anything was left, so that waits are worth a look.
bool left_anything(void);
// Whether a thread was taken out of its work on a task; if so, the report of who waits for it.
bool left_task(const void *task, struct report *report);
// Notes that something was given back after all.
void left_given_back(const void *object);
// Looks whether a cell waits for what nobody can give back, and ends it then.
void left_check(void);

// --- quiet.c -----------------------------------------------------------------------------------------------------------

// Whether nothing goes on, or may come from outside, that could end a wait. Takes a second.
bool quiet_is(void);
// How many subshells are open: what they will be asked to run may end any wait.
void quiet_note_subshells(unsigned long count);
