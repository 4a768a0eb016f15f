#define _GNU_SOURCE
#include "code.h"
#include "jobs.h"
#include "output.h"
#include "process.h"
#include "signals.h"
#include "threads.h"
#include "waits.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

// --- loading before the first cell ------------------------------------------------------------------------------

// Foundation takes the thread that loads it for the main thread, and binds the main queue to it.
static pthread_mutex_t preload_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t preload_done = PTHREAD_COND_INITIALIZER;
static const char *preload_path, *preload_error;
static int preload_wake = -1;

static const char *preload_on_main_thread(const char *path) {
    enum { PATIENCE_SECONDS = 10 };
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_SECONDS;
    pthread_mutex_lock(&preload_lock);
    preload_path = path;
    eventfd_write(preload_wake, 1);
    while (preload_path != NULL && pthread_cond_timedwait(&preload_done, &preload_lock, &until) == 0) {}
    bool is_done = preload_path == NULL;
    preload_path = NULL;
    const char *error = preload_error;
    pthread_mutex_unlock(&preload_lock);
    // If a cell keeps the main thread busy, Foundation is there already, and other commands must be heard.
    return is_done ? error : cell_preload(path);
}

static void preload_as_asked(void) {
    eventfd_t count;
    if (eventfd_read(preload_wake, &count) < 0) return;
    pthread_mutex_lock(&preload_lock);
    if (preload_path != NULL) preload_error = cell_preload(preload_path);
    preload_path = NULL;
    pthread_cond_signal(&preload_done);
    pthread_mutex_unlock(&preload_lock);
}

// --- commands ---------------------------------------------------------------------------------------------------

static void obey_run(char *line) {
    char *request = strsep(&line, " "), *shell = strsep(&line, " "), *message_id = strsep(&line, " ");
    char *entry = strsep(&line, " ");
    if (line == NULL) return;
    cell_run((uint32_t)strtoul(request, NULL, 10), strcmp(shell, SHELL_SUBSHELL) == 0, message_id, line, entry);
}

static void obey_comm(char *line, FILE *commands) {
    char *request = strsep(&line, " "), *message_id = strsep(&line, " ");
    if (line == NULL) return;
    size_t length = strtoul(line, NULL, 10);
    uint8_t *frame = malloc(length);
    if (frame == NULL || fread(frame, 1, length, commands) != length) _exit(1); // The commands can no longer be told apart.
    handler_run((uint32_t)strtoul(request, NULL, 10), message_id, frame, length);
}

// Answers a command: an empty answer says that it was done.
static void answer(const char *error) {
    gyrus_runner_send(MESSAGE_ANSWER, (const uint8_t *)error, error ? strlen(error) : 0);
}

// What follows a command's word; NULL if the line is another command.
static char *arguments(char *line, const char *command) {
    size_t length = strlen(command);
    if (strncmp(line, command, length) != 0) return NULL;
    if (line[length] == 0) return line + length;
    return line[length] == ' ' ? line + length + 1 : NULL;
}

static void obey(char *line, FILE *commands) {
    char *rest;
    if ((rest = arguments(line, COMMAND_RUN))) {
        obey_run(rest);
    } else if ((rest = arguments(line, COMMAND_COMM))) {
        obey_comm(rest, commands);
    } else if ((rest = arguments(line, COMMAND_INTERRUPT))) {
        jobs_interrupt((uint32_t)strtoul(rest, NULL, 10));
    } else if ((rest = arguments(line, COMMAND_INPUT))) {
        streams_answer_input(rest);
    } else if (arguments(line, COMMAND_END_OF_INPUT)) {
        streams_answer_input(NULL);
    } else if ((rest = arguments(line, COMMAND_SUBSHELLS))) {
        quiet_note_subshells(strtoul(rest, NULL, 10));
    } else if ((rest = arguments(line, COMMAND_LOAD))) {
        answer(preload_on_main_thread(rest));
    } else if (arguments(line, COMMAND_ENVIRONMENT)) {
        environment_list();
    } else if ((rest = arguments(line, COMMAND_SET))) {
        answer(environment_set(rest));
    } else if ((rest = arguments(line, COMMAND_GO))) {
        answer(environment_go(rest));
    }
}

static void *read_commands(void *unused) {
    (void)unused;
    FILE *commands = fdopen(COMMANDS, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while (commands && (length = getline(&line, &size, commands)) > 0) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        obey(line, commands);
    }
    _exit(0); // The kernel closed its end: nothing runs without it.
}

// --- the main thread --------------------------------------------------------------------------------------------

// What libdispatch gives CFRunLoop in order to serve the main queue.
int _dispatch_get_main_queue_handle_4CF(void);
void _dispatch_main_queue_callback_4CF(void *message);

// Waits for work of the main dispatch queue, so that @MainActor code runs on the main thread, or for the wish to load a
// library, and does it.
static void serve_main_queue(void) {
    struct pollfd waits[] = {
        {.fd = preload_wake, .events = POLLIN},
        {.fd = _dispatch_get_main_queue_handle_4CF(), .events = POLLIN},
    };
    if (poll(waits, 2, -1) <= 0) return;
    if (waits[0].revents & POLLIN) preload_as_asked();
    uint64_t count;
    if ((waits[1].revents & POLLIN) == 0 || read(waits[1].fd, &count, sizeof count) < 0) return;
    _dispatch_main_queue_callback_4CF(NULL);
}

// OpenMP's threads spin for milliseconds when one waits for another. If another program has the other one's core, they
// spin until they lose their own: MiniLM then took 12 times as long, and 2 times with this, which costs nothing else.
static void prepare_openmp(void) {
    if (getenv("OMP_WAIT_POLICY") == NULL) setenv("GOMP_SPINCOUNT", "2000", 0);
}

int main(void) {
    prepare_openmp();
    children_heed(SIGINT); // Interrupts are commands; the programs of a cell are sent it, see children_signal.
    children_heed(SIGPIPE);
    children_heed(SIGXFSZ); // A file that gets too long is an error of the call that writes it.
    // What a cell starts must not hold the kernel's channel open, nor write into it.
    fcntl(CHANNEL, F_SETFD, FD_CLOEXEC);
    fcntl(COMMANDS, F_SETFD, FD_CLOEXEC);
    descriptors_reserve();
    streams_open();
    signals_prepare();
    children_prepare();
    jobs_watch();
    preload_wake = eventfd(0, EFD_CLOEXEC);
    pthread_t thread;
    if (pthread_create(&thread, NULL, read_commands, NULL) != 0) return 1;
    send_json(MESSAGE_READY, "{\"pid\":%d}", (int)getpid());
    thread_serve_main(serve_main_queue);
}
