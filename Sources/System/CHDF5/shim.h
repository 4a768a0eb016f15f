#pragma once
#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

// HDF5 names its types and property classes by macros that first initialize the library, which Swift cannot import.
static inline hid_t gyrus_h5_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t gyrus_h5_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t gyrus_h5_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t gyrus_h5_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t gyrus_h5_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t gyrus_h5_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t gyrus_h5_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t gyrus_h5_uint16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t gyrus_h5_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t gyrus_h5_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t gyrus_h5_c_string(void) { return H5T_C_S1; }
static inline hid_t gyrus_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t gyrus_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t gyrus_h5_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline hid_t gyrus_h5_link_create(void) { return H5P_LINK_CREATE; }
static inline unsigned gyrus_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned gyrus_h5_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned gyrus_h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline size_t gyrus_h5_variable(void) { return H5T_VARIABLE; }

// The system's descriptor of an open file; negative where there is none.
static inline int gyrus_h5_descriptor(hid_t file) {
    void *descriptor = NULL;
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor) < 0 || descriptor == NULL) return -1;
    return *(int *)descriptor;
}

// Waits until what the library has handed over is on the disk; 0 where it is.
static inline int gyrus_h5_synchronize(hid_t file) {
    int descriptor = gyrus_h5_descriptor(file);
    return descriptor < 0 ? -1 : fsync(descriptor);
}

// A program that is started while a file is open would keep holding the file's lock.
static inline void gyrus_h5_close_in_children(hid_t file) {
    int descriptor = gyrus_h5_descriptor(file);
    if (descriptor >= 0) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}
