#define _GNU_SOURCE
#include "signals.h"
#include "code.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

// Cells may handle signals, but those by which the runner brings them back stay its own: a handler that a cell installs for
// one of them is called before the cell is left, and a cell can neither block them nor take away the stack for them.

static const int own[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, INTERRUPT_SIGNAL};
enum { OWN = sizeof own / sizeof own[0] };
static struct sigaction of_cells[OWN];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool cells_handle_signals; // Others than those of traps.

static struct {
    int (*action)(int, const struct sigaction *, struct sigaction *);
    int (*mask)(int, const sigset_t *, sigset_t *);
    int (*process_mask)(int, const sigset_t *, sigset_t *);
} real;
static pthread_once_t found = PTHREAD_ONCE_INIT;

static void find(void) {
    *(void **)&real.action = dlsym(RTLD_NEXT, "sigaction");
    *(void **)&real.mask = dlsym(RTLD_NEXT, "pthread_sigmask");
    *(void **)&real.process_mask = dlsym(RTLD_NEXT, "sigprocmask");
}

static int place_of(int signal) {
    for (int i = 0; i < OWN; i++)
        if (own[i] == signal) return i;
    return -1;
}

void handlers_install(void (*handle)(int, siginfo_t *, void *)) {
    pthread_once(&found, find);
    for (int i = 0; i < OWN; i++) {
        struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        // No code is to see that a call of the system was cut short by an interrupt that is not meant for it.
        if (own[i] == INTERRUPT_SIGNAL) action.sa_flags |= SA_RESTART;
        sigemptyset(&action.sa_mask);
        sigaddset(&action.sa_mask, INTERRUPT_SIGNAL);
        real.action(own[i], &action, NULL);
    }
}

void handlers_call_of_cells(int signal, siginfo_t *info, void *context) {
    int place = place_of(signal);
    if (place < 0) return;
    struct sigaction action = of_cells[place];
    if (action.sa_flags & SA_SIGINFO) action.sa_sigaction(signal, info, context);
    else if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) action.sa_handler(signal);
}

void handlers_end_process(int signal) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    real.action(signal, &standard, NULL);
    raise(signal);
}

bool handlers_are_of_cells(void) { return atomic_load(&cells_handle_signals); }

// --- what cells call -----------------------------------------------------------------------------------------------

static int change(int signal, const struct sigaction *action, struct sigaction *former, const void *caller) {
    pthread_once(&found, find);
    int place = place_of(signal);
    bool is_of_cell = image_contains((uintptr_t)caller);
    bool handles = action && action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
    if (is_of_cell && handles && (place < 0 || signal == INTERRUPT_SIGNAL)) atomic_store(&cells_handle_signals, true);
    if (place < 0) return real.action(signal, action, former);
    // Libraries find the runner's handler there, and so leave the signal alone, as the Swift runtime with its backtraces.
    if (!is_of_cell) return real.action(signal, NULL, former);
    pthread_mutex_lock(&lock);
    if (former) *former = of_cells[place];
    if (action) of_cells[place] = *action;
    pthread_mutex_unlock(&lock);
    return 0;
}

int sigaction(int signal, const struct sigaction *action, struct sigaction *former) {
    return change(signal, action, former, __builtin_return_address(0));
}

sighandler_t signal(int signal, sighandler_t handler) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, former;
    sigemptyset(&action.sa_mask);
    return change(signal, &action, &former, __builtin_return_address(0)) == 0 ? former.sa_handler : SIG_ERR;
}

// What may be blocked of a set of signals.
static const sigset_t *allowed(int how, const sigset_t *set, sigset_t *changed) {
    pthread_once(&found, find);
    if (set == NULL || how == SIG_UNBLOCK) return set;
    *changed = *set;
    struct thread *thread = thread_current();
    bool takes_interrupts = thread && thread->is_guarded;
    for (int i = 0; i < OWN; i++)
        if (own[i] != INTERRUPT_SIGNAL || takes_interrupts) sigdelset(changed, own[i]);
    return changed;
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *former) {
    sigset_t changed;
    const sigset_t *mask = allowed(how, set, &changed);
    return real.mask(how, mask, former);
}

int sigprocmask(int how, const sigset_t *set, sigset_t *former) {
    sigset_t changed;
    const sigset_t *mask = allowed(how, set, &changed);
    return real.process_mask(how, mask, former);
}

// Each thread has its stack for handlers already, and is told so.
int sigaltstack(const stack_t *stack, stack_t *former) {
    if (thread_current() == NULL) return (int)syscall(SYS_sigaltstack, stack, former);
    return (int)syscall(SYS_sigaltstack, NULL, former);
}
