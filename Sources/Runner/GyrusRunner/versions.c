#define _GNU_SOURCE
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

typedef int (*spawn_function)(
    pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const *, char *const *);

static struct {
    int (*cond_init)(pthread_cond_t *, const pthread_condattr_t *);
    int (*cond_destroy)(pthread_cond_t *);
    int (*cond_signal)(pthread_cond_t *);
    int (*cond_broadcast)(pthread_cond_t *);
    char *(*realpath)(const char *, char *);
    int (*regexec)(const regex_t *, const char *, size_t, regmatch_t *, int);
    FILE *(*fmemopen)(void *, size_t, const char *);
    int (*glob)(const char *, int, int (*)(const char *, int), glob_t *);
    int (*nftw)(const char *, __nftw_func_t, int, int);
    spawn_function spawn, spawnp;
} newest;
static pthread_once_t found = PTHREAD_ONCE_INIT;

// `version` is the newest on x86-64; other processors have one version alone.
static void *function(const char *name, const char *version) {
    void *address = dlvsym(RTLD_NEXT, name, version);
    return address ? address : dlsym(RTLD_NEXT, name);
}

static void find(void) {
    *(void **)&newest.cond_init = function("pthread_cond_init", "GLIBC_2.3.2");
    *(void **)&newest.cond_destroy = function("pthread_cond_destroy", "GLIBC_2.3.2");
    *(void **)&newest.cond_signal = function("pthread_cond_signal", "GLIBC_2.3.2");
    *(void **)&newest.cond_broadcast = function("pthread_cond_broadcast", "GLIBC_2.3.2");
    *(void **)&newest.realpath = function("realpath", "GLIBC_2.3");
    *(void **)&newest.regexec = function("regexec", "GLIBC_2.3.4");
    *(void **)&newest.fmemopen = function("fmemopen", "GLIBC_2.22");
    *(void **)&newest.glob = function("glob", "GLIBC_2.27");
    *(void **)&newest.nftw = function("nftw", "GLIBC_2.3.3");
    *(void **)&newest.spawn = function("posix_spawn", "GLIBC_2.15");
    *(void **)&newest.spawnp = function("posix_spawnp", "GLIBC_2.15");
}

static void prepare(void) { pthread_once(&found, find); }

// Before there are threads, of which one could hold the loader's lock meanwhile.
__attribute__((constructor)) static void prepare_early(void) { prepare(); }

int pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes) {
    prepare();
    return newest.cond_init(condition, attributes);
}

int pthread_cond_destroy(pthread_cond_t *condition) {
    prepare();
    return newest.cond_destroy(condition);
}

int pthread_cond_signal(pthread_cond_t *condition) {
    prepare();
    return newest.cond_signal(condition);
}

int pthread_cond_broadcast(pthread_cond_t *condition) {
    prepare();
    return newest.cond_broadcast(condition);
}

char *realpath(const char *path, char *resolved) {
    prepare();
    return newest.realpath(path, resolved);
}

int regexec(const regex_t *expression, const char *text, size_t count, regmatch_t matches[count], int flags) {
    prepare();
    return newest.regexec(expression, text, count, matches, flags);
}

FILE *fmemopen(void *bytes, size_t length, const char *mode) {
    prepare();
    return newest.fmemopen(bytes, length, mode);
}

int glob(const char *pattern, int flags, int (*failed)(const char *, int), glob_t *paths) {
    prepare();
    return newest.glob(pattern, flags, failed, paths);
}

int nftw(const char *folder, __nftw_func_t visit, int descriptors, int flags) {
    prepare();
    return newest.nftw(folder, visit, descriptors, flags);
}

int posix_spawn(
    pid_t *process, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
    prepare();
    return newest.spawn(process, path, actions, attributes, arguments, environment);
}

int posix_spawnp(
    pid_t *process, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
    prepare();
    return newest.spawnp(process, file, actions, attributes, arguments, environment);
}
