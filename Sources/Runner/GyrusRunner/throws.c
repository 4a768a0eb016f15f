#define _GNU_SOURCE
#include "signals.h"

#include <dlfcn.h>
#include <string.h>

static void will_throw(void *error) {
    (void)error;
    struct thread *thread = thread_current();
    if (thread == NULL || !thread->is_guarded) return;
    // Swift keeps frame pointers, so a walk along them is enough.
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    int count = 0;
    while (count < FRAMES && frame >= thread->stack_low && frame + 16 <= thread->stack_high && frame % 8 == 0) {
        uintptr_t next = ((uintptr_t *)frame)[0], back = ((uintptr_t *)frame)[1];
        if (back == 0) break;
        thread->thrown[count++] = back - 1; // The call lies before the address that it returns to.
        if (next <= frame) break;
        frame = next;
    }
    thread->thrown_count = count;
}

void throws_hook(void) {
    _Atomic(void (*)(void *)) *hook = dlsym(RTLD_DEFAULT, "_swift_willThrow");
    if (hook) atomic_store(hook, will_throw);
}

// The Swift runtime calls this for an error that no cell caught; being in the executable, this one comes first.
_Noreturn void swift_errorInMain(void *error);
_Noreturn void swift_errorInMain(void *error) {
    void (*describe)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "gyrus_describe_error");
    if (describe) describe(error);
    struct thread *thread = thread_current();
    if (thread && thread_is_current(thread)) {
        struct report report = {.outcome = OUTCOME_ERROR, .frame_count = thread->thrown_count};
        memcpy(report.frames, thread->thrown, sizeof report.frames);
        job_fail(thread->job, &report);
    }
    thread_leave(OUTCOME_ERROR);
}

void gyrus_runner_leave_if_interrupted(void) {
    struct thread *thread = thread_current();
    if (thread == NULL) return;
    if (thread->job == NULL ? jobs_any_must_end()
                            : atomic_load(&thread->job->interrupted) || thread_must_leave(thread))
        signal_leave(OUTCOME_INTERRUPT);
}
