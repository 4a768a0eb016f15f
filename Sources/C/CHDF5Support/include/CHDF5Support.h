#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a look at a file in a process of its own came to.
typedef struct {
    /// The signal that ended the process, or 0 where it ended by itself.
    int signal;
    /// Whether the library did not get as much memory as it asked for, although nothing in the file is so large.
    int wants_memory;
    /// Whether every object was looked at, as far as time allowed.
    int is_complete;
    /// The object that was looked at last.
    char place[512];
} gyrus_h5_examination;

/// Has a copy of this process open an HDF5 file and look at one object, or at all where `object` is NULL.
///
/// libhdf5 crashes on some damaged files; then it is the copy that crashes. The caller holds the library's lock.
/// Returns 0, or -1 where no process could be made.
int gyrus_h5_examine(const char *file, const char *object, gyrus_h5_examination *result);

/// Registers h5py's `lzf` with the library, to read by.
void gyrus_h5_register_lzf(void);

/// A type in memory of `size` bytes, as which texts and lists are read as the references that the file has in their place.
///
/// The caller holds the library's lock, and closes the type. Returns a negative number on failure.
int64_t gyrus_h5_reference_type(size_t size);

/// The checksum by which libhdf5 knows its metadata.
///
/// Source: Bob Jenkins' lookup3 (hashlittle, with 0 to begin with), in the public domain.
uint32_t gyrus_h5_checksum(const void *bytes, size_t count);
