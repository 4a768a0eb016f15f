#define _GNU_SOURCE
#include "runner.h"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

// The descriptor on which commands arrive, one a line; see RunnerProcess.swift.
enum { COMMANDS = 4 };

// Commands: `load PATH`, `run ENTRY PATH`, `interrupt`, `input TEXT`, `end-of-input`.
static void obey(char *line) {
    if (strncmp(line, "run ", 4) == 0) {
        char *entry = line + 4, *path = strchr(entry, ' ');
        if (path == NULL) return;
        *path++ = 0;
        cell_run(path, entry);
    } else if (strcmp(line, "interrupt") == 0) {
        cell_interrupt();
    } else if (strncmp(line, "input ", 6) == 0) {
        streams_answer_input(line + 6);
    } else if (strcmp(line, "end-of-input") == 0) {
        streams_answer_input(NULL);
    } else if (strncmp(line, "load ", 5) == 0) {
        cell_preload(line + 5);
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
        obey(line);
    }
    _exit(0); // The kernel closed its end: nothing runs without it.
}

// Serves the main dispatch queue, as CFRunLoop does, so that @MainActor code runs on the main thread.
static _Noreturn void serve_main_queue(void) {
    int (*queue_descriptor)(void) = NULL;
    void (*drain)(void *) = NULL;
    for (;;) {
        if (drain == NULL) {
            // libdispatch comes with the first cell; until then there is nothing to serve.
            queue_descriptor = (int (*)(void))dlsym(RTLD_DEFAULT, "_dispatch_get_main_queue_handle_4CF");
            drain = (void (*)(void *))dlsym(RTLD_DEFAULT, "_dispatch_main_queue_callback_4CF");
        }
        if (drain == NULL || queue_descriptor == NULL) {
            usleep(5000);
            continue;
        }
        struct pollfd wait = {.fd = queue_descriptor(), .events = POLLIN};
        if (poll(&wait, 1, -1) > 0) {
            uint64_t count;
            if (read(wait.fd, &count, sizeof count) < 0) { /* The drain below looks for itself. */ }
            drain(NULL);
        }
    }
}

int main(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN); // A front end's signal to the group is not meant for the cell; interrupts are commands.
    signal(SIGPIPE, SIG_IGN);
    streams_open();
    threads_prepare();
    pthread_t thread;
    if (pthread_create(&thread, NULL, read_commands, NULL) != 0) return 1;
    send_json(MESSAGE_READY, "{\"pid\":%d}", (int)getpid());
    serve_main_queue();
}
