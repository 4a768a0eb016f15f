// LAPACK's factorizations, which can be stopped. All matrices are LAPACK's: column by column.
#pragma once

#include "CTensorKernels.h"

#pragma GCC visibility push(hidden)

// Each asks `stop` again and again, and returns LAPACK's `info` or one of the numbers after `kernel_stopped`.

/// The singular values of a (m x n), descending, and unless `left` is null the thin factors: `left` (m x r) and `right`
/// (r x n), with r the smaller of m and n. `a` is overwritten.
int lapack_svd_f32(int m, int n, float *a, float *values, float *left, float *right, kernel_stop stop, void *context);
int lapack_svd_f64(int m, int n, double *a, double *values, double *left, double *right, kernel_stop stop, void *context);

/// The triangle R of a = Q R above the diagonal, and below it the reflectors that are Q; `tau` has min(m, n) numbers.
int lapack_qr_f32(int m, int n, float *a, float *tau, kernel_stop stop, void *context);
int lapack_qr_f64(int m, int n, double *a, double *tau, kernel_stop stop, void *context);

/// The n orthonormal columns of Q in place of their reflectors.
int lapack_orthonormal_f32(int m, int n, float *a, const float *tau, kernel_stop stop, void *context);
int lapack_orthonormal_f64(int m, int n, double *a, const double *tau, kernel_stop stop, void *context);

/// The upper triangle U of a = Uᵀ U (n x n) in its place.
int lapack_cholesky_f32(int n, float *a, kernel_stop stop, void *context);
int lapack_cholesky_f64(int n, double *a, kernel_stop stop, void *context);

/// The triangles of a = P L U (n x n) in its place, and the row with which each was exchanged, from 1.
int lapack_lu_f32(int n, float *a, int *pivots, kernel_stop stop, void *context);
int lapack_lu_f64(int n, double *a, int *pivots, kernel_stop stop, void *context);

#pragma GCC visibility pop
