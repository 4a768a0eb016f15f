#define _GNU_SOURCE
#include "process.h"
#include "signals.h"
#include "waits.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// The reserve is opened for a library that meets the end of the stack, so that it can finish and give back its locks.
enum {
    STACK = 4 << 20, USUAL_LIMIT = 8 << 20,
    ALTERNATE_STACK = 64 << 10, PAGE = 4096,
    RESERVE = 8 << 20, SMALL_RESERVE = 1 << 20, // Of a guarded thread, and of any other.
};

static __thread struct thread *current;
static struct thread *all;
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t at_end;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

struct thread *thread_current(void) { return current; }
struct job *thread_job(void) { return current ? atomic_load(&current->job) : NULL; }
uint32_t thread_request(void) { return current && current->job ? current->request : 0; }

bool thread_is_current(const struct thread *thread) {
    struct job *job = thread->job; // Another thread's changes meanwhile, if that does the iterations of a loop.
    return job && atomic_load(&job->running) && atomic_load(&job->request) == thread->request;
}

bool thread_must_leave(const struct thread *thread) {
    struct job *job = thread->job;
    return job && (!thread_is_current(thread) || job_must_end(job));
}

void threads_each(void (*body)(struct thread *, void *), void *context) {
    pthread_mutex_lock(&all_lock);
    for (struct thread *thread = all; thread; thread = thread->next) body(thread, context);
    pthread_mutex_unlock(&all_lock);
}

static void enlist(struct thread *thread) {
    pthread_mutex_lock(&all_lock);
    thread->next = all;
    all = thread;
    pthread_mutex_unlock(&all_lock);
}

static void delist(struct thread *thread) {
    pthread_mutex_lock(&all_lock);
    struct thread **link = &all;
    while (*link && *link != thread) link = &(*link)->next;
    if (*link) *link = thread->next;
    pthread_mutex_unlock(&all_lock);
}

// --- a thread's record ------------------------------------------------------------------------------------------

// Endless recursion leaves no room for a handler on the thread's own stack.
static void give_alternate_stack(struct thread *thread) {
    void *memory = mmap(NULL, ALTERNATE_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    thread->alternate = memory == MAP_FAILED ? NULL : memory;
    stack_t stack = {.ss_sp = thread->alternate, .ss_size = ALTERNATE_STACK};
    if (thread->alternate) syscall(SYS_sigaltstack, &stack, NULL);
}

static void measure_stack(struct thread *thread) {
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &low, &size);
        pthread_attr_destroy(&attributes);
    }
    thread->stack_low = thread->reserve_low = (uintptr_t)low;
    thread->stack_high = (uintptr_t)low + size;
    size_t reserve = thread->is_guarded ? RESERVE : SMALL_RESERVE;
    if (size < reserve + reserve / 4 || mprotect(low, reserve, PROT_NONE) != 0) return;
    thread->stack_low += reserve;
}

static void enter(struct thread *thread) {
    thread->thread = pthread_self();
    thread->id = gettid();
    measure_stack(thread);
    give_alternate_stack(thread);
    current = thread;
    pthread_setspecific(at_end, thread);
    enlist(thread);
}

static void end_job(struct thread *thread, enum outcome outcome) {
    thread->ended(thread->context, outcome); // What it sends still belongs to the job.
}

// Ends the job's part of a guarded thread that did not come to its own end, for which the job would wait forever.
static void end_cancelled(struct thread *thread) {
    static const char words[] = "Fatal error: the cell's own thread was cancelled (pthread_cancel)\n";
    left_note(thread, NULL);
    if (atomic_exchange(&thread->left_behind, true)) return;
    if (write(STDERR_FILENO, words, sizeof words - 1) > 0) end_job(thread, OUTCOME_TRAP);
}

// Called when a thread ends, in whatever way.
static void leave(void *argument) {
    struct thread *thread = argument;
    bool is_cancelled = thread->is_guarded && thread->armed;
    thread->armed = 0;
    if (is_cancelled) end_cancelled(thread);
    delist(thread);
    current = NULL;
    stack_t none = {.ss_flags = SS_DISABLE};
    syscall(SYS_sigaltstack, &none, NULL);
    if (thread->alternate) munmap(thread->alternate, ALTERNATE_STACK);
    // The next thread may be given the same stack.
    uintptr_t guard_end = thread->reserve_low + PAGE;
    if (thread->stack_low > guard_end)
        mprotect((void *)guard_end, thread->stack_low - guard_end, PROT_READ | PROT_WRITE);
    free(thread);
}

static void prepare(void) {
    *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
    pthread_key_create(&at_end, leave);
    pthread_attr_t usual;
    size_t size = 0;
    if (pthread_getattr_default_np(&usual) != 0) return;
    if (pthread_attr_getstacksize(&usual, &size) == 0 && size == USUAL_LIMIT) {
        pthread_attr_setstacksize(&usual, STACK + SMALL_RESERVE);
        pthread_setattr_default_np(&usual);
    }
    pthread_attr_destroy(&usual);
}

// --- threads that cells and libraries start -----------------------------------------------------------------------

static void *run_any(void *argument) {
    struct thread *thread = argument;
    enter(thread);
    void *result = NULL;
    // A cell's code that traps ends its thread; whatever joins it continues.
    if (sigsetjmp(thread->start, 1) == 0) {
        thread->armed = 1;
        result = thread->routine(thread->context);
    }
    thread->armed = 0;
    return result;
}

// Comes before the C library's: every thread of the process is known, and has a stack for handlers.
int pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*routine)(void *), void *context) {
    pthread_once(&prepared, prepare);
    struct thread *thread = calloc(1, sizeof *thread);
    if (thread == NULL) return EAGAIN;
    thread->routine = routine;
    thread->is_of_runner = trail_is_of_runner((uintptr_t)routine);
    thread->context = context;
    int failed = create(id, attributes, run_any, thread);
    if (failed) free(thread);
    return failed;
}

// A cell's thread is the runner's to end.
void pthread_exit(void *result) {
    static const char words[] = "Fatal error: the cell ended its own thread (pthread_exit)\n";
    static void (*end)(void *);
    if (current && current->is_guarded && current->armed && write(STDERR_FILENO, words, sizeof words - 1) > 0) abort();
    if (end == NULL) *(void **)&end = dlsym(RTLD_NEXT, "pthread_exit");
    end(result);
    __builtin_unreachable();
}

void thread_serve_main(void (*serve)(void)) {
    static struct thread main_thread;
    pthread_once(&prepared, prepare);
    struct thread *thread = &main_thread;
    thread->thread = pthread_self();
    thread->id = gettid();
    // The main thread's stack grows as it is used, so nothing of it is kept in reserve.
    struct rlimit limit;
    thread->stack_high = (uintptr_t)__builtin_frame_address(0) + PAGE;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < thread->stack_high)
        thread->stack_low = thread->stack_high - limit.rlim_cur;
    thread->reserve_low = thread->stack_low;
    give_alternate_stack(thread);
    current = thread;
    enlist(thread);
    (void)sigsetjmp(thread->start, 1);
    thread->armed = 1;
    for (;;) serve();
}

// --- guarded threads ------------------------------------------------------------------------------------------------

static void *run_guarded(void *argument) {
    struct thread *thread = argument;
    enter(thread);
    enum outcome outcome = (enum outcome)sigsetjmp(thread->start, 1);
    if (outcome == OUTCOME_OK) {
        thread->armed = 1;
        thread->body(thread->context);
    }
    thread->armed = 0;
    if (process_is_forked()) _exit(outcome == OUTCOME_OK ? 0 : 1);
    if (outcome != OUTCOME_OK) left_note(thread, NULL);
    if (!atomic_exchange(&thread->left_behind, true)) end_job(thread, outcome);
    if (thread->is_to_stay) thread_stay();
    return NULL;
}

void thread_stay(void) {
    for (;;) pause();
}

// Thousands of calls deep, and no more: endless recursion that allocates ends there before it has taken the memory of the
// machine (what an abandoned stack refers to is never freed). A user who needs more sets `ulimit -s` above what is usual.
static size_t stack_size(void) {
    struct rlimit limit;
    bool is_raised = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur > USUAL_LIMIT && limit.rlim_cur != RLIM_INFINITY;
    return (is_raised ? limit.rlim_cur : STACK) + RESERVE;
}

static bool create_guarded(struct thread *thread, size_t stack) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t id;
    int failed = create(&id, &attributes, run_guarded, thread);
    pthread_attr_destroy(&attributes);
    return !failed;
}

bool thread_start(struct job *job, void (*body)(void *), void (*ended)(void *, enum outcome), void *context) {
    pthread_once(&prepared, prepare);
    struct thread *thread = calloc(1, sizeof *thread);
    if (thread == NULL) return false;
    thread->is_guarded = true;
    thread->job = job ? job : current && current->job ? current->job : &the_cell;
    thread->request = job || current == NULL || current->job == NULL ? atomic_load(&thread->job->request) : current->request;
    thread->body = body;
    thread->ended = ended;
    thread->context = context;
    // The user's limit may be more than there is.
    bool is_started = create_guarded(thread, stack_size()) || create_guarded(thread, STACK + RESERVE);
    if (!is_started) free(thread);
    return is_started;
}

void thread_leave(enum outcome outcome) {
    struct thread *thread = current;
    if (thread == NULL || !thread->armed) abort();
    thread->armed = 0;
    trail_abandon(thread, thread->stack_high);
    siglongjmp(thread->start, outcome);
}

// --- threads that cannot be taken out of a wait -----------------------------------------------------------------------

static void *end_for_another(void *argument) {
    struct thread *thread = argument;
    current->job = thread->job; // What is sent belongs to the job.
    current->request = thread->request;
    end_job(thread, OUTCOME_OK); // The job's report says more.
    current->job = NULL;
    return NULL;
}

static void end_left_behind(struct thread *thread, void *unused) {
    (void)unused;
    if (!atomic_exchange(&thread->is_to_be_left, false) || atomic_exchange(&thread->left_behind, true)) return;
    left_note(thread, NULL);
    pthread_t id;
    if (pthread_create(&id, NULL, end_for_another, thread) == 0) pthread_detach(id);
}

void threads_end_left_behind(void) { threads_each(end_left_behind, NULL); }
