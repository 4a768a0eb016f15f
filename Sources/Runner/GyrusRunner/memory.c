#define _GNU_SOURCE
#include "jobs.h"
#include "process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The system ends a process that takes the last of the memory, and what it takes first may be another program. So a cell
// is stopped a little earlier, as by an interrupt, and the variables are kept.

enum { LEAST_SHARE = 50 }; // One part in 50 of the machine's memory is to stay free,
static const uint64_t MEGABYTE = 1 << 20, LEAST_FREE = 64 << 20, MOST_FREE = 512 << 20; // within these bounds.

static bool read_text(const char *path, char *text, size_t size) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    ssize_t length = read(descriptor, text, size - 1);
    close(descriptor);
    text[length > 0 ? length : 0] = 0;
    return length > 0;
}

// A number of bytes in a file; UINT64_MAX if there is none, as in "max".
static uint64_t bytes_in(const char *path) {
    char text[64];
    if (!read_text(path, text, sizeof text) || text[0] < '0' || text[0] > '9') return UINT64_MAX;
    return strtoull(text, NULL, 10);
}

// A line of /proc/meminfo, in bytes.
static uint64_t machine(const char *text, const char *name) {
    const char *line = strstr(text, name);
    return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : UINT64_MAX;
}

static uint64_t resident(void) {
    char text[128];
    unsigned long long pages = 0;
    if (!read_text("/proc/self/statm", text, sizeof text) || sscanf(text, "%*u %llu", &pages) != 1) return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

// What the user allows the cells to use: `GYRUS_MEMORY` in the environment, in megabytes.
static uint64_t allowance(void) {
    const char *text = getenv("GYRUS_MEMORY");
    uint64_t megabytes = text ? strtoull(text, NULL, 10) : 0;
    return megabytes > 0 ? megabytes * MEGABYTE : UINT64_MAX;
}

// Whether the machine, or the container, has almost nothing left.
static bool is_exhausted(void) {
    char text[1024];
    if (!read_text("/proc/meminfo", text, sizeof text)) return false;
    uint64_t total = machine(text, "MemTotal:"), available = machine(text, "MemAvailable:");
    if (total == UINT64_MAX || available == UINT64_MAX) return false;
    uint64_t limit = bytes_in("/sys/fs/cgroup/memory.max");
    if (limit < total) {
        uint64_t used = bytes_in("/sys/fs/cgroup/memory.current"); // The files' cache in it can be given back.
        char counts[4096];
        const char *files = read_text("/sys/fs/cgroup/memory.stat", counts, sizeof counts) ? strstr(counts, "\nfile ") : NULL;
        uint64_t cached = files ? strtoull(files + 6, NULL, 10) : 0;
        uint64_t own = used == UINT64_MAX || used - cached > limit ? limit : limit - (used - cached);
        total = limit;
        if (own < available) available = own;
    }
    uint64_t least = total / LEAST_SHARE;
    if (least < LEAST_FREE) least = LEAST_FREE;
    if (least > MOST_FREE) least = MOST_FREE;
    return available < least;
}

void memory_check(void) {
    static uint32_t request; // The cell that was looked at last, and what it began with.
    static uint64_t before;
    if (!atomic_load(&the_cell.running)) return;
    uint64_t used = resident();
    if (request != atomic_load(&the_cell.request)) {
        request = atomic_load(&the_cell.request);
        before = used;
    }
    if (atomic_load(&the_cell.stopping)) return;
    // A cell that does not add to it may be the one that frees it.
    if (used < before + LEAST_FREE) return;
    if (used <= allowance() && !is_exhausted()) return;
    struct report report = {.outcome = OUTCOME_MEMORY};
    job_fail(&the_cell, &report);
}
