#include "CImageKernels.h"
#include "kernel_dispatch.h"

void image_planes(const unsigned char *rgb, long pixels, const float *tables, float *red, float *green, float *blue) {
    for (long i = 0; i < pixels; i++) {
        red[i] = tables[rgb[3 * i]];
        green[i] = tables[256 + rgb[3 * i + 1]];
        blue[i] = tables[512 + rgb[3 * i + 2]];
    }
}

KERNEL(image_from_inverted_cmyk, (const unsigned char *cmyk, long pixels, unsigned char *rgb), (cmyk, pixels, rgb)) {
    for (long i = 0; i < pixels; i++) {
        int light = cmyk[4 * i + 3];  // 255 - black
        for (int channel = 0; channel < 3; channel++) {
            int ink = (255 - cmyk[4 * i + channel]) * light + 128;
            rgb[3 * i + channel] = (unsigned char)(light - (((ink >> 8) + ink) >> 8));
        }
    }
}
