#define _GNU_SOURCE
#include "code.h"
#include "signals.h"
#include "waits.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <ucontext.h>
#include <unwind.h>

// The stack is followed by the tables that every library carries for exceptions: they give the registers that a
// function must have back when what it called is abandoned, which frame pointers do not.

// The numbers of registers in the tables (System V ABI for x86-64, figure 3.36).
enum { DWARF_RBX = 3, DWARF_RBP = 6, DWARF_R12 = 12, DWARF_R13, DWARF_R14, DWARF_R15 };

// The functions that run work which others gave them: such a function may continue as if the work had ended.
// libdispatch's callers of blocks all are; of the Swift runtime it is the one that runs a job of a task, behind which an
// actor is given back.
static const void *(*current_task)(void);
static uintptr_t run_job, lock_mutex, dispatch_start, dispatch_end, runner_start, runner_end;

static void (*begin_access)(void *, void *, uintptr_t, void *);
static void (*end_access)(void *);

static int find_ranges(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size, (void)unused;
    bool is_runner = info->dlpi_name[0] == 0 && runner_start == 0;
    if (!is_runner && strstr(info->dlpi_name, "/libdispatch.so") == NULL) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_X) == 0) continue;
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        *(is_runner ? &runner_start : &dispatch_start) = start;
        *(is_runner ? &runner_end : &dispatch_end) = start + segment->p_memsz;
    }
    return 0;
}

void trail_prepare(void) {
    if (dispatch_start == 0) dl_iterate_phdr(find_ranges, NULL);
    if (run_job == 0)
        run_job = symbol_find("/libswift_Concurrency.so", "_ZN5swift34runJobInEstablishedExecutorContextEPNS_3JobE", NULL);
    if (current_task == NULL) current_task = (const void *(*)(void))dlsym(RTLD_DEFAULT, "swift_task_getCurrent");
    lock_mutex = (uintptr_t)dlsym(RTLD_DEFAULT, "pthread_mutex_lock");
    if (begin_access == NULL) {
        begin_access = (void (*)(void *, void *, uintptr_t, void *))dlsym(RTLD_DEFAULT, "swift_beginAccess");
        end_access = (void (*)(void *))dlsym(RTLD_DEFAULT, "swift_endAccess");
    }
}

bool trail_is_of_runner(uintptr_t address) {
    if (runner_start == 0) dl_iterate_phdr(find_ranges, NULL);
    return address >= runner_start && address < runner_end;
}

const void *trail_task(void) { return current_task ? current_task() : NULL; }

bool trail_is_of_dispatch(uintptr_t address) { return address >= dispatch_start && address < dispatch_end; }

struct walk {
    struct trail *trail;
    uintptr_t from, frame; // The frame pointer where the tables came to their end.
    bool has_begun, is_in_cells;
};

// How far the function that was to return to an address would have taken down its arguments: the callers of tasks' code
// make room for them again at once (`sub $8, %rsp`).
static uintptr_t taken_down(uintptr_t address) {
    const uint8_t *code = (const uint8_t *)address;
    bool makes_room = code[0] == 0x48 && code[1] == 0x83 && code[2] == 0xEC;
    return makes_room ? code[3] : 0;
}

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *argument) {
    struct walk *walk = argument;
    struct trail *trail = walk->trail;
    int is_before = 0;
    uintptr_t address = _Unwind_GetIPInfo(context, &is_before);
    if (!walk->has_begun) {
        if (address != walk->from || !is_before) return _URC_NO_REASON;
        walk->has_begun = true;
    }
    walk->frame = _Unwind_GetGR(context, DWARF_RBP);
    uintptr_t place = is_before ? address : address - 1; // The call lies before the address that it returns to.
    if (image_contains(place)) {
        if (trail->has_boundary && trail->next_return == NULL)
            trail->next_return = (uintptr_t *)(_Unwind_GetCFA(context) - sizeof(uintptr_t));
        walk->is_in_cells = true;
        trail->outermost = place;
        if (trail->frame_count < FRAMES) trail->frames[trail->frame_count++] = place;
        return _URC_NO_REASON;
    }
    bool is_runner = place >= runner_start && place < runner_end;
    uintptr_t function = _Unwind_GetRegionStart(context);
    if (!walk->is_in_cells) {
        if (is_runner) trail->waits_in_runner = true;
        if (trail_is_of_dispatch(place)) trail->is_in_dispatch = true;
        if (function == lock_mutex) trail->waits_for_lock = true;
        return _URC_NO_REASON;
    }
    if (is_runner && function != (uintptr_t)wait_run_iteration) {
        trail->is_complete = true; // The start of the thread.
        return _URC_NO_REASON;
    }
    if (trail->has_boundary) return _URC_NO_REASON;
    if (is_runner || function == run_job || trail_is_of_dispatch(place)) {
        trail->has_boundary = true;
        trail->boundary_is_task = function == run_job;
        trail->boundary = (struct registers){
            .rbx = _Unwind_GetGR(context, DWARF_RBX), .rbp = _Unwind_GetGR(context, DWARF_RBP),
            .r12 = _Unwind_GetGR(context, DWARF_R12), .r13 = _Unwind_GetGR(context, DWARF_R13),
            .r14 = _Unwind_GetGR(context, DWARF_R14), .r15 = _Unwind_GetGR(context, DWARF_R15),
            .rsp = _Unwind_GetCFA(context) + taken_down(address), .rip = address,
        };
    }
    return _URC_NO_REASON;
}

// Some functions are in no table, and a call may have gone where no code is: but Swift keeps frame pointers. They tell the
// frames, and not the registers with which a boundary could continue.
static void follow_frame_pointers(struct trail *trail, const struct thread *thread, uintptr_t frame) {
    while (trail->frame_count < FRAMES && frame >= thread->stack_low && frame + 16 <= thread->stack_high && frame % 8 == 0) {
        uintptr_t next = ((uintptr_t *)frame)[0], back = ((uintptr_t *)frame)[1];
        if (image_contains(back - 1)) trail->frames[trail->frame_count++] = trail->outermost = back - 1;
        if (next <= frame) break;
        frame = next;
    }
}

// What libgcc tells of the function that an address lies in (unwind-dw2-fde.h).
struct table_entry {
    void *text, *data, *function;
};
extern const void *_Unwind_Find_FDE(void *address, struct table_entry *entry);

// The linker puts the stubs by which cells call functions of libraries into no table, and a walk that begins in one would
// end there. A stub has pushed nothing: its caller's return address lies on top of the stack.
static bool is_in_stub(const greg_t *values) {
    struct table_entry entry;
    uintptr_t stack = (uintptr_t)values[REG_RSP];
    if (!image_contains((uintptr_t)values[REG_RIP]) || stack % sizeof(uintptr_t)) return false;
    return _Unwind_Find_FDE((void *)values[REG_RIP], &entry) == NULL && image_contains(*(const uintptr_t *)stack - 1);
}

void trail_follow(struct trail *trail, ucontext_t *interrupted) {
    memset(trail, 0, sizeof *trail);
    greg_t *values = interrupted->uc_mcontext.gregs;
    greg_t place = values[REG_RIP], stack = values[REG_RSP];
    if (is_in_stub(values)) { // For as long as the stack is followed, the thread stands in the call of the stub.
        values[REG_RIP] = *(const greg_t *)stack - 1;
        values[REG_RSP] += (greg_t)sizeof(greg_t);
    }
    struct walk walk = {.trail = trail, .from = (uintptr_t)values[REG_RIP]};
    struct thread *thread = thread_current();
    if (thread) signal_show_return(thread, true);
    _Unwind_Backtrace(step, &walk);
    if (thread) signal_show_return(thread, false);
    values[REG_RIP] = place;
    values[REG_RSP] = stack;
    if (trail->frame_count > 0 || thread == NULL) return;
    follow_frame_pointers(trail, thread, walk.has_begun ? walk.frame : (uintptr_t)values[REG_RBP]);
}

// --- abandoning ----------------------------------------------------------------------------------------------------------

// A record of the Swift runtime's list of accesses that a thread has begun; they lie on its stack (Exclusivity.cpp).
struct access {
    void *pointer, *pc;
    uintptr_t next;
};

// Swift reports an overlap where a later access meets one that was abandoned.
static void end_accesses(const struct thread *thread, uintptr_t stack) {
    enum { READ_AND_TRACK = 0x20, LINK_BITS = 3 };
    static char somewhere;
    if (begin_access == NULL || end_access == NULL) return;
    // The head of the list is not exported: a new access points to it.
    struct access probe = {0};
    begin_access(&somewhere, &probe, READ_AND_TRACK, NULL);
    uintptr_t next = probe.next & ~(uintptr_t)LINK_BITS;
    end_access(&probe);
    while (next != 0 && !(next >= stack && next < thread->stack_high)) {
        struct access *access = (struct access *)next;
        next = access->next & ~(uintptr_t)LINK_BITS;
        end_access(access);
    }
}

void trail_abandon(struct thread *thread, uintptr_t stack) {
    onces_abandon(thread, stack);
    // The records of a guarded thread die with it.
    if (!thread->is_guarded) end_accesses(thread, stack);
}
