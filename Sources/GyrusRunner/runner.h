// The process that runs cells: what its parts know of one another.
//
// It loads a cell's library, calls its entry point on a fresh thread, and brings that thread back from throws,
// traps and interrupts. It links no Swift of its own, so that the cells' libraries are the only copy of every type.
#pragma once

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- channel.c: framed messages to the kernel -------------------------------------------------------------------

// What a message says; the first five are also known to Sources/Display/Output.swift.
enum message_kind {
    MESSAGE_DISPLAY = 1,
    MESSAGE_UPDATE = 2,
    MESSAGE_CLEAR = 3,
    MESSAGE_RESULT = 4,
    MESSAGE_ERROR = 5,
    MESSAGE_STDOUT = 10,
    MESSAGE_STDERR = 11,
    MESSAGE_INPUT = 12,
    MESSAGE_READY = 20,
    MESSAGE_FINISHED = 21,
};

// Sends one message: kind (1 byte), length (4 bytes, little endian), payload. Safe from any thread.
void gyrus_runner_send(uint8_t kind, const uint8_t *payload, size_t length);

// Writes JSON text of printf form as a message.
void send_json(uint8_t kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

// --- streams.c: stdout, stderr and stdin of the user's code -----------------------------------------------------

// Replaces `stdout` and `stderr` by streams whose text travels on the channel, in order with the displays.
void streams_open(void);
// Flushes both. After a jump out of a cell their locks may be held for ever: `fresh` makes new streams.
void streams_settle(bool fresh);
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

// --- threads.c: threads that survive ----------------------------------------------------------------------------

enum outcome { OUTCOME_OK = 0, OUTCOME_ERROR = 1, OUTCOME_TRAP = 2, OUTCOME_INTERRUPT = 3 };

// How deep the stack of a report may be.
enum { FRAMES = 48 };

// What is known of the end of a cell, filled by whichever of its threads failed first.
struct report {
    enum outcome outcome;
    int signal;
    int frame_count;
    uintptr_t frames[FRAMES];
};

// Runs `body` on a new guarded thread: a trap, an uncaught error or an interrupt in it ends the body, not the process.
// `ended` is told how, on the same thread. Returns whether the thread could be made.
bool thread_start(void (*body)(void *), void (*ended)(void *, enum outcome), void *context);
// Leaves the body of the calling guarded thread at once.
_Noreturn void thread_leave(enum outcome outcome);
// Asks every guarded thread to leave, where it can do so without holding a lock; `library` as above.
void thread_interrupt_all(bool library);
// Installs the handlers of traps and interrupts, and the runtime's hook for throws.
void threads_prepare(void);
void threads_hook_throws(void);
// The report of the cell that runs, and a fresh one for the next.
struct report threads_take_report(void);

// --- cell.c: one cell at a time ---------------------------------------------------------------------------------

void cell_run(const char *path, const char *entry);
void cell_interrupt(void);
// Loads a library into the process before a cell needs it.
void cell_preload(const char *path);
