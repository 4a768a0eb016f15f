#define _GNU_SOURCE
#include "threads.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

struct call thread_call(const struct thread *thread) {
    struct call call = {.number = CALL_UNKNOWN};
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)thread->id);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return call;
    ssize_t length = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    if (length <= 0) return call;
    call.number = text[0] >= '0' && text[0] <= '9' ? atol(text) : CALL_NONE;
    uintptr_t *arguments = call.arguments;
    sscanf(
        text, "%*d %lx %lx %lx %lx %lx %lx %lx %lx", &arguments[0], &arguments[1], &arguments[2], &arguments[3], &arguments[4],
        &arguments[5], &call.stack, &call.place);
    return call;
}

bool call_is_same(const struct call *one, const struct call *other) {
    return one->number == other->number && one->arguments[0] == other->arguments[0] && one->stack == other->stack
        && one->place == other->place;
}

bool call_is_limited_wait(const struct call *call) {
    int operation = (int)call->arguments[1] & FUTEX_CMD_MASK;
    return call->number == SYS_futex && (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET) && call->arguments[3] != 0;
}

bool call_is_shared_wait(const struct call *call) {
    return call->number == SYS_futex && (call->arguments[1] & FUTEX_PRIVATE_FLAG) == 0;
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
