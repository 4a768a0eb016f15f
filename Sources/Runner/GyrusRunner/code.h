// The code that is loaded: cells, what no library exports, and how types are called.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- images.c: which addresses belong to cells ---------------------------------------------------------------------

// Loads a cell's library and remembers where its code lies; NULL and `error` if that fails.
void *image_load(const char *path, const char **error);
// Whether an address lies in a cell's code; safe in a signal handler.
bool image_contains(uintptr_t address);
// The number of the library that the calling thread loaded last, and whether an address lies in it.
int image_number(void);
bool image_has(int number, uintptr_t address);
// Whether a thread that waits or runs at this address holds no lock of libc or of the Swift runtime, though it is
// outside the cells: a sleep or, if `library` is set, Swift code of the standard library.
bool image_is_interruptible(uintptr_t address, bool library);
// Bars or opens the cells' code to execution: a thread that comes back into a barred cell from a library faults at once,
// which is where it can be taken out without leaving a lock held. Safe in a signal handler.
void images_bar(bool bar);
bool images_are_barred(void);
// Opens the one cell that an address lies in.
void image_open(uintptr_t address);
// Writes `[["Cell3",4660],…]` for those of the addresses that lie in cells (name of the image, offset in it).
void image_describe(const uintptr_t *addresses, int count, char *text, size_t size);

// --- symbols.c: functions that no library exports ------------------------------------------------------------------

// The address of a function or variable in a loaded library (`/libdispatch.so`), by the symbols in its file; 0 if it has none.
// `size`, unless NULL, is set to its length.
uintptr_t symbol_find(const char *library, const char *name, size_t *size);

// --- versions.c: glibc's functions for cells -----------------------------------------------------------------------

// The function of a name in the libraries after this program, of the version that is the newest on x86-64; other
// processors have one version alone.
void *symbol_of_version(const char *name, const char *version);

// --- names.c: how types are called ---------------------------------------------------------------------------------

// From now on the names of types that are printed do without the modules of cells; to be called before a cell runs.
void names_hide_modules(void);
