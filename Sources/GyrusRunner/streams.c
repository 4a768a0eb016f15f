#define _GNU_SOURCE
#include "runner.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static ssize_t write_stdout(void *cookie, const char *text, size_t length) {
    (void)cookie;
    if (process_is_forked()) return syscall(SYS_write, STDOUT_FILENO, text, length);
    gyrus_runner_send(MESSAGE_STDOUT, (const uint8_t *)text, length);
    return (ssize_t)length;
}

static ssize_t write_stderr(void *cookie, const char *text, size_t length) {
    (void)cookie;
    if (process_is_forked()) return syscall(SYS_write, STDERR_FILENO, text, length);
    gyrus_runner_send(MESSAGE_STDERR, (const uint8_t *)text, length);
    return (ssize_t)length;
}

// Foundation's FileHandle and the Swift runtime write to descriptors 1 and 2 through this symbol of libc. Sent on the
// channel, their text keeps its place among what is printed; the pipes behind the descriptors are read beside it.
ssize_t write(int descriptor, const void *bytes, size_t count) {
    bool is_ours = (descriptor == STDOUT_FILENO || descriptor == STDERR_FILENO) && !process_is_forked();
    if (!is_ours) return syscall(SYS_write, descriptor, bytes, count);
    if (descriptor == STDOUT_FILENO) write_stdout(NULL, bytes, count);
    else write_stderr(NULL, bytes, count);
    return (ssize_t)count;
}

// --- input: `readLine()` asks the kernel, which asks the front end ----------------------------------------------

static pthread_mutex_t input_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t input_changed = PTHREAD_COND_INITIALIZER;
static enum { INPUT_NONE, INPUT_ASKED, INPUT_ANSWERED, INPUT_CANCELLED } input_state;
static char *input_text;
static size_t input_length, input_taken;
// What the next request for input says of itself, as JSON.
static char *input_demand;

void gyrus_runner_demand(const char *demand) {
    pthread_mutex_lock(&input_lock);
    free(input_demand);
    input_demand = demand ? strdup(demand) : NULL;
    pthread_mutex_unlock(&input_lock);
}

static ssize_t read_stdin(void *cookie, char *buffer, size_t size) {
    (void)cookie;
    pthread_mutex_lock(&input_lock);
    if (input_taken == input_length) {
        free(input_text);
        input_text = NULL;
        input_length = input_taken = 0;
        input_state = INPUT_ASKED;
        fflush(stdout);
        send_json(MESSAGE_INPUT, "%s", input_demand ? input_demand : "{\"prompt\":\"\",\"password\":false}");
        while (input_state == INPUT_ASKED) pthread_cond_wait(&input_changed, &input_lock);
        bool is_cancelled = input_state == INPUT_CANCELLED;
        input_state = INPUT_NONE;
        if (is_cancelled) {
            // An end of input would let the cell go on with nil. The stream's lock stays held, so the next cell gets a
            // new stream.
            pthread_mutex_unlock(&input_lock);
            signal_leave(OUTCOME_INTERRUPT);
            return 0;
        }
    }
    size_t count = input_length - input_taken;
    if (count > size) count = size;
    if (count > 0) memcpy(buffer, input_text + input_taken, count);
    input_taken += count;
    pthread_mutex_unlock(&input_lock);
    return (ssize_t)count;
}

void streams_answer_input(const char *line) {
    pthread_mutex_lock(&input_lock);
    if (input_state == INPUT_ASKED) {
        if (line != NULL) {
            int length = asprintf(&input_text, "%s\n", line);
            input_length = length < 0 ? 0 : (size_t)length;
        }
        input_state = INPUT_ANSWERED;
        pthread_cond_broadcast(&input_changed);
    }
    pthread_mutex_unlock(&input_lock);
}

void streams_cancel_input(void) {
    pthread_mutex_lock(&input_lock);
    if (input_state == INPUT_ASKED) {
        input_state = INPUT_CANCELLED;
        pthread_cond_broadcast(&input_changed);
    }
    pthread_mutex_unlock(&input_lock);
}

// --- opening and settling ----------------------------------------------------------------------------------------

void streams_open(void) {
    cookie_io_functions_t out = {.write = write_stdout};
    cookie_io_functions_t err = {.write = write_stderr};
    cookie_io_functions_t in = {.read = read_stdin};
    stdout = fopencookie(NULL, "w", out);
    stderr = fopencookie(NULL, "w", err);
    stdin = fopencookie(NULL, "r", in);
    setvbuf(stdout, NULL, _IOLBF, 1 << 16);
    setvbuf(stderr, NULL, _IONBF, 0);
}

void streams_settle(bool fresh) {
    if (!fresh) {
        fflush(stdout);
        clearerr(stdin);
        return;
    }
    // The old streams are leaked on purpose: the thread that left may hold their locks.
    if (ftrylockfile(stdout) == 0) {
        fflush_unlocked(stdout);
        funlockfile(stdout);
    }
    streams_open();
}

void streams_flush(void) {
    FILE *stream = stdout;
    if (ftrylockfile(stream) != 0) return;
    fflush_unlocked(stream);
    funlockfile(stream);
}

// Whether the lock of standard output is free, or soon is.
static void *flush_soon(void *unused) {
    FILE *stream = stdout;
    for (int tries = 0; tries < 50; tries++) {
        if (ftrylockfile(stream) == 0) {
            fflush_unlocked(stream);
            funlockfile(stream);
            return stream;
        }
        usleep(2000);
    }
    return unused;
}

void streams_settle_beside_cell(bool failed) {
    if (!failed) {
        flush_soon(NULL);
        return;
    }
    // The calling thread could take a lock once more that it left held, so another one tries.
    pthread_t thread;
    void *is_free = NULL;
    if (pthread_create(&thread, NULL, flush_soon, NULL) == 0) pthread_join(thread, &is_free);
    if (!is_free) streams_open();
}

// Text without a line break is sent twenty times a second, so that `print(".", terminator: "")` is seen at once.
static void *flush_often(void *unused) {
    (void)unused;
    for (;;) {
        usleep(50000);
        streams_flush();
        memory_check();
    }
    return NULL;
}

__attribute__((constructor)) static void start_flushing(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, flush_often, NULL) == 0) pthread_detach(thread);
}
