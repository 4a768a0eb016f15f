#pragma once

#include "CTensorKernels.h"

#include <setjmp.h>

// Where a computation of LAPACK continues after it was told to stop.
struct stopping {
    kernel_stop stop;
    void *context;
    sigjmp_buf out;
    struct stopping *outer;
};

// From here to `stopping_end`, the routines of LAPACK that the thread calls ask `stop` before each of their larger steps;
// if it says so, `sigsetjmp(out)` returns once more, with 1. What lies between must hold nothing.
#pragma GCC visibility push(hidden)
void stopping_begin(struct stopping *stopping, kernel_stop stop, void *context);
void stopping_end(struct stopping *stopping);
#pragma GCC visibility pop

// Calls LAPACK so that it can be stopped: `info` is what it sets, or `kernel_stopped`.
#define STOPPABLY(info, call)                                                                                          \
    do {                                                                                                               \
        struct stopping here;                                                                                          \
        stopping_begin(&here, stop, context);                                                                          \
        if (sigsetjmp(here.out, 0) == 0) {                                                                             \
            call;                                                                                                      \
        } else {                                                                                                       \
            info = kernel_stopped;                                                                                     \
        }                                                                                                              \
        stopping_end(&here);                                                                                           \
    } while (0)
