#pragma once

/// What a look at a file in a process of its own came to.
typedef struct {
    /// The signal that ended the process, or 0 where it ended by itself.
    int signal;
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
