#define _GNU_SOURCE
#include "output.h"
#include "process.h"
#include "signals.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Text without a line break that waits for its rest, of each job and (last) of threads that work for none: what jobs print
// at the same time is not mixed.
static struct line {
    pthread_mutex_t lock;
    atomic_size_t length;
    uint32_t request;
    char text[4096];
} lines[JOBS + 1] = {[0 ... JOBS] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

static struct line *own_line(void) {
    struct job *job = thread_job();
    return &lines[job ? job_index(job) : JOBS];
}

static void send_line(struct line *line) {
    if (line->length > 0) channel_send(line->request, MESSAGE_STDOUT, (const uint8_t *)line->text, line->length);
    line->length = 0;
}

static void put(struct line *line, const char *text, size_t length) {
    if (line->length + length > sizeof line->text) send_line(line);
    if (length > sizeof line->text) {
        channel_send(line->request, MESSAGE_STDOUT, (const uint8_t *)text, length);
    } else {
        memcpy(line->text + line->length, text, length);
        line->length += length;
    }
}

static bool is_empty(struct line *line) { return atomic_load_explicit(&line->length, memory_order_relaxed) == 0; }

// Sends what waits of all jobs, but for lines that are being written.
static void send_lines(void) {
    for (struct line *line = lines; line <= lines + JOBS; line++) {
        if (is_empty(line) || pthread_mutex_trylock(&line->lock) != 0) continue;
        send_line(line);
        pthread_mutex_unlock(&line->lock);
    }
}

static ssize_t write_stdout(void *cookie, const char *text, size_t length) {
    (void)cookie;
    if (process_is_forked()) return syscall(SYS_write, STDOUT_FILENO, text, length);
    struct line *line = own_line();
    const char *last_break = memrchr(text, '\n', length);
    size_t whole = last_break ? (size_t)(last_break - text) + 1 : 0;
    pthread_mutex_lock(&line->lock);
    uint32_t request = thread_request();
    if (line->request != request) send_line(line);
    line->request = request;
    put(line, text, whole);
    if (whole > 0) send_line(line);
    put(line, text + whole, length - whole);
    pthread_mutex_unlock(&line->lock);
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
    if (!is_ours) {
        struct thread *thread = thread_current();
        enum wait_kind outer = thread ? thread->wait_kind : WAIT_NONE;
        if (thread && descriptor != CHANNEL) thread->wait_kind = WAIT_FREELY;
        ssize_t written = syscall(SYS_write, descriptor, bytes, count);
        if (thread) thread->wait_kind = outer;
        return written;
    }
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
static const struct job *input_job; // Whose read waits.
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
        input_job = thread_job();
        send_json(MESSAGE_INPUT, "%s", input_demand ? input_demand : "{\"prompt\":\"\",\"password\":false}");
        free(input_demand); // It is of this request: who asked may be taken out of its wait.
        input_demand = NULL;
        while (input_state == INPUT_ASKED) pthread_cond_wait(&input_changed, &input_lock);
        bool is_cancelled = input_state == INPUT_CANCELLED;
        input_state = INPUT_NONE;
        if (is_cancelled) {
            // An end of input would let the cell continue with nil. The stream's lock stays held, so the next cell gets
            // a new stream.
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

static void answer_input(const char *line, const struct job *job) {
    pthread_mutex_lock(&input_lock);
    if (input_state == INPUT_ASKED && (job == NULL || input_job == NULL || input_job == job)) {
        if (line != NULL) {
            int length = asprintf(&input_text, "%s\n", line);
            input_length = length < 0 ? 0 : (size_t)length;
        }
        input_state = INPUT_ANSWERED;
        pthread_cond_broadcast(&input_changed);
    }
    pthread_mutex_unlock(&input_lock);
}

bool streams_wait_for_input(void) {
    pthread_mutex_lock(&input_lock);
    bool waits = input_state == INPUT_ASKED;
    pthread_mutex_unlock(&input_lock);
    return waits;
}

void streams_answer_input(const char *line) { answer_input(line, NULL); }

void streams_cancel_input(const struct job *job) {
    pthread_mutex_lock(&input_lock);
    if (input_state == INPUT_ASKED && (input_job == NULL || input_job == job)) {
        input_state = INPUT_CANCELLED;
        pthread_cond_broadcast(&input_changed);
    }
    pthread_mutex_unlock(&input_lock);
}

// The C library's asks at the terminal, and there is none: it would be read like any line, and seen.
char *getpass(const char *prompt) {
    static char *(*at_terminal)(const char *);
    static char *line; // The caller's until the next call, as the C library's.
    static size_t size;
    void (*demand)(const char *) = (void (*)(const char *))dlsym(RTLD_DEFAULT, "gyrus_demand_password");
    if (demand == NULL || process_is_forked()) {
        if (at_terminal == NULL) *(void **)&at_terminal = dlsym(RTLD_NEXT, "getpass");
        return at_terminal(prompt);
    }
    demand(prompt);
    ssize_t length = getline(&line, &size, stdin);
    gyrus_runner_demand(NULL);
    if (line == NULL) return NULL;
    if (length <= 0) line[0] = 0;
    else if (line[length - 1] == '\n') line[length - 1] = 0;
    return line;
}

// --- opening and settling ----------------------------------------------------------------------------------------

static FILE *open_stdout(void) {
    FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_stdout});
    setvbuf(stream, NULL, _IONBF, 0); // What waits for the rest of its line waits by job.
    return stream;
}

static FILE *open_stderr(void) {
    FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_stderr});
    setvbuf(stream, NULL, _IONBF, 0);
    return stream;
}

static FILE *open_stdin(void) { return fopencookie(NULL, "r", (cookie_io_functions_t){.read = read_stdin}); }

// What a stream keeps that a cell gave a buffer of its own (`setvbuf`).
static void flush_buffer(FILE *stream) {
    if (ftrylockfile(stream) != 0) return; // Another job uses it.
    fflush_unlocked(stream);
    funlockfile(stream);
}

// Before a process that a cell ends (`exit`) is gone, what was written is sent, as any C program writes it.
static void send_at_exit(void) {
    if (process_is_forked()) return; // What waits is the parent's.
    flush_buffer(stdout);
    flush_buffer(stderr);
    send_lines();
}

void streams_open(void) {
    stdout = open_stdout();
    stderr = open_stderr();
    stdin = open_stdin();
    atexit(send_at_exit);
}

static bool is_own(const FILE *stream) { return stream == stdout || stream == stderr || stream == stdin; }

// The streams last as long as the session.
int fclose(FILE *stream) {
    static int (*close_stream)(FILE *);
    if (is_own(stream) && !process_is_forked()) return fflush(stream);
    if (close_stream == NULL) *(void **)&close_stream = dlsym(RTLD_NEXT, "fclose");
    return close_stream(stream);
}

// They do not stand for descriptors, and cannot be opened as a file.
FILE *freopen(const char *path, const char *mode, FILE *stream) {
    static FILE *(*reopen)(const char *, const char *, FILE *);
    if (is_own(stream) && !process_is_forked()) {
        errno = ENOTSUP;
        return NULL;
    }
    if (reopen == NULL) *(void **)&reopen = dlsym(RTLD_NEXT, "freopen");
    return reopen(path, mode, stream);
}

// Whether the lock of a stream is free, or soon is.
static void *is_free(void *stream) {
    for (int tries = 0; tries < 50; tries++) {
        if (ftrylockfile(stream) == 0) {
            funlockfile(stream);
            return stream;
        }
        usleep(2000);
    }
    return NULL;
}

// The stream, or a new one in place of one that stays locked, which is leaked. Another job may be using it: it must not
// change while that job holds its lock.
static FILE *usable(FILE *stream, FILE *(*open)(void)) {
    // The calling thread could take a lock once more that it left held, so another one tries.
    pthread_t thread;
    void *is_usable = NULL;
    if (pthread_create(&thread, NULL, is_free, stream) == 0) pthread_join(thread, &is_usable);
    return is_usable ? stream : open();
}

void streams_settle(bool failed) {
    flush_buffer(stdout);
    flush_buffer(stderr);
    streams_flush();
    if (failed) {
        stdout = usable(stdout, open_stdout);
        stderr = usable(stderr, open_stderr);
        stdin = usable(stdin, open_stdin);
    } else if (ftrylockfile(stdin) == 0) { // Else another job reads.
        clearerr_unlocked(stdin);
        funlockfile(stdin);
    }
}

void streams_flush(void) {
    struct line *line = own_line();
    if (is_empty(line)) return;
    pthread_mutex_lock(&line->lock);
    send_line(line);
    pthread_mutex_unlock(&line->lock);
}

// Text without a line break is sent twenty times a second, so that `print(".", terminator: "")` is seen at once.
static void *flush_often(void *unused) {
    (void)unused;
    for (;;) {
        usleep(50000);
        send_lines();
        memory_check();
    }
    return NULL;
}

__attribute__((constructor)) static void start_flushing(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, flush_often, NULL) == 0) pthread_detach(thread);
}
