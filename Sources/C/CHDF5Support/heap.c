#include "CHDF5Support.h"
#include <hdf5.h>

// Elements of texts and lists are references to a heap in the file. The library has no call that returns the
// references, but converts elements by functions of ours where it has none: from sequences to opaque bytes.
static herr_t keep(hid_t source, hid_t target, H5T_cdata_t *data, size_t count, size_t stride, size_t background_stride,
                   void *buffer, void *background, hid_t transfer) {
    (void)count, (void)stride, (void)background_stride, (void)buffer, (void)background, (void)transfer;
    if (data->command != H5T_CONV_INIT) return 0;
    data->need_bkg = H5T_BKG_NO;
    return H5Tget_size(source) == H5Tget_size(target) ? 0 : -1;
}

int64_t gyrus_h5_reference_type(size_t size) {
    static int is_registered;
    hid_t reference = H5Tcreate(H5T_OPAQUE, size);
    if (reference < 0 || is_registered) return reference;
    hid_t sequence = H5Tvlen_create(H5T_NATIVE_UCHAR);
    is_registered = H5Tregister(H5T_PERS_SOFT, "gyrus references", sequence, reference, keep) >= 0;
    H5Tclose(sequence);
    if (is_registered) return reference;
    H5Tclose(reference);
    return -1;
}

static uint32_t turned(uint32_t x, int bits) { return x << bits | x >> (32 - bits); }

static uint32_t word(const unsigned char *bytes, size_t count) {
    uint32_t word = 0;
    for (size_t i = 0; i < 4 && i < count; i++) word |= (uint32_t)bytes[i] << 8 * i;
    return word;
}

uint32_t gyrus_h5_checksum(const void *start, size_t count) {
    const unsigned char *bytes = start;
    uint32_t a = 0xdeadbeef + (uint32_t)count, b = a, c = a;
    for (; count > 12; bytes += 12, count -= 12) {
        a += word(bytes, 4), b += word(bytes + 4, 4), c += word(bytes + 8, 4);
        a = (a - c) ^ turned(c, 4), c += b;
        b = (b - a) ^ turned(a, 6), a += c;
        c = (c - b) ^ turned(b, 8), b += a;
        a = (a - c) ^ turned(c, 16), c += b;
        b = (b - a) ^ turned(a, 19), a += c;
        c = (c - b) ^ turned(b, 4), b += a;
    }
    if (count == 0) return c;
    a += word(bytes, count);
    if (count > 4) b += word(bytes + 4, count - 4);
    if (count > 8) c += word(bytes + 8, count - 8);
    c = (c ^ b) - turned(b, 14);
    a = (a ^ c) - turned(c, 11);
    b = (b ^ a) - turned(a, 25);
    c = (c ^ b) - turned(b, 16);
    a = (a ^ c) - turned(c, 4);
    b = (b ^ a) - turned(a, 14);
    return (c ^ b) - turned(b, 24);
}
