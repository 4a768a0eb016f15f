#include "CHDF5Support.h"
#include <hdf5.h>
#include <stdlib.h>

/// Unpacks LZF; returns the number of bytes, or 0 where the data is damaged or longer than `room`.
///
/// Source: the format as in Marc Lehmann's liblzf: literals of up to 32 bytes, and copies of what came before.
static size_t unpack(const unsigned char *in, size_t count, unsigned char *out, size_t room) {
    size_t i = 0, o = 0;
    while (i < count) {
        size_t control = in[i++];
        if (control < 32) {
            size_t length = control + 1;
            if (length > count - i || length > room - o) return 0;
            while (length--) out[o++] = in[i++];
            continue;
        }
        size_t length = control >> 5;
        if (length == 7) {
            if (i >= count) return 0;
            length += in[i++];
        }
        if (i >= count) return 0;
        size_t back = ((control & 31) << 8 | in[i++]) + 1;
        length += 2;
        if (back > o || length > room - o) return 0;
        for (; length; length--, o++) out[o] = out[o - back];
    }
    return o;
}

/// h5py's filter: `values[2]` is the size of a chunk.
static size_t filter(unsigned flags, size_t count, const unsigned values[], size_t bytes, size_t *size,
                     void **buffer) {
    if (!(flags & H5Z_FLAG_REVERSE) || count < 3 || values[2] == 0) return 0;
    unsigned char *out = malloc(values[2]);
    if (out == NULL) return 0;
    size_t unpacked = unpack(*buffer, bytes, out, values[2]);
    if (unpacked != values[2]) {
        free(out);
        return 0;
    }
    free(*buffer);
    *buffer = out;
    *size = values[2];
    return unpacked;
}

void gyrus_h5_register_lzf(void) {
    static const H5Z_class2_t lzf = {H5Z_CLASS_T_VERS, 32000, 0, 1, "lzf", NULL, NULL, filter};
    H5Zregister(&lzf);
}
