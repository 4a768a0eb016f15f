#include "CVoxelKernels.h"
#include "kernel_dispatch.h"

// Columns are taken in strips, so that what is summed over rows stays in registers or the first cache.
enum { STRIP = 64 };
// Single precision sums this many rows before they go to a double: as many roundings, not as many as there are samples.
enum { ROWS = 64 };
// Products of this many matrices with as many others are summed at once, in registers.
enum { BLOCK = 4 };

static inline long smaller(long a, long b) { return a < b ? a : b; }

#define DEFINE(T, suffix)                                                                                              \
    KERNEL(voxel_columns_##suffix, (const T *from, long rows, long width, long first, long count,                      \
            const double *means, T *to), (from, rows, width, first, count, means, to)) {                               \
        for (long i = 0; i < rows; i++) {                                                                              \
            const T *restrict line = from + i * width + first;                                                         \
            T *restrict out = to + i * count;                                                                          \
            for (long j = 0; j < count; j++) out[j] = (T)(line[j] - means[j]);                                         \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    KERNEL(voxel_rows_##suffix, (const T *from, const long *rows, long count, long columns, const T *shift, T *to),    \
           (from, rows, count, columns, shift, to)) {                                                                  \
        for (long i = 0; i < count; i++) {                                                                             \
            const T *restrict line = from + rows[i] * columns;                                                         \
            T *restrict out = to + i * columns;                                                                        \
            for (long j = 0; j < columns; j++) out[j] = line[j] - shift[j];                                            \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    KERNEL(voxel_sums_##suffix, (const T *from, long rows, long columns, double *sums, double *squares),               \
           (from, rows, columns, sums, squares)) {                                                                     \
        for (long left = 0; left < columns; left += STRIP) {                                                           \
            long width = smaller(STRIP, columns - left);                                                               \
            double s[STRIP] = {0}, q[STRIP] = {0};                                                                     \
            for (long i = 0; i < rows; i++) {                                                                          \
                const T *line = from + i * columns + left;                                                             \
                for (long j = 0; j < width; j++) {                                                                     \
                    double x = line[j];                                                                                \
                    s[j] += x;                                                                                         \
                    q[j] += x * x;                                                                                     \
                }                                                                                                      \
            }                                                                                                          \
            for (long j = 0; j < width; j++) sums[left + j] = s[j], squares[left + j] = q[j];                          \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    KERNEL(voxel_less_cross_##suffix, (T *z, const T *cross, const T *a, const T *b, long rows, long columns),         \
           (z, cross, a, b, rows, columns)) {                                                                          \
        for (long i = 0; i < rows; i++) {                                                                              \
            T *restrict line = z + i * columns;                                                                        \
            const T *restrict other = cross + i * columns;                                                             \
            T factor = a[i];                                                                                           \
            for (long j = 0; j < columns; j++) line[j] -= other[j] + factor * b[j];                                    \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    KERNEL(voxel_pairs_##suffix, (const T *z, const T *cross, T *restrict near, T *restrict far, long count),          \
           (z, cross, near, far, count)) {                                                                             \
        for (long i = 0; i < count; i++) {                                                                             \
            near[i] *= z[i];                                                                                           \
            far[i] = (far[i] - cross[i]) * z[i];                                                                       \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    KERNEL(voxel_scale_##suffix, (const T *z, long rows, long columns, const T *factors, long alphas,                  \
            const int *choice, T *restrict to), (z, rows, columns, factors, alphas, choice, to)) {                     \
        for (long i = 0; i < rows; i++) {                                                                              \
            const T *line = factors + i * alphas;                                                                      \
            for (long j = 0; j < columns; j++) to[i * columns + j] = z[i * columns + j] * line[choice[j]];             \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    KERNEL(voxel_score_sums_##suffix, (const T *y, const T *p, long rows, long columns, long stride, double *sums,     \
            long sums_stride), (y, p, rows, columns, stride, sums, sums_stride)) {                                     \
        for (long left = 0; left < columns; left += STRIP) {                                                           \
            long width = smaller(STRIP, columns - left);                                                               \
            double a[STRIP] = {0}, aa[STRIP] = {0}, b[STRIP] = {0}, bb[STRIP] = {0}, ab[STRIP] = {0};                  \
            for (long i = 0; i < rows; i++) {                                                                          \
                const T *first = y + i * stride + left, *second = p + i * stride + left;                               \
                for (long j = 0; j < width; j++) {                                                                     \
                    double u = first[j], v = second[j];                                                                \
                    a[j] += u, aa[j] += u * u, b[j] += v, bb[j] += v * v, ab[j] += u * v;                              \
                }                                                                                                      \
            }                                                                                                          \
            double *out = sums + left;                                                                                 \
            for (long j = 0; j < width; j++) {                                                                         \
                out[j] += a[j], out[sums_stride + j] += aa[j], out[2 * sums_stride + j] += b[j];                       \
                out[3 * sums_stride + j] += bb[j], out[4 * sums_stride + j] += ab[j];                                  \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    INLINE void add_products_##suffix(const T *a, const T *b, long rows, long columns, long width, double *to) {       \
        for (long top = 0; top < rows; top += ROWS) {                                                                  \
            long bottom = smaller(top + ROWS, rows);                                                                   \
            T sum[STRIP] = {0};                                                                                        \
            for (long i = top; i < bottom; i++) {                                                                      \
                for (long j = 0; j < width; j++) sum[j] += a[i * columns + j] * b[i * columns + j];                    \
            }                                                                                                          \
            for (long j = 0; j < width; j++) to[j] += sum[j];                                                          \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    KERNEL(voxel_inner_products_##suffix, (const T *p, long count, const T *y, long rows, long columns,                \
                                           double *products), (p, count, y, rows, columns, products)) {                \
        for (long k = 0; k < count * (count + 3) / 2 * columns; k++) products[k] = 0;                                  \
        for (long left = 0; left < columns; left += STRIP) {                                                           \
            long width = smaller(STRIP, columns - left), row = 0;                                                      \
            for (long i = 0; i < count; i++) {                                                                         \
                for (long j = 0; j <= i; j++, row++) {                                                                 \
                    add_products_##suffix(p + i * rows * columns + left, p + j * rows * columns + left, rows, columns, \
                                          width, products + row * columns + left);                                     \
                }                                                                                                      \
            }                                                                                                          \
            for (long i = 0; i < count; i++, row++) {                                                                  \
                add_products_##suffix(p + i * rows * columns + left, y + left, rows, columns, width,                   \
                                      products + row * columns + left);                                                \
            }                                                                                                          \
        }                                                                                                              \
    }

// Unlike the others it keeps its sums in registers by name, as vectors of a cache line.
#define DEFINE_PAIRS(T, suffix)                                                                                        \
    typedef T line_##suffix __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));                           \
    enum { LANES_##suffix = 64 / sizeof(T) };                                                                          \
                                                                                                                       \
    KERNEL(voxel_pair_products_##suffix, (const T *p, long count, long rows, long columns, long stride, T *products),  \
           (p, count, rows, columns, stride, products)) {                                                              \
        for (long left = 0; left < columns; left += LANES_##suffix) {                                                  \
            for (long i = 0; i < count; i += BLOCK) {                                                                  \
                for (long j = 0; j <= i; j += BLOCK) {                                                                 \
                    const T *a[BLOCK], *b[BLOCK];                                                                      \
                    for (long k = 0; k < BLOCK; k++) {                                                                 \
                        a[k] = p + smaller(i + k, count - 1) * rows * stride + left;                                   \
                        b[k] = p + smaller(j + k, count - 1) * rows * stride + left;                                   \
                    }                                                                                                  \
                    for (long top = 0; top < rows; top += ROWS) {                                                      \
                        long bottom = smaller(top + ROWS, rows);                                                       \
                        line_##suffix sum[BLOCK][BLOCK] = {0};                                                         \
                        for (long row = top; row < bottom; row++) {                                                    \
                            line_##suffix u[BLOCK], v[BLOCK];                                                          \
                            _Pragma("clang loop unroll(full)") for (long k = 0; k < BLOCK; k++) {                      \
                                u[k] = *(const line_##suffix *)(a[k] + row * stride);                                  \
                                v[k] = *(const line_##suffix *)(b[k] + row * stride);                                  \
                            }                                                                                          \
                            _Pragma("clang loop unroll(full)") for (long k = 0; k < BLOCK; k++) {                      \
                                _Pragma("clang loop unroll(full)") for (long l = 0; l < BLOCK; l++) {                  \
                                    sum[k][l] += u[k] * v[l];                                                          \
                                }                                                                                      \
                            }                                                                                          \
                        }                                                                                              \
                        _Pragma("clang loop unroll(full)") for (long k = 0; k < BLOCK; k++) {                          \
                            _Pragma("clang loop unroll(full)") for (long l = 0; l < BLOCK; l++) {                      \
                                long first = i + k, second = j + l;                                                    \
                                if (first >= count || second > first) continue;                                        \
                                line_##suffix *to = (line_##suffix *)(products                                         \
                                    + (first * (first + 1) / 2 + second) * stride + left);                             \
                                *to = top == 0 ? sum[k][l] : *to + sum[k][l];                                          \
                            }                                                                                          \
                        }                                                                                              \
                    }                                                                                                  \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

DEFINE(float, f32)
DEFINE(double, f64)
DEFINE_PAIRS(float, f32)
DEFINE_PAIRS(double, f64)
