#define _GNU_SOURCE
#include "code.h"

#include <dlfcn.h>
#include <ftw.h>
#include <glob.h>
#include <pthread.h>
#include <regex.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

// Cells are linked with no library, so they name glibc's functions without a version, and the loader would give them
// the oldest: a `realpath` that takes no NULL, and conditions of before 2002, which lie otherwise in memory than those
// that `pthread_cond_wait` here waits for. They find these here, which are the newest. (Functions whose versions do the
// same need none.)

void *symbol_of_version(const char *name, const char *version) {
    void *address = dlvsym(RTLD_NEXT, name, version);
    return address ? address : dlsym(RTLD_NEXT, name);
}

// A function that calls the library's. That is looked up before there are threads, of which one could hold the loader's
// lock meanwhile, or earlier still where another library's start needs it.
#define FORWARD(RESULT, NAME, VERSION, PARAMETERS, ARGUMENTS)                                           \
    static RESULT(*newest_##NAME) PARAMETERS;                                                           \
    __attribute__((constructor)) static void find_##NAME(void) {                                        \
        *(void **)&newest_##NAME = symbol_of_version(#NAME, VERSION);                                   \
    }                                                                                                   \
    RESULT NAME PARAMETERS {                                                                            \
        if (newest_##NAME == NULL) find_##NAME();                                                       \
        return newest_##NAME ARGUMENTS;                                                                 \
    }

typedef const posix_spawn_file_actions_t *spawn_actions;
typedef const posix_spawnattr_t *spawn_attributes;

FORWARD(int, pthread_cond_init, "GLIBC_2.3.2", (pthread_cond_t * condition, const pthread_condattr_t *attributes),
        (condition, attributes))
FORWARD(int, pthread_cond_destroy, "GLIBC_2.3.2", (pthread_cond_t * condition), (condition))
FORWARD(int, pthread_cond_signal, "GLIBC_2.3.2", (pthread_cond_t * condition), (condition))
FORWARD(int, pthread_cond_broadcast, "GLIBC_2.3.2", (pthread_cond_t * condition), (condition))
FORWARD(char *, realpath, "GLIBC_2.3", (const char *path, char *resolved), (path, resolved))
FORWARD(int, regexec, "GLIBC_2.3.4",
        (const regex_t *expression, const char *text, size_t count, regmatch_t matches[count], int flags),
        (expression, text, count, matches, flags))
FORWARD(FILE *, fmemopen, "GLIBC_2.22", (void *bytes, size_t length, const char *mode), (bytes, length, mode))
FORWARD(int, glob, "GLIBC_2.27", (const char *pattern, int flags, int (*failed)(const char *, int), glob_t *paths),
        (pattern, flags, failed, paths))
FORWARD(int, nftw, "GLIBC_2.3.3", (const char *folder, __nftw_func_t visit, int descriptors, int flags),
        (folder, visit, descriptors, flags))
FORWARD(int, posix_spawn, "GLIBC_2.15",
        (pid_t * process, const char *path, spawn_actions actions, spawn_attributes attributes, char *const arguments[],
         char *const environment[]),
        (process, path, actions, attributes, arguments, environment))
FORWARD(int, posix_spawnp, "GLIBC_2.15",
        (pid_t * process, const char *file, spawn_actions actions, spawn_attributes attributes, char *const arguments[],
         char *const environment[]),
        (process, file, actions, attributes, arguments, environment))
