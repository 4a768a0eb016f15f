#define _GNU_SOURCE
#include "jobs.h"
#include "output.h"
#include "signals.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// A comm message that is handled.
struct handler {
    uint8_t *frame;
    size_t length;
    bool taken; // Whether somebody took the message.
};

static void body(void *context) {
    struct handler *handler = context;
    bool (*takes)(const uint8_t *, size_t) = (bool (*)(const uint8_t *, size_t))dlsym(RTLD_DEFAULT, "gyrus_takes_comm");
    void (*handle)(const uint8_t *, size_t) = (void (*)(const uint8_t *, size_t))dlsym(RTLD_DEFAULT, "gyrus_handle_comm");
    if (takes == NULL || handle == NULL || !takes(handler->frame, handler->length)) return;
    handler->taken = true;
    throws_hook();
    handle(handler->frame, handler->length);
}

static void ended(void *context, enum outcome outcome) {
    struct handler *handler = context;
    streams_settle(outcome != OUTCOME_OK);
    struct job_end end = job_end(&the_handler, outcome);
    send_end(MESSAGE_HANDLED, &end, "\"taken\":%s", handler->taken ? "true" : "false");
    free(handler->frame);
    free(handler);
}

void handler_run(uint32_t request, const char *message_id, uint8_t *frame, size_t length) {
    struct handler *handler = calloc(1, sizeof *handler);
    handler->frame = frame;
    handler->length = length;
    job_begin(&the_handler, request, message_id);
    if (!thread_start(&the_handler, body, ended, handler)) ended(handler, OUTCOME_ERROR);
}
