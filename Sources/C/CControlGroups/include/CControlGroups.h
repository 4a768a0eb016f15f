#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What the control groups of the process leave it: the bytes that can still be had in the group with the fewest, and the
/// limit of that group. Both are UINT64_MAX if there is no limit.
typedef struct {
    uint64_t limit, left;
} control_group_room;

/// `list` is what the system says of the groups (/proc/self/cgroup), `root` is where their folders are (/sys/fs/cgroup).
control_group_room control_groups_room(const char *list, const char *root);

/// Reads the beginning of a small file of the system, with a NUL behind it; whether there was anything.
bool control_groups_read(const char *path, char *text, size_t size);
