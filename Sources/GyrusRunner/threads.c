#define _GNU_SOURCE
#include "runner.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STACK = 256 << 20, ALTERNATE_STACK = 64 << 10, INTERRUPT_SIGNAL = SIGURG };

// A thread that can be brought back. They form a list, under a lock that is never held while a cell's code runs.
struct guarded {
    sigjmp_buf start;
    struct job *job;
    pthread_t thread;
    volatile sig_atomic_t armed;
    uintptr_t stack_low, stack_high;
    int thrown_count;
    uintptr_t thrown[FRAMES];
    void (*body)(void *);
    void (*ended)(void *, enum outcome);
    void *context;
    struct guarded *next;
};

static __thread struct guarded *current;
static struct guarded *all;
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool reach_into_library;

struct job *thread_job(void) { return current ? current->job : NULL; }
uint32_t thread_request(void) { return current ? atomic_load(&current->job->request) : 0; }

// --- backtraces: Swift keeps frame pointers, so a walk along them is enough and safe in a handler ---------------

static int walk(const struct guarded *guard, uintptr_t pc, uintptr_t frame, uintptr_t *frames) {
    int count = 0;
    if (pc) frames[count++] = pc;
    while (count < FRAMES && frame >= guard->stack_low && frame + 16 <= guard->stack_high && frame % 8 == 0) {
        uintptr_t next = ((uintptr_t *)frame)[0], back = ((uintptr_t *)frame)[1];
        if (back == 0) break;
        frames[count++] = back - 1; // The call lies before the address that it returns to.
        if (next <= frame) break;
        frame = next;
    }
    return count;
}

static void report_from(struct guarded *guard, enum outcome outcome, int signal, uintptr_t pc, uintptr_t frame) {
    if (atomic_flag_test_and_set(&guard->job->has_report)) return;
    struct report *report = &guard->job->report;
    report->outcome = outcome;
    report->signal = signal;
    report->frame_count = walk(guard, pc, frame, report->frames);
}

// --- throws -----------------------------------------------------------------------------------------------------

static void will_throw(void *error) {
    (void)error;
    if (current == NULL) return;
    current->thrown_count = walk(current, 0, (uintptr_t)__builtin_frame_address(0), current->thrown);
}

void threads_hook_throws(void) {
    _Atomic(void (*)(void *)) *hook = dlsym(RTLD_DEFAULT, "_swift_willThrow");
    if (hook) atomic_store(hook, will_throw);
}

// The Swift runtime calls this for an error that no cell caught; being in the executable, this one comes first.
_Noreturn void swift_errorInMain(void *error);
_Noreturn void swift_errorInMain(void *error) {
    void (*describe)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "gyrus_describe_error");
    if (describe) describe(error);
    if (current && !atomic_flag_test_and_set(&current->job->has_report)) {
        struct report *report = &current->job->report;
        report->outcome = OUTCOME_ERROR;
        report->frame_count = current->thrown_count;
        memcpy(report->frames, current->thrown, sizeof report->frames);
    }
    thread_leave(OUTCOME_ERROR);
}

// --- traps and interrupts ---------------------------------------------------------------------------------------

// Whether a fault is a thread's return into a cell whose code an interrupt has barred.
static bool came_back_to_barred_code(int signal, const siginfo_t *info, uintptr_t pc) {
    return signal == SIGSEGV && (uintptr_t)info->si_addr == pc && image_contains(pc) && images_are_barred();
}

static void handle(int signal, siginfo_t *info, void *opaque) {
    struct guarded *guard = current;
    greg_t *registers = ((ucontext_t *)opaque)->uc_mcontext.gregs;
    uintptr_t pc = (uintptr_t)registers[REG_RIP], frame = (uintptr_t)registers[REG_RBP];
    if (signal == INTERRUPT_SIGNAL) {
        if (guard == NULL || !guard->armed || !atomic_load(&guard->job->interrupted)) return;
        if (!image_contains(pc) && !image_is_interruptible(pc, atomic_load(&reach_into_library))) return;
        report_from(guard, OUTCOME_INTERRUPT, signal, pc, frame);
        guard->armed = 0;
        siglongjmp(guard->start, OUTCOME_INTERRUPT);
    }
    if (came_back_to_barred_code(signal, info, pc)) {
        if (guard != NULL && guard->armed && atomic_load(&guard->job->interrupted)) {
            report_from(guard, OUTCOME_INTERRUPT, signal, pc, frame);
            guard->armed = 0;
            siglongjmp(guard->start, OUTCOME_INTERRUPT);
        }
        images_bar(false); // A thread that the interrupt is not meant for: let it go on.
        return;
    }
    if (guard == NULL || !guard->armed) {
        // Not a cell's thread: the process ends as it would have without this handler, and the kernel says so.
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(signal, &standard, NULL);
        return;
    }
    // A push or a call into the guard page below the stack.
    uintptr_t address = (uintptr_t)info->si_addr;
    bool stack_ended = signal == SIGSEGV && address < guard->stack_low + 4096 && address + 65536 > guard->stack_low;
    report_from(guard, OUTCOME_TRAP, signal, pc, frame);
    guard->job->report.stack_ended |= stack_ended;
    guard->armed = 0;
    siglongjmp(guard->start, OUTCOME_TRAP);
}

void threads_prepare(void) {
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    const int signals[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, INTERRUPT_SIGNAL};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) sigaction(signals[i], &action, NULL);
}

void thread_leave(enum outcome outcome) {
    if (current == NULL || !current->armed) abort();
    current->armed = 0;
    siglongjmp(current->start, outcome);
}

void gyrus_runner_leave_if_interrupted(void) {
    struct guarded *guard = current;
    if (guard == NULL || !guard->armed || !atomic_load(&guard->job->interrupted)) return;
    report_from(guard, OUTCOME_INTERRUPT, 0, 0, (uintptr_t)__builtin_frame_address(0));
    thread_leave(OUTCOME_INTERRUPT);
}

void threads_interrupt(bool library) {
    atomic_store(&reach_into_library, library);
    pthread_mutex_lock(&all_lock);
    for (struct guarded *guard = all; guard; guard = guard->next)
        if (guard->armed && atomic_load(&guard->job->interrupted)) pthread_kill(guard->thread, INTERRUPT_SIGNAL);
    pthread_mutex_unlock(&all_lock);
}

// --- life of a guarded thread -----------------------------------------------------------------------------------

static void enlist(struct guarded *guard) {
    pthread_mutex_lock(&all_lock);
    guard->next = all;
    all = guard;
    pthread_mutex_unlock(&all_lock);
}

static void delist(struct guarded *guard) {
    pthread_mutex_lock(&all_lock);
    struct guarded **link = &all;
    while (*link && *link != guard) link = &(*link)->next;
    if (*link) *link = guard->next;
    pthread_mutex_unlock(&all_lock);
}

static void *run(void *argument) {
    struct guarded *guard = argument;
    guard->thread = pthread_self();
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &low, &size);
        pthread_attr_destroy(&attributes);
    }
    guard->stack_low = (uintptr_t)low;
    guard->stack_high = (uintptr_t)low + size;
    // Endless recursion leaves no room for the handler on the thread's own stack.
    void *alternate = mmap(NULL, ALTERNATE_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t stack = {.ss_sp = alternate, .ss_size = ALTERNATE_STACK};
    sigaltstack(&stack, NULL);
    current = guard;
    enlist(guard);
    enum outcome outcome = (enum outcome)sigsetjmp(guard->start, 1);
    if (outcome == OUTCOME_OK) {
        guard->armed = 1;
        guard->body(guard->context);
        guard->armed = 0;
    }
    delist(guard);
    guard->ended(guard->context, outcome); // What it sends still belongs to the job.
    current = NULL;
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    munmap(alternate, ALTERNATE_STACK);
    free(guard);
    return NULL;
}

bool thread_start(struct job *job, void (*body)(void *), void (*ended)(void *, enum outcome), void *context) {
    struct guarded *guard = calloc(1, sizeof *guard);
    if (guard == NULL) return false;
    guard->job = job ? job : current ? current->job : &the_cell;
    guard->body = body;
    guard->ended = ended;
    guard->context = context;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    int failed = pthread_create(&thread, &attributes, run, guard);
    pthread_attr_destroy(&attributes);
    if (failed) free(guard);
    return !failed;
}
