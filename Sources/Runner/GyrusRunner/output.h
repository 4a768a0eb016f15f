// What the process says and is told: the channel to the kernel, and the streams of the user's code.
#pragma once

#include "CRunnerProtocol.h"

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

// --- channel.c: framed messages to the kernel ----------------------------------------------------------------------

// Sends one message for the request that the calling thread works for. Safe from any thread.
void gyrus_runner_send(enum message_kind kind, const uint8_t *payload, size_t length);
// The same for a given request.
void channel_send(uint32_t request, enum message_kind kind, const uint8_t *payload, size_t length);

// Writes JSON text of printf form as a message.
void send_json(enum message_kind kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

// --- streams.c: stdout, stderr and stdin of the user's code --------------------------------------------------------

// Replaces `stdout` and `stderr` by streams whose text travels on the channel, in order with the displays.
void streams_open(void);
// Sends what the calling thread's job wrote. A job that `failed` was taken out of its code and may have left the lock of a
// stream held forever: such a stream is replaced.
void streams_settle(bool failed);
// Sends what the calling thread's job wrote so far, so that what it sends next comes after it.
void streams_flush(void);
// Hands over a line that the user typed (without its line break); NULL means end of input.
void streams_answer_input(const char *line);
// Whether a thread waits for a line that the user types.
bool streams_wait_for_input(void);
// Gives up a read of a job that waits for input.
struct job;
void streams_cancel_input(const struct job *job);
