#include "CImageKernels.h"
#include <png.h>
#include <stdlib.h>
#include <string.h>

/// Where libpng reads, and where it says what is wrong.
typedef struct {
    const unsigned char *bytes;
    size_t left;
    char *message;
    size_t message_size;
} input;

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    input *from = png_get_io_ptr(png);
    if (count > from->left) png_error(png, "the file is cut short");
    memcpy(target, from->bytes, count);
    from->bytes += count;
    from->left -= count;
}

static void on_error(png_structp png, png_const_charp text) {
    input *from = png_get_error_ptr(png);
    strncpy(from->message, text, from->message_size - 1);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) { (void)png, (void)text; }

int image_read_png(const void *bytes, long count, long width, long height, unsigned char *rgb, char *message,
                   long message_size) {
    input from = {bytes, (size_t)count, message, (size_t)message_size};
    memset(message, 0, (size_t)message_size);
    png_bytep *volatile rows = NULL;
    png_infop info = NULL;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, on_error, on_warning);
    if (!png) return 1;
    if (setjmp(png_jmpbuf(png))) {
        free(rows);
        png_destroy_read_struct(&png, &info, NULL);
        return 1;
    }
    info = png_create_info_struct(png);
    png_set_read_fn(png, &from, read_bytes);
    png_read_info(png, info);
    if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height) {
        png_error(png, "its first chunk is not the header");
    }
    png_set_palette_to_rgb(png);
    png_set_expand_gray_1_2_4_to_8(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != (size_t)width * 3) png_error(png, "its pixels cannot be made RGB");
    rows = malloc((size_t)height * sizeof *rows);
    if (!rows) png_error(png, "there is not enough memory");
    for (long row = 0; row < height; row++) rows[row] = rgb + row * width * 3;
    png_read_image(png, rows);
    png_read_end(png, NULL);
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}
