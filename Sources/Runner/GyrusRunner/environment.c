#define _GNU_SOURCE
#include "output.h"
#include "process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void environment_list(void) {
    size_t size = 0, used = 0;
    for (char **entry = environ; *entry; entry++) size += strlen(*entry) + 1;
    char *text = malloc(size + 1);
    for (char **entry = environ; text && *entry; entry++) {
        size_t length = strlen(*entry) + 1;
        if (used + length > size) break; // A thread of the cell's set one meanwhile.
        memcpy(text + used, *entry, length);
        used += length;
    }
    gyrus_runner_send(MESSAGE_ANSWER, (const uint8_t *)text, used);
    free(text);
}

const char *environment_set(char *assignment) {
    char *value = strchr(assignment, '=');
    if (value == NULL) return "expected NAME=VALUE";
    *value++ = 0;
    return setenv(assignment, value, 1) == 0 ? NULL : strerror(errno);
}

const char *environment_go(const char *folder) { return chdir(folder) == 0 ? NULL : strerror(errno); }
