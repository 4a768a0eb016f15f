#define _GNU_SOURCE
#include "code.h"
#include "process.h"
#include "signals.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct range {
    uintptr_t base, start, end;
    char name[48];
};

// Only ever appended to, count last, so that a signal handler reads it without a lock.
static struct range *images[1 << 16];
static atomic_int image_count;
static _Thread_local int loaded; // The number of the one that the thread loaded last, from 1.

static struct range sleeping[2];
// The standard library, and what of its generic code is made for common types.
enum { CORE, SPECIALIZED, STANDARD_LIBRARIES };
static struct range standard_library[STANDARD_LIBRARIES];

static void executable_part(struct dl_phdr_info *info, struct range *range) {
    range->base = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X)) {
            range->start = info->dlpi_addr + segment->p_vaddr;
            range->end = range->start + segment->p_memsz;
        }
    }
}

static int remember(struct dl_phdr_info *info, size_t size, void *path) {
    (void)size;
    int count = atomic_load(&image_count);
    if (strcmp(info->dlpi_name, path) != 0 || count == sizeof images / sizeof images[0]) return 0;
    struct range *range = calloc(1, sizeof *range);
    if (range == NULL) return 1;
    executable_part(info, range);
    const char *file = strrchr(path, '/');
    snprintf(range->name, sizeof range->name, "%s", file ? file + 1 : (const char *)path);
    char *dot = strrchr(range->name, '.');
    if (dot) *dot = 0;
    images[count] = range;
    atomic_store(&image_count, count + 1);
    loaded = count + 1;
    return 1;
}

static int find_standard_library(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size, (void)unused;
    if (strstr(info->dlpi_name, "/libswiftCore.so")) executable_part(info, &standard_library[CORE]);
    if (strstr(info->dlpi_name, "/libswiftSwiftOnoneSupport.so")) executable_part(info, &standard_library[SPECIALIZED]);
    return 0;
}

static void find_sleep(const char *name, struct range *range) {
    void *address = dlsym(RTLD_DEFAULT, name);
    Dl_info info;
    const ElfW(Sym) *symbol = NULL;
    if (address && dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol) {
        range->start = (uintptr_t)address;
        range->end = range->start + symbol->st_size;
    }
}

void *image_load(const char *path, const char **error) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (handle == NULL && descriptors_lend()) {
        handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
        descriptors_take_back();
    }
    if (handle == NULL) {
        *error = dlerror();
        return NULL;
    }
    dl_iterate_phdr(remember, (void *)path);
    trail_prepare();
    if (standard_library[CORE].start == 0) {
        dl_iterate_phdr(find_standard_library, NULL);
        find_sleep("clock_nanosleep", &sleeping[0]);
        find_sleep("nanosleep", &sleeping[1]);
    }
    return handle;
}

static bool within(const struct range *range, uintptr_t address) {
    return address >= range->start && address < range->end;
}

static const struct range *find(uintptr_t address) {
    for (int i = atomic_load(&image_count) - 1; i >= 0; i--)
        if (within(images[i], address)) return images[i];
    return NULL;
}

static atomic_bool barred;

void images_bar(bool bar) {
    if (atomic_exchange(&barred, bar) == bar) return;
    int protection = bar ? PROT_READ : PROT_READ | PROT_EXEC;
    for (int i = atomic_load(&image_count) - 1; i >= 0; i--) {
        uintptr_t page = images[i]->start & ~(uintptr_t)4095;
        mprotect((void *)page, images[i]->end - page, protection);
    }
}

bool images_are_barred(void) { return atomic_load(&barred); }

void image_open(uintptr_t address) {
    const struct range *image = find(address);
    if (image == NULL) return;
    uintptr_t page = image->start & ~(uintptr_t)4095;
    mprotect((void *)page, image->end - page, PROT_READ | PROT_EXEC);
}

bool image_contains(uintptr_t address) { return find(address) != NULL; }

int image_number(void) { return loaded; }

bool image_has(int number, uintptr_t address) {
    return number > 0 && number <= atomic_load(&image_count) && within(images[number - 1], address);
}

bool image_is_interruptible(uintptr_t address, bool library) {
    if (within(&sleeping[0], address) || within(&sleeping[1], address)) return true;
    bool is_standard = within(&standard_library[CORE], address) || within(&standard_library[SPECIALIZED], address);
    if (!library || !is_standard) return false;
    // Swift functions of the standard library ("$s…") hold no lock; the runtime's C++ ones may.
    Dl_info info;
    return dladdr((void *)address, &info) && info.dli_sname && strncmp(info.dli_sname, "$s", 2) == 0;
}

void image_describe(const uintptr_t *addresses, int count, char *text, size_t size) {
    size_t used = (size_t)snprintf(text, size, "[");
    for (int i = 0; i < count && used + 80 < size; i++) {
        const struct range *image = find(addresses[i]);
        if (image == NULL) continue;
        used += (size_t)snprintf(
            text + used, size - used, "%s[\"%s\",%lu]", used > 1 ? "," : "", image->name,
            (unsigned long)(addresses[i] - image->base));
    }
    snprintf(text + used, size - used, "]");
}
