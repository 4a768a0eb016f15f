#define _GNU_SOURCE
#include "CControlGroups.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What the control groups that the process is in allow it: batch systems, systemd and containers set such limits, the
// first two at a group further in than the root that is mounted. Each group is bound by all those around it, too.

// The files of one version of control groups.
struct version {
    const char *folder; // Below the root of all groups.
    const char *limit, *used, *cached, *shared;
};
static const struct version first = {"/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                                     "\ntotal_cache ", "\ntotal_shmem "};
static const struct version second = {"", "memory.max", "memory.current", "\nfile ", "\nshmem "};

bool control_groups_read(const char *path, char *text, size_t size) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    ssize_t length = read(descriptor, text, size - 1);
    close(descriptor);
    text[length > 0 ? length : 0] = 0;
    return length > 0;
}

static bool read_of_group(const char *group, const char *name, char *text, size_t size) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", group, name);
    return length > 0 && (size_t)length < sizeof path && control_groups_read(path, text, size);
}

// A number of bytes in a group's file; UINT64_MAX if there is none, as in "max".
static uint64_t bytes_of_group(const char *group, const char *name) {
    char text[64];
    if (!read_of_group(group, name, text, sizeof text) || text[0] < '0' || text[0] > '9') return UINT64_MAX;
    return strtoull(text, NULL, 10);
}

static uint64_t count_after(const char *counts, const char *name) {
    const char *line = strstr(counts, name);
    return line ? strtoull(line + strlen(name), NULL, 10) : 0;
}

static void look_at(const char *group, const struct version *version, control_group_room *room) {
    uint64_t limit = bytes_of_group(group, version->limit);
    if (limit == UINT64_MAX) return;
    uint64_t used = bytes_of_group(group, version->used);
    // The cache of files can be given back, but for files in memory (/dev/shm), which are counted with it.
    char counts[4096];
    if (!read_of_group(group, "memory.stat", counts, sizeof counts)) counts[0] = 0;
    uint64_t cached = count_after(counts, version->cached), shared = count_after(counts, version->shared);
    cached -= shared < cached ? shared : cached;
    uint64_t taken = used == UINT64_MAX || cached > used ? 0 : used - cached;
    uint64_t left = taken > limit ? 0 : limit - taken;
    if (left >= room->left) return;
    room->limit = limit;
    room->left = left;
}

// Looks at a group and all around it.
static void look_from(const char *root, const char *group, const struct version *version, control_group_room *room) {
    char path[PATH_MAX];
    // A group outside of what is mounted is shown as `/..`: nothing of it can be read but the root.
    bool is_outside = strncmp(group, "/..", 3) == 0;
    int start = snprintf(path, sizeof path, "%s%s", root, version->folder);
    if (start < 0 || (size_t)start + strlen(group) >= sizeof path) return;
    if (!is_outside) strcpy(path + start, group);
    for (;;) {
        look_at(path, version, room);
        // In a container the first version names the group as the machine does: folders that are not there are passed over.
        char *last = strrchr(path + start, '/');
        if (last == NULL) return;
        *last = 0;
    }
}

// Whether the names of controllers, with commas between them, have one among them that ends before `end`.
static bool has_controller(const char *names, const char *end, const char *name) {
    size_t length = strlen(name);
    for (const char *next = names; next < end; next++) {
        const char *comma = memchr(next, ',', (size_t)(end - next));
        if (comma == NULL) comma = end;
        if ((size_t)(comma - next) == length && strncmp(next, name, length) == 0) return true;
        next = comma;
    }
    return false;
}

control_group_room control_groups_room(const char *list, const char *root) {
    control_group_room room = {.limit = UINT64_MAX, .left = UINT64_MAX};
    char text[8192];
    if (!control_groups_read(list, text, sizeof text)) return room;
    char *rest = text;
    // NUMBER:CONTROLLERS:GROUP, where the second version has the number 0 and names no controllers.
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        const char *names = strchr(line, ':');
        const char *end = names ? strchr(names + 1, ':') : NULL;
        if (end == NULL || end[1] != '/') continue;
        const char *group = end[2] ? end + 1 : ""; // The root itself is `/`.
        if (strncmp(line, "0::", 3) == 0) look_from(root, group, &second, &room);
        else if (has_controller(names + 1, end, "memory")) look_from(root, group, &first, &room);
    }
    return room;
}
