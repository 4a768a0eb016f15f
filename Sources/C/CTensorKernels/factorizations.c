#include "CFactorizations.h"
#include "stopping.h"

#include <stdlib.h>

// The routines that OpenBLAS has in C do not stop: beyond this order they are called for so many columns at a time.
enum { BLOCK = 1024 };

static inline int smaller(int a, int b) { return a < b ? a : b; }
static inline int larger(int a, int b) { return a > b ? a : b; }

#define DEFINE(T, p, suffix)                                                                                           \
    void p##gesdd_(const char *, const int *, const int *, T *, const int *, T *, T *, const int *, T *, const int *,  \
                   T *, const int *, int *, int *, size_t);                                                            \
    void p##geqrf_(const int *, const int *, T *, const int *, T *, T *, const int *, int *);                          \
    void p##orgqr_(const int *, const int *, const int *, T *, const int *, const T *, T *, const int *, int *);       \
    void p##potrf_(const char *, const int *, T *, const int *, int *, size_t);                                        \
    void p##getrf_(const int *, const int *, T *, const int *, int *, int *);                                          \
    void p##laswp_(const int *, T *, const int *, const int *, const int *, const int *, const int *);                 \
    void p##trsm_(const char *, const char *, const char *, const char *, const int *, const int *, const T *,         \
                  const T *, const int *, T *, const int *, size_t, size_t, size_t, size_t);                           \
    void p##syrk_(const char *, const char *, const int *, const int *, const T *, const T *, const int *, const T *,  \
                  T *, const int *, size_t, size_t);                                                                   \
    void p##gemm_(const char *, const char *, const int *, const int *, const int *, const T *, const T *,             \
                  const int *, const T *, const int *, const T *, T *, const int *, size_t, size_t);                   \
                                                                                                                       \
    int lapack_svd_##suffix(int m, int n, T *a, T *values, T *left, T *right, kernel_stop stop, void *context) {       \
        int rank = larger(smaller(m, n), 1), lda = larger(m, 1), query = -1;                                           \
        volatile int info = 0;                                                                                         \
        int said = 0;                                                                                                  \
        const char *job = left ? "S" : "N";                                                                            \
        T size = 0;                                                                                                    \
        p##gesdd_(job, &m, &n, a, &lda, values, left, &lda, right, &rank, &size, &query, &said, &said, 1);             \
        /* A size beyond the precision of the number that says it may have been rounded down. */                       \
        double exact = (double)size * (1 + 0x1p-22);                                                                   \
        if (exact > 0x7ffffff0) return kernel_too_large;                                                               \
        int reals = (int)exact + 1;                                                                                    \
        T *work = malloc((size_t)reals * sizeof(T));                                                                   \
        int *places = malloc(8 * (size_t)rank * sizeof(int));                                                          \
        if (work && places) {                                                                                          \
            STOPPABLY(info, (p##gesdd_(job, &m, &n, a, &lda, values, left, &lda, right, &rank, work, &reals, places,   \
                                       &said, 1), info = said));                                                       \
        } else {                                                                                                       \
            info = kernel_no_memory;                                                                                   \
        }                                                                                                              \
        free(work), free(places);                                                                                      \
        return info;                                                                                                   \
    }                                                                                                                  \
                                                                                                                       \
    int lapack_qr_##suffix(int m, int n, T *a, T *tau, kernel_stop stop, void *context) {                              \
        int lda = larger(m, 1), said = 0, reals = 64 * larger(n, 1);                                                   \
        volatile int info = 0;                                                                                         \
        T *work = malloc((size_t)reals * sizeof(T));                                                                   \
        if (!work) return kernel_no_memory;                                                                            \
        STOPPABLY(info, (p##geqrf_(&m, &n, a, &lda, tau, work, &reals, &said), info = said));                          \
        free(work);                                                                                                    \
        return info;                                                                                                   \
    }                                                                                                                  \
                                                                                                                       \
    int lapack_orthonormal_##suffix(int m, int n, T *a, const T *tau, kernel_stop stop, void *context) {               \
        int lda = larger(m, 1), said = 0, reals = 64 * larger(n, 1);                                                   \
        volatile int info = 0;                                                                                         \
        T *work = malloc((size_t)reals * sizeof(T));                                                                   \
        if (!work) return kernel_no_memory;                                                                            \
        STOPPABLY(info, (p##orgqr_(&m, &n, &n, a, &lda, tau, work, &reals, &said), info = said));                      \
        free(work);                                                                                                    \
        return info;                                                                                                   \
    }                                                                                                                  \
                                                                                                                       \
    int lapack_cholesky_##suffix(int n, T *a, kernel_stop stop, void *context) {                                       \
        const T one = 1, minus = -1;                                                                                   \
        int info = 0;                                                                                                  \
        for (int first = 0; first < n; first += BLOCK) {                                                               \
            if (n > BLOCK && stop(context)) return kernel_stopped;                                                     \
            int width = smaller(BLOCK, n - first), rest = n - first - width;                                           \
            T *corner = a + first * (long)n + first, *beside = corner + width * (long)n, *below = beside + width;      \
            p##potrf_("U", &width, corner, &n, &info, 1);                                                              \
            if (info) return info + first;                                                                             \
            if (rest == 0) break;                                                                                      \
            p##trsm_("L", "U", "T", "N", &width, &rest, &one, corner, &n, beside, &n, 1, 1, 1, 1);                     \
            if (stop(context)) return kernel_stopped;                                                                  \
            p##syrk_("U", "T", &rest, &width, &minus, beside, &n, &one, below, &n, 1, 1);                              \
        }                                                                                                              \
        return 0;                                                                                                      \
    }                                                                                                                  \
                                                                                                                       \
    int lapack_lu_##suffix(int n, T *a, int *pivots, kernel_stop stop, void *context) {                                \
        const T one = 1, minus = -1;                                                                                   \
        const int step = 1;                                                                                            \
        int singular = 0;                                                                                              \
        for (int first = 0; first < n; first += BLOCK) {                                                               \
            if (n > BLOCK && stop(context)) return kernel_stopped;                                                     \
            int width = smaller(BLOCK, n - first), rows = n - first, rest = rows - width, info = 0;                    \
            int from = first + 1, to = first + width;                                                                  \
            T *corner = a + first * (long)n + first, *right = a + to * (long)n, *beside = right + first;               \
            p##getrf_(&rows, &width, corner, &n, pivots + first, &info);                                               \
            if (info && !singular) singular = info + first;                                                            \
            for (int i = first; i < to; i++) pivots[i] += first;                                                       \
            if (first > 0) p##laswp_(&first, a, &n, &from, &to, pivots, &step);                                        \
            if (rest == 0) break;                                                                                      \
            p##laswp_(&rest, right, &n, &from, &to, pivots, &step);                                                    \
            p##trsm_("L", "L", "N", "U", &width, &rest, &one, corner, &n, beside, &n, 1, 1, 1, 1);                     \
            if (stop(context)) return kernel_stopped;                                                                  \
            p##gemm_("N", "N", &rest, &rest, &width, &minus, corner + width, &n, beside, &n, &one, beside + width, &n, \
                     1, 1);                                                                                            \
        }                                                                                                              \
        return singular;                                                                                               \
    }

DEFINE(float, s, f32)
DEFINE(double, d, f64)
