#define _GNU_SOURCE
#include "code.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// A file in memory.
struct file {
    const uint8_t *bytes;
    size_t length;
};

static struct file file_map(const char *path) {
    struct file file = {0};
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return file;
    if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (bytes != MAP_FAILED) file = (struct file){bytes, (size_t)status.st_size};
    }
    close(descriptor);
    return file;
}

static bool holds(struct file file, size_t offset, size_t size) {
    return offset <= file.length && size <= file.length - offset;
}

// The value of a symbol in the file's own table, which lists what is not exported, too.
static uintptr_t value_in(struct file file, const char *name, size_t *length) {
    const ElfW(Ehdr) *head = (const void *)file.bytes;
    if (!holds(file, 0, sizeof *head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0) return 0;
    if (!holds(file, head->e_shoff, head->e_shnum * sizeof(ElfW(Shdr)))) return 0;
    const ElfW(Shdr) *sections = (const void *)(file.bytes + head->e_shoff);
    for (int i = 0; i < head->e_shnum; i++) {
        const ElfW(Shdr) *table = &sections[i];
        if (table->sh_type != SHT_SYMTAB || table->sh_link >= head->e_shnum) continue;
        const ElfW(Shdr) *text = &sections[table->sh_link];
        if (!holds(file, table->sh_offset, table->sh_size) || !holds(file, text->sh_offset, text->sh_size)) continue;
        const ElfW(Sym) *symbols = (const void *)(file.bytes + table->sh_offset);
        const char *names = (const char *)file.bytes + text->sh_offset;
        size_t size = strlen(name) + 1;
        for (size_t k = 0; k < table->sh_size / sizeof *symbols; k++)
            if (symbols[k].st_value && symbols[k].st_name + size <= text->sh_size
                && memcmp(names + symbols[k].st_name, name, size) == 0) {
                if (length) *length = symbols[k].st_size;
                return symbols[k].st_value;
            }
    }
    return 0;
}

struct search {
    const char *library, *name;
    uintptr_t address;
    size_t *size;
};

static int look(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    struct search *search = context;
    if (strstr(info->dlpi_name, search->library) == NULL) return 0;
    struct file file = file_map(info->dlpi_name);
    if (file.bytes == NULL) return 1;
    uintptr_t value = value_in(file, search->name, search->size);
    if (value) search->address = info->dlpi_addr + value;
    munmap((void *)file.bytes, file.length);
    return 1;
}

uintptr_t symbol_find(const char *library, const char *name, size_t *size) {
    struct search search = {.library = library, .name = name, .size = size};
    dl_iterate_phdr(look, &search);
    return search.address;
}
