#include "CTensorKernels.h"
#include "bfloat16.h"
#include "exponential.h"

KERNEL(kernel_from_half, (const void *from, float *to, long count), (from, to, count)) {
    const unsigned char *bytes = from;
    for (long i = 0; i < count; i++) {
        unsigned short half;
        memcpy(&half, bytes + 2 * i, 2);
        unsigned magnitude = half & 0x7fff;
        // The exponents' biases differ by 112; the product also makes subnormal halves normal.
        float scaled = bits_to_float(magnitude << 13) * 0x1p112f;
        unsigned bits;
        memcpy(&bits, &scaled, 4);
        bits |= magnitude >= 0x7c00 ? 0x7f800000u : 0;
        to[i] = bits_to_float(bits | (unsigned)(half & 0x8000) << 16);
    }
}

KERNEL(kernel_from_bfloat16, (const void *from, float *to, long count), (from, to, count)) {
    const unsigned char *bytes = from;
    for (long i = 0; i < count; i++) {
        unsigned short half;
        memcpy(&half, bytes + 2 * i, 2);
        to[i] = bits_to_float((unsigned)half << 16);
    }
}

KERNEL(kernel_to_bfloat16, (const float *from, void *to, long rows, long columns, long to_stride),
       (from, to, rows, columns, to_stride)) {
    for (long i = 0; i < rows; i++) {
        const float *row = from + i * columns;
        unsigned short *rounded = (unsigned short *)to + i * to_stride;
        for (long j = 0; j < columns; j++) rounded[j] = nearest_bfloat16(row[j]);
    }
}
