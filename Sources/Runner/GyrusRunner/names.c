#define _GNU_SOURCE
#include "code.h"

#include <ctype.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Swift's runtime names a type with its module wherever something is printed: `[Cell3.Phase.rest]`. The module of a cell
// is not a name that its author knows, and differs from run to run. So the runtime's function that makes these names is
// given a new beginning, which goes to the one here: it calls the old one and takes the modules of cells out. (The
// library binds its own calls itself, so that a function of the same name in this program would not be called.) If the
// function does not begin as expected, all stays as it is, and names have their modules.

struct type_name {
    const char *text;
    uintptr_t length;
};
typedef struct type_name (*name_function)(const void *type, bool qualified);

static name_function original;

// --- names without modules of cells -----------------------------------------------------------------------------

static bool is_of_name(char letter) { return isalnum((unsigned char)letter) || letter == '_' || letter < 0; }

// The length of `Cell12.` at a place; 0 if something else is there.
static size_t module_length(const char *text) {
    if (strncmp(text, "Cell", 4) != 0) return 0;
    size_t digits = strspn(text + 4, "0123456789");
    return digits > 0 && text[4 + digits] == '.' ? 5 + digits : 0;
}

// The length of what precedes a name and means nothing to a reader: the module of a cell, the place of a private
// type in memory, the cell of an extension.
static size_t noise_length(const char *text, char before) {
    if (strncmp(text, "(unknown context at $", 21) == 0) {
        const char *end = strstr(text, ").");
        return end ? (size_t)(end + 2 - text) : 0;
    }
    if (strncmp(text, "(extension in Cell", 18) == 0) {
        size_t digits = strspn(text + 18, "0123456789");
        return digits > 0 && strncmp(text + 18 + digits, "):", 2) == 0 ? 20 + digits : 0;
    }
    return is_of_name(before) || before == '.' ? 0 : module_length(text);
}

static struct type_name plain_name(const char *text) {
    char *plain = malloc(strlen(text) + 1);
    if (plain == NULL) return (struct type_name){text, strlen(text)};
    size_t length = 0;
    char before = 0;
    while (*text) {
        size_t noise = noise_length(text, before);
        before = noise ? ' ' : *text;
        if (noise) {
            // What follows a module is the first part of a name, whatever it is called.
            text += noise;
            if (module_length(text) == 0) continue;
            before = *text;
        }
        plain[length++] = *text++;
    }
    plain[length] = 0;
    return (struct type_name){plain, length};
}

// The runtime keeps each name forever, so its address identifies it; what is made of it is kept likewise.
struct entry {
    const char *key;
    struct type_name name;
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *entries;
static size_t capacity, count;

static struct entry *place_of(const char *key) {
    size_t place = ((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15u % capacity;
    while (entries[place].key != NULL && entries[place].key != key) place = (place + 1) % capacity;
    return &entries[place];
}

static bool grow(void) {
    struct entry *old = entries;
    size_t old_capacity = capacity;
    struct entry *larger = calloc(capacity ? 2 * capacity : 256, sizeof *larger);
    if (larger == NULL) return false;
    entries = larger;
    capacity = capacity ? 2 * capacity : 256;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].key) *place_of(old[i].key) = old[i];
    }
    free(old);
    return true;
}

static struct type_name name_of_type(const void *type, bool qualified) {
    struct type_name name = original(type, qualified);
    if (strstr(name.text, "Cell") == NULL && strstr(name.text, "(unknown context at $") == NULL) return name;
    pthread_mutex_lock(&lock);
    if (2 * (count + 1) > capacity && !grow()) {
        pthread_mutex_unlock(&lock);
        return name;
    }
    struct entry *entry = place_of(name.text);
    if (entry->key == NULL) {
        *entry = (struct entry){name.text, plain_name(name.text)};
        count++;
    }
    name = entry->name;
    pthread_mutex_unlock(&lock);
    return name;
}

// --- a new beginning for a function -----------------------------------------------------------------------------

#if defined(__x86_64__)

// jmp *0(%rip), and after it where to.
static const uint8_t jump[] = {0xFF, 0x25, 0, 0, 0, 0};

// The length of an instruction that does the same elsewhere; 0 for all others.
static size_t movable_length(const uint8_t *code) {
    if (memcmp(code, "\xF3\x0F\x1E\xFA", 4) == 0) return 4;                 // endbr64
    if (code[0] >= 0x50 && code[0] <= 0x57) return 1;                       // push
    if (code[0] == 0x41 && code[1] >= 0x50 && code[1] <= 0x57) return 2;    // push r8 … r15
    bool wide = code[0] >= 0x40 && code[0] <= 0x4F;                         // a REX prefix
    const uint8_t *operation = code + wide;
    if ((operation[0] == 0x89 || operation[0] == 0x8B) && operation[1] >= 0xC0) return 2 + wide; // mov between registers
    if (memcmp(code, "\x48\x83\xEC", 3) == 0) return 4;                     // sub $byte, %rsp
    if (memcmp(code, "\x48\x81\xEC", 3) == 0) return 7;                     // sub $word, %rsp
    return 0;
}

#elif defined(__aarch64__)

// ldr x16, 8; br x16, and after it where to.
static const uint8_t jump[] = {0x50, 0, 0, 0x58, 0, 0x02, 0x1F, 0xD6};

static size_t movable_length(const uint8_t *code) {
    uint32_t word;
    memcpy(&word, code, sizeof word);
    bool relative = (word & 0x1F000000) == 0x10000000                           // adr, adrp
        || (word & 0x7C000000) == 0x14000000 || (word & 0xFE000000) == 0x54000000 // b, bl, b.cond
        || (word & 0x7C000000) == 0x34000000                                    // cbz, cbnz, tbz, tbnz
        || (word & 0x3B000000) == 0x18000000                                    // ldr of a literal
        || (word & 0xFE000000) == 0xD6000000;                                   // br, blr, ret
    return relative ? 0 : 4;
}

#else

static const uint8_t jump[] = {0};
static size_t movable_length(const uint8_t *code) { return (void)code, 0; }

#endif

enum { JUMP = sizeof jump + sizeof(void *) };

static void write_jump(uint8_t *place, const void *target) {
    memcpy(place, jump, sizeof jump);
    memcpy(place + sizeof jump, &target, sizeof target);
}

// Redirects all calls of the runtime's function to the one here, if possible.
static void divert(uint8_t *function) {
    size_t moved = 0;
    while (moved < JUMP) {
        size_t length = movable_length(function + moved);
        if (length == 0) return;
        moved += length;
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *beginning = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (beginning == MAP_FAILED) return;
    memcpy(beginning, function, moved);
    write_jump(beginning + moved, function + moved);
    uint8_t *first = (uint8_t *)((uintptr_t)function & ~(page - 1));
    size_t size = (size_t)(function + JUMP - first);
    if (mprotect(beginning, page, PROT_READ | PROT_EXEC) != 0
        || mprotect(first, size, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) {
        munmap(beginning, page);
        return;
    }
    original = (name_function)(uintptr_t)beginning;
    write_jump(function, (const void *)(uintptr_t)name_of_type);
    mprotect(first, size, PROT_READ | PROT_EXEC);
    __builtin___clear_cache((char *)beginning, (char *)beginning + moved + JUMP);
    __builtin___clear_cache((char *)function, (char *)function + JUMP);
}

void names_hide_modules(void) {
    static bool is_done;
    if (is_done) return;
    uint8_t *function = dlsym(RTLD_DEFAULT, "swift_getTypeName");
    if (function == NULL) return;
    is_done = true;
    divert(function);
}
