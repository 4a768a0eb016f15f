#define _GNU_SOURCE
#include "runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

long thread_call(const struct thread *thread) {
    char path[64], text[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)thread->id);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return CALL_UNKNOWN;
    ssize_t length = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    if (length <= 0) return CALL_UNKNOWN;
    return text[0] >= '0' && text[0] <= '9' ? atol(text) : CALL_NONE;
}

bool call_is_cut_short(long call) {
    static const long calls[] = {
        SYS_nanosleep, SYS_clock_nanosleep, SYS_pause, SYS_poll, SYS_ppoll, SYS_select, SYS_pselect6, SYS_epoll_wait,
        SYS_epoll_pwait, SYS_rt_sigtimedwait, SYS_rt_sigsuspend, SYS_msgrcv, SYS_semop, SYS_semtimedop,
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (call == calls[i]) return true;
    return false;
}
