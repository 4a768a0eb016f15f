#include "CImageKernels.h"

// PyTorch's arithmetic (aten/src/ATen/native/UpSample.h), all of it in float: where a new pixel's center lies among the
// old ones, held at the edge.
static void place(long to, long from, long to_size, long *first, long *second, float *weight) {
    float scale = (float)from / (float)to_size;
    float center = scale * ((float)to + 0.5f) - 0.5f;
    if (center < 0) center = 0;
    *first = (long)center;
    *second = *first + (*first < from - 1);
    *weight = center - (float)*first;
}

void image_sample_planes(const unsigned char *rgb, long width, long height, const float *mean, const float *deviation,
                         long to_width, long to_height, float *planes) {
    long plane = to_width * to_height;
    for (long y = 0; y < to_height; y++) {
        long above, below;
        float down;
        place(y, height, to_height, &above, &below, &down);
        const unsigned char *upper = rgb + above * width * 3;
        const unsigned char *lower = rgb + below * width * 3;
        for (long x = 0; x < to_width; x++) {
            long left, right;
            float across;
            place(x, width, to_width, &left, &right, &across);
            for (int channel = 0; channel < 3; channel++) {
                float a = (float)upper[3 * left + channel] / 255, b = (float)upper[3 * right + channel] / 255;
                float c = (float)lower[3 * left + channel] / 255, d = (float)lower[3 * right + channel] / 255;
                float top = (1 - across) * a + across * b, bottom = (1 - across) * c + across * d;
                float value = (1 - down) * top + down * bottom;
                planes[channel * plane + y * to_width + x] = (value - mean[channel]) / deviation[channel];
            }
        }
    }
}
