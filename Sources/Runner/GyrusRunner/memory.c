#define _GNU_SOURCE
#include "jobs.h"
#include "process.h"

#include <CControlGroups.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The system ends a process that takes the last of the memory, and what it takes first may be another program. So a cell
// is stopped a little earlier, as by an interrupt, and the variables are kept.

enum { LEAST_SHARE = 50 }; // One part in 50 of the machine's memory is to stay free,
static const uint64_t MEGABYTE = 1 << 20, LEAST_FREE = 64 << 20, MOST_FREE = 512 << 20; // within these bounds.

// A line of /proc/meminfo, in bytes.
static uint64_t machine(const char *text, const char *name) {
    const char *line = strstr(text, name);
    return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : UINT64_MAX;
}

static uint64_t resident(void) {
    char text[128];
    unsigned long long pages = 0;
    if (!control_groups_read("/proc/self/statm", text, sizeof text) || sscanf(text, "%*u %llu", &pages) != 1) return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

// What the user allows the cells to use: `GYRUS_MEMORY` in the environment, in megabytes. Of what is no such number the kernel tells.
static uint64_t allowance(void) {
    const char *text = getenv("GYRUS_MEMORY");
    if (!text || strspn(text, "0123456789") != strlen(text)) return UINT64_MAX;
    uint64_t megabytes = strtoull(text, NULL, 10);
    return megabytes > 0 && megabytes < UINT64_MAX / MEGABYTE ? megabytes * MEGABYTE : UINT64_MAX;
}

// Whether the machine, or a control group (a container, a batch job), has almost nothing left.
static bool is_exhausted(void) {
    char text[1024];
    if (!control_groups_read("/proc/meminfo", text, sizeof text)) return false;
    uint64_t total = machine(text, "MemTotal:"), available = machine(text, "MemAvailable:");
    if (total == UINT64_MAX || available == UINT64_MAX) return false;
    control_group_room room = control_groups_room("/proc/self/cgroup", "/sys/fs/cgroup");
    if (room.limit < total) total = room.limit;
    if (room.left < available) available = room.left;
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
