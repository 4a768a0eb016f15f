// The process as a whole: its environment, children and memory.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- environment.c: what the process is set to ---------------------------------------------------------------------

// Sends the variables of the environment as an answer, a NUL after each.
void environment_list(void);
// Sets a variable (`NAME=VALUE`), or goes to a folder. What was wrong, or NULL.
const char *environment_set(char *assignment);
const char *environment_go(const char *folder);

// --- children.c ----------------------------------------------------------------------------------------------------

// Sends a signal to the processes that were started since a time of `now`, and to what these started.
void children_signal(int signal, int64_t since);
// Has a signal do nothing here and end the programs that a cell starts, in which it would be ignored if it were here:
// `yes | head -1` would end with a complaint. A handler of the cell's own stays.
void children_heed(int number);
// Makes a process that is forked off harmless: it neither speaks on the channel nor outlives its cell.
void children_prepare(void);
// Whether this process was forked off a runner.
bool process_is_forked(void);

// --- descriptors.c ------------------------------------------------------------------------------------------------------

// Keeps some descriptors in reserve.
void descriptors_reserve(void);
// Frees the reserve, and lifts the limit, if all others are in use; whether it did, so that `descriptors_take_back` must
// follow.
bool descriptors_lend(void);
void descriptors_take_back(void);

// --- memory.c ------------------------------------------------------------------------------------------------------

// Stops the running cell if the machine, or what the user allows, has no memory left for it.
void memory_check(void);
