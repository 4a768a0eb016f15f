#define _GNU_SOURCE
#include "process.h"
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// The descriptors by which the process hears from the kernel, and some in reserve: a cell that has used up all others is
// followed by one that closes them.

enum { RESERVED = 4 };
static int reserved[RESERVED];
static struct rlimit limit_of_cells; // While the reserve is lent.
static pthread_mutex_t reserved_lock = PTHREAD_MUTEX_INITIALIZER;

static int any(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

static void take(void) {
    for (int i = 0; i < RESERVED; i++) reserved[i] = any();
}

static void give(void) {
    for (int i = 0; i < RESERVED; i++)
        if (reserved[i] >= 0) close(reserved[i]);
}

void descriptors_reserve(void) { take(); }

bool descriptors_lend(void) {
    int probe = any();
    if (probe >= 0) close(probe);
    if (probe >= 0 || errno != EMFILE) return false;
    pthread_mutex_lock(&reserved_lock);
    give();
    // A cell may also have lowered the limit below what is open.
    getrlimit(RLIMIT_NOFILE, &limit_of_cells);
    struct rlimit highest = {.rlim_cur = limit_of_cells.rlim_max, .rlim_max = limit_of_cells.rlim_max};
    setrlimit(RLIMIT_NOFILE, &highest);
    return true;
}

void descriptors_take_back(void) {
    take();
    setrlimit(RLIMIT_NOFILE, &limit_of_cells);
    pthread_mutex_unlock(&reserved_lock);
}

// --- what cells cannot close ---------------------------------------------------------------------------------------

static bool is_kept(int descriptor) {
    return (descriptor == CHANNEL || descriptor == COMMANDS) && !process_is_forked();
}

static int refuse(void) {
    errno = EBADF;
    return -1;
}

// What a cell closes of the standard descriptors leads nowhere from then on. Were it free, the next file would be given
// its number, and what is written into that file would be taken for output.
static int close_standard(int descriptor) {
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0) return (int)syscall(SYS_close, descriptor);
    int result = (int)syscall(SYS_dup2, nowhere, descriptor);
    syscall(SYS_close, nowhere);
    return result < 0 ? -1 : 0;
}

int close(int descriptor) {
    if (is_kept(descriptor)) return refuse();
    bool is_standard = descriptor >= STDIN_FILENO && descriptor <= STDERR_FILENO && !process_is_forked();
    return is_standard ? close_standard(descriptor) : (int)syscall(SYS_close, descriptor);
}

int dup2(int from, int to) {
    if (is_kept(to)) return refuse();
    return (int)syscall(SYS_dup2, from, to);
}

int dup3(int from, int to, int flags) {
    if (is_kept(to)) return refuse();
    return (int)syscall(SYS_dup3, from, to, flags);
}

int close_range(unsigned first, unsigned last, int flags) {
    bool is_usual = process_is_forked() || first > last || first > COMMANDS;
    if (is_usual) return (int)syscall(SYS_close_range, first, last, flags);
    unsigned last_standard = last < CHANNEL ? last : CHANNEL - 1;
    if (flags == 0) {
        for (unsigned descriptor = first; descriptor <= last_standard; descriptor++) close_standard((int)descriptor);
    } else if (first < CHANNEL && syscall(SYS_close_range, first, last_standard, flags) != 0) {
        return -1;
    }
    return last > COMMANDS ? (int)syscall(SYS_close_range, COMMANDS + 1, last, flags) : 0;
}

void closefrom(int first) { close_range(first > 0 ? (unsigned)first : 0, ~0U, 0); }
