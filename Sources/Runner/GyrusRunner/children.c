#define _GNU_SOURCE
#include "jobs.h"
#include "output.h"
#include "process.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --- processes that cells start -------------------------------------------------------------------------------------

// What /proc says of a process.
struct child {
    pid_t id, parent, group;
    int64_t started; // Nanoseconds of the clock of `now`, to a hundredth of a second.
    bool is_meant;   // Whether it is to be sent the signal.
};

static bool read_child(const char *name, struct child *child) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%.20s/stat", name);
    FILE *file = fopen(path, "re");
    if (file == NULL) return false;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = 0;
    char *behind_name = strrchr(text, ')'); // The name may hold anything else.
    unsigned long long ticks;
    if (behind_name == NULL
        || sscanf(behind_name + 1, " %*c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                  &child->parent, &child->group, &ticks) != 3)
        return false;
    child->id = atoi(name);
    child->started = (int64_t)(ticks * (1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK)));
    return true;
}

// All processes, of which `count` becomes the number; NULL where they cannot be read. What an earlier cell left running
// in the background is not meant.
static struct child *read_children(int64_t since, size_t *count) {
    const int64_t tick = 10000000;
    DIR *folder = opendir("/proc");
    if (folder == NULL) return NULL;
    struct child *all = NULL;
    size_t room = 0;
    *count = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (*count == room) {
            struct child *larger = realloc(all, (room = room * 2 + 64) * sizeof *all);
            if (larger == NULL) break;
            all = larger;
        }
        struct child *child = &all[*count];
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || !read_child(entry->d_name, child)) continue;
        child->is_meant = child->parent == getpid() && child->started + tick >= since;
        ++*count;
    }
    closedir(folder);
    return all;
}

static bool is_meant(const struct child *all, size_t count, pid_t id) {
    for (size_t place = 0; place < count; place++)
        if (all[place].id == id) return all[place].is_meant;
    return false;
}

void children_signal(int signal, int64_t since) {
    size_t count;
    struct child *all = read_children(since, &count);
    if (all == NULL) return;
    // A shell that is sent the signal ends and leaves behind what it waits for.
    for (bool finds = true; finds;) {
        finds = false;
        for (size_t place = 0; place < count; place++) {
            if (all[place].is_meant || !is_meant(all, count, all[place].parent)) continue;
            all[place].is_meant = finds = true;
        }
    }
    for (size_t place = 0; place < count; place++) {
        const struct child *child = &all[place];
        if (!child->is_meant) continue;
        if (child->group == child->id) {
            kill(-child->id, signal);
        } else if (!is_meant(all, count, child->group)) {
            kill(child->id, signal);
        }
    }
    free(all);
}

static void do_nothing(int number) { (void)number; }

void children_heed(int number) {
    struct sigaction old;
    if (sigaction(number, NULL, &old) != 0 || (old.sa_flags & SA_SIGINFO)) return;
    if (old.sa_handler == SIG_IGN || old.sa_handler == SIG_DFL) signal(number, do_nothing);
}

// --- processes that are forked off -------------------------------------------------------------------------------------

static atomic_bool is_forked;

bool process_is_forked(void) { return atomic_load(&is_forked); }

static void in_child(void) {
    atomic_store(&is_forked, true);
    close(CHANNEL);
    close(COMMANDS);
}

void children_prepare(void) { pthread_atfork(NULL, NULL, in_child); }
