#pragma once

// Hidden: the library calls its own kernels directly, whatever else the process has loaded.
#pragma GCC visibility push(hidden)

// The loops of ridge regression over a batch of voxels: what is left beside matrix products. Matrices are row-major,
// samples or directions x voxels, without gaps. Each function runs on the calling thread, exists in single (`f32`) and
// double (`f64`) precision, and is compiled for AVX-512, AVX2 and the base instruction set, chosen at each call.

#define VOXEL_KERNELS(T, suffix)                                                                                       \
    /* to = columns first..<first + count of a wider matrix, less each column's mean. */                               \
    void voxel_columns_##suffix(const T *from, long rows, long width, long first, long count, const double *means,     \
                                T *to);                                                                                \
    /* to = the chosen rows, less a number for each column. */                                                         \
    void voxel_rows_##suffix(const T *from, const long *rows, long count, long columns, const T *shift, T *to);        \
    /* The sum and the sum of squares of each column. */                                                               \
    void voxel_sums_##suffix(const T *from, long rows, long columns, double *sums, double *squares);                   \
    /* z = z - cross - a b', where `a` has a number for each row and `b` one for each column. */                       \
    void voxel_less_cross_##suffix(T *z, const T *cross, const T *a, const T *b, long rows, long columns);             \
    /* near = near * z, far = (far - cross) * z. */                                                                    \
    void voxel_pairs_##suffix(const T *z, const T *cross, T *near, T *far, long count);                                \
    /* to[k, j] = z[k, j] * factors[k, choice[j]]; `factors` is rows x alphas. */                                      \
    void voxel_scale_##suffix(const T *z, long rows, long columns, const T *factors, long alphas, const int *choice,   \
                              T *to);                                                                                  \
    /* Adds the sums over samples of y, y y, p, p p and y p to five rows of `sums`; rows lie a stride apart. */        \
    void voxel_score_sums_##suffix(const T *y, const T *p, long rows, long columns, long stride, double *sums,         \
                                   long sums_stride);                                                                  \
    /* The inner products over samples of `count` matrices p_i and y: row i (i + 1) / 2 + j of `products` is p_i p_j   \
       for j <= i, and row count (count + 1) / 2 + i is p_i y. */                                                      \
    void voxel_inner_products_##suffix(const T *p, long count, const T *y, long rows, long columns,                    \
                                       double *products);                                                              \
    /* The inner products over samples of `count` matrices with one another: row i (i + 1) / 2 + j of `products` is    \
       p_i p_j for j <= i. Rows of the matrices and of `products` lie a stride apart, which holds whole cache lines;   \
       what lies between `columns` and the end of a line is read and written, too. */                                  \
    void voxel_pair_products_##suffix(const T *p, long count, long rows, long columns, long stride, T *products);

VOXEL_KERNELS(float, f32)
VOXEL_KERNELS(double, f64)

#pragma GCC visibility pop
