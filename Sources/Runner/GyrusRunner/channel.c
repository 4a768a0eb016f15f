#define _GNU_SOURCE
#include "output.h"
#include "process.h"
#include "threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t channel_lock = PTHREAD_MUTEX_INITIALIZER;

static void write_all(const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(CHANNEL, bytes, length);
        if (written < 0) {
            if (errno == EINTR) continue;
            _exit(1); // The kernel is gone: nobody is left to tell.
        }
        bytes += written;
        length -= (size_t)written;
    }
}

// Text that is longer than a frame is sent in parts of this many bytes.
#define PART ((size_t)1 << 30)

static void refuse(uint32_t request, size_t length) {
    char words[160];
    int count = snprintf(
        words, sizeof words, "A value of %zu bytes was not sent to the front end: at most %u bytes go in one message.\n",
        length, UINT32_MAX);
    if (count > 0) channel_send(request, MESSAGE_STDERR, (const uint8_t *)words, (size_t)count);
}

void channel_send(uint32_t request, enum message_kind kind, const uint8_t *payload, size_t length) {
    if (process_is_forked()) return; // The channel is the parent's.
    if (length > UINT32_MAX) {
        bool is_text = kind == MESSAGE_STDOUT || kind == MESSAGE_STDERR;
        // Text goes in parts. Anything else is whole or not at all.
        for (size_t sent = 0; is_text && sent < length; sent += PART)
            channel_send(request, kind, payload + sent, length - sent < PART ? length - sent : PART);
        if (!is_text) refuse(request, length);
        return;
    }
    // A jump out of a cell happens only while its thread runs the cell's own code, so never while this lock is held.
    pthread_mutex_lock(&channel_lock);
    uint8_t frame[4096];
    frame_head_write((struct frame_head){.kind = kind, .request = request, .length = (uint32_t)length}, frame);
    if (length <= sizeof frame - FRAME_HEAD) {
        if (length > 0) __builtin_memcpy(frame + FRAME_HEAD, payload, length);
        write_all(frame, length + FRAME_HEAD);
    } else {
        write_all(frame, FRAME_HEAD);
        write_all(payload, length);
    }
    pthread_mutex_unlock(&channel_lock);
}

void gyrus_runner_send(enum message_kind kind, const uint8_t *payload, size_t length) {
    streams_flush();
    channel_send(thread_request(), kind, payload, length);
}

void send_json(enum message_kind kind, const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) return;
    gyrus_runner_send(kind, (const uint8_t *)text, (size_t)length);
    free(text);
}
