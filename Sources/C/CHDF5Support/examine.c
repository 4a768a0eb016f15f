#define _GNU_SOURCE
#include "CHDF5Support.h"
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// A file of very many objects is not looked at to its end at once: its objects are, one by one, when they are opened.
enum { BUDGET_MS = 500, CPU_LIMIT_S = 4, SMALL = 4 << 20, MOST_REFERENCES = 4096 };
static const rlim_t MEMORY_LIMIT = (rlim_t)2 << 30;

// What the library is doing here when it asks for memory: a large chunk, or texts of a large file, may need much.
static int may_need_much;

struct visit {
    gyrus_h5_examination *result;
    hid_t file;
};

static double milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

// The type as which Gyrus reads: numbers are converted, which takes the library through the type's description.
static hid_t memory_type(hid_t type) {
    H5T_class_t class = H5Tget_class(type);
    if (class == H5T_FLOAT) return H5Tcopy(H5T_NATIVE_DOUBLE);
    if (class == H5T_INTEGER) return H5Tcopy(H5T_NATIVE_LLONG);
    hid_t native = H5Tget_native_type(type, H5T_DIR_DEFAULT);
    return native >= 0 ? native : H5Tcopy(type);
}

static int has_pointers(hid_t type) {
    return H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tis_variable_str(type) > 0;
}

static void look_at_dataset(hid_t dataset, int follows);

// Follows references, as they are followed in the process that asks; an address in a damaged one is any number.
static void follow(hid_t object, int is_region, const unsigned char *references, size_t count) {
    size_t size = is_region ? sizeof(hdset_reg_ref_t) : sizeof(hobj_ref_t);
    H5R_type_t kind = is_region ? H5R_DATASET_REGION : H5R_OBJECT;
    static const unsigned char none[sizeof(hdset_reg_ref_t)];
    for (size_t i = 0; i < count && i < MOST_REFERENCES && milliseconds() < 2 * BUDGET_MS; i++) {
        const void *reference = references + i * size;
        if (memcmp(reference, none, size) == 0) continue;
        H5Rget_name(object, kind, reference, NULL, 0);
        if (is_region) {
            hid_t space = H5Rget_region(object, kind, reference);
            if (space >= 0) {
                hsize_t bounds[2 * H5S_MAX_RANK];
                if (H5Sget_select_type(space) == H5S_SEL_HYPERSLABS) H5Sget_select_hyper_nblocks(space);
                H5Sget_select_bounds(space, bounds, bounds + H5S_MAX_RANK);
                H5Sclose(space);
            }
        }
        hid_t target = H5Rdereference2(object, H5P_DEFAULT, kind, reference);
        if (target < 0) continue;
        if (H5Iget_type(target) == H5I_DATASET) look_at_dataset(target, 0);
        H5Oclose(target);
    }
}

// Reads all elements of an attribute or dataset, of which there are few.
static void read_all(hid_t object, int is_attribute, hid_t type, hid_t space, hssize_t count, int follows) {
    hid_t memory = memory_type(type);
    size_t size = H5Tget_size(memory), file_size = H5Tget_size(type);
    size_t largest = size > file_size ? size : file_size;
    if (memory >= 0 && largest > 0 && count > 0 && (unsigned long long)count <= (256u << 20) / largest) {
        void *buffer = calloc((size_t)count, largest);
        if (buffer) {
            herr_t status = is_attribute ? H5Aread(object, memory, buffer) : H5Dread(object, memory, 0, 0, 0, buffer);
            if (status >= 0 && follows && H5Tget_class(memory) == H5T_REFERENCE)
                follow(object, H5Tequal(memory, H5T_STD_REF_DSETREG) > 0, buffer, (size_t)count);
            if (status >= 0 && has_pointers(memory)) H5Dvlen_reclaim(memory, space, 0, buffer);
            free(buffer);
        }
    }
    if (memory >= 0) H5Tclose(memory);
}

// Reads the element at the start of a large dataset and the one at its end.
static void read_ends(hid_t dataset, hid_t type, hid_t space) {
    hsize_t extents[H5S_MAX_RANK], start[H5S_MAX_RANK] = {0}, one[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_dims(space, extents, NULL);
    size_t size = H5Tget_size(type);
    if (rank < 1 || size == 0 || size > SMALL || has_pointers(type)) return;
    hid_t memory_space = H5Screate(H5S_SCALAR), memory = memory_type(type);
    void *buffer = calloc(1, size + 16);
    for (int end = 0; end < 2 && buffer && memory >= 0; end++) {
        for (int d = 0; d < rank; d++) {
            one[d] = 1;
            start[d] = end && extents[d] ? extents[d] - 1 : 0;
        }
        if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, one, NULL) >= 0)
            H5Dread(dataset, memory, memory_space, space, 0, buffer);
    }
    free(buffer);
    H5Tclose(memory);
    H5Sclose(memory_space);
}

static void look_at_dataset(hid_t dataset, int follows) {
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), creation = H5Dget_create_plist(dataset);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    // Goes through the whole index of the chunks.
    H5Dget_storage_size(dataset);
    if (type >= 0 && space >= 0 && H5Sget_simple_extent_type(space) != H5S_NULL) {
        size_t size = H5Tget_size(type);
        int is_small = size > 0 && count >= 0 && (unsigned long long)count <= SMALL / size;
        if (is_small || (has_pointers(type) && count <= (16 << 20))) read_all(dataset, 0, type, space, count, follows);
        else {
            may_need_much++;
            read_ends(dataset, type, space);
            may_need_much--;
        }
    }
    H5Pclose(creation);
    H5Sclose(space);
    H5Tclose(type);
}

static herr_t look_at_attribute(hid_t object, const char *name, const H5A_info_t *info, void *unused) {
    (void)info, (void)unused;
    hid_t attribute = H5Aopen(object, name, 0);
    if (attribute < 0) return 0;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    if (type >= 0 && space >= 0 && H5Sget_simple_extent_type(space) != H5S_NULL)
        read_all(attribute, 1, type, space, H5Sget_simple_extent_npoints(space), 1);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return 0;
}

static void look_at(hid_t file, const char *name, gyrus_h5_examination *result) {
    strncpy(result->place, name, sizeof result->place - 1);
    hid_t object = H5Oopen(file, name, 0);
    if (object < 0) return;
    if (H5Iget_type(object) == H5I_DATASET) look_at_dataset(object, 1);
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, look_at_attribute, NULL);
    H5Oclose(object);
}

static herr_t visit(hid_t group, const char *name, const H5O_info_t *info, void *context) {
    (void)group, (void)info;
    struct visit *visit = context;
    if (milliseconds() > BUDGET_MS) {
        visit->result->is_complete = 0;
        return 1;
    }
    look_at(visit->file, name, visit->result);
    return 0;
}

static herr_t note_allocation(unsigned depth, const H5E_error2_t *error, void *wanted) {
    (void)depth;
    if (error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC) *(int *)wanted = 1;
    return 0;
}

// Called by the library if a call fails. One that has not got its memory here may get it in the process that asks, and
// then crash: what a damaged type says of its size is believed when it is copied.
static herr_t note_failure(hid_t stack, void *context) {
    gyrus_h5_examination *result = context;
    if (!may_need_much) H5Ewalk2(stack, H5E_WALK_UPWARD, note_allocation, &result->wants_memory);
    return 0;
}

// In the copy: only libhdf5 and the system are called, no Swift.
static void examine(const char *path, const char *object, gyrus_h5_examination *result) {
    struct stat status;
    may_need_much = stat(path, &status) != 0 || status.st_size > (off_t)1 << 30;
    H5Eset_auto2(H5E_DEFAULT, note_failure, result);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access, 1, 1);
    H5Pset_cache(access, 0, 0, 0, 0);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    result->is_complete = 1;
    if (file < 0) return;
    if (object) {
        look_at(file, object, result);
        return;
    }
    struct visit context = {result, file};
    if (H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, visit, &context, H5O_INFO_BASIC) < 0) result->is_complete = 0;
}

static void limit(int resource, rlim_t value) {
    struct rlimit limits;
    if (getrlimit(resource, &limits)) return;
    if (limits.rlim_max != RLIM_INFINITY && value > limits.rlim_max) value = limits.rlim_max;
    if (limits.rlim_cur == RLIM_INFINITY || value < limits.rlim_cur) limits.rlim_cur = value;
    setrlimit(resource, &limits);
}

static rlim_t address_space(void) {
    char text[64] = {0};
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    return count > 0 ? (rlim_t)strtoull(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE) : 0;
}

static _Noreturn void be_the_copy(const char *path, const char *object, gyrus_h5_examination *result) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // A handler of the parent would take a crash here for one of its own.
    for (int signal = 1; signal < 32; signal++) {
        struct sigaction standard = {.sa_handler = SIG_DFL};
        if (signal != SIGKILL && signal != SIGSTOP) sigaction(signal, &standard, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_DUMPABLE, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, CPU_LIMIT_S);
    rlim_t space = address_space();
    if (space) limit(RLIMIT_AS, space + MEMORY_LIMIT);
    // What the C library says of a damaged heap is not the user's business.
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere >= 0) dup2(nowhere, 2);
    examine(path, object, result);
    _exit(0);
}

int gyrus_h5_examine(const char *path, const char *object, gyrus_h5_examination *result) {
    gyrus_h5_examination *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return -1;
    // The library's own threads of other calls wait for its lock, which the caller holds; a copy has but this thread.
    H5open();
    pid_t child = fork();
    if (child == 0) be_the_copy(path, object, shared);
    int status = 0, failed = child < 0;
    while (child > 0 && waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            // Something else has waited for it: what became of it is not known.
            failed = 1;
            break;
        }
    }
    *result = *shared;
    result->signal = !failed && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result->place[sizeof result->place - 1] = 0;
    munmap(shared, sizeof *shared);
    return failed ? -1 : 0;
}
