#pragma once
#include <spawn.h>

// glibc's own additions, which <spawn.h> and <unistd.h> show to those alone who define _GNU_SOURCE before any header.
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
int pipe2(int ends[2], int flags);
int memfd_create(const char *name, unsigned int flags);
