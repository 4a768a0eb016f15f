// What the process says and is told: the channel to the kernel, and the streams of the user's code.
#pragma once

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

// --- channel.c: framed messages to the kernel ----------------------------------------------------------------------

// The descriptors that the kernel handed down, for messages to it and for its commands; see RunnerProcess.swift.
enum { CHANNEL = 3, COMMANDS = 4 };

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
    MESSAGE_WAITS = 25,
};

// Sends one message: kind (1 byte), the number of the request that the calling thread works for, length (4 bytes each,
// little endian), payload. Safe from any thread.
void gyrus_runner_send(uint8_t kind, const uint8_t *payload, size_t length);
// The same for a given request.
void channel_send(uint32_t request, uint8_t kind, const uint8_t *payload, size_t length);

// Writes JSON text of printf form as a message.
void send_json(uint8_t kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

// --- streams.c: stdout, stderr and stdin of the user's code --------------------------------------------------------

// Replaces `stdout` and `stderr` by streams whose text travels on the channel, in order with the displays.
void streams_open(void);
// Sends what the calling thread's job wrote. A job that `failed` was taken out of its code and may have left the lock of a
// stream held for ever: such a stream is replaced.
void streams_settle(bool failed);
// Sends what the calling thread's job wrote so far, so that what it sends next comes behind it.
void streams_flush(void);
// Hands over a line that the user typed (without its line break); NULL stands for end of input.
void streams_answer_input(const char *line);
// Whether somebody waits for a line that the user types.
bool streams_wait_for_input(void);
// Gives up a read of a job that waits for input.
struct job;
void streams_cancel_input(const struct job *job);
