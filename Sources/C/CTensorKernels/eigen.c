#include "stopping.h"

#include <math.h>
#include <stdlib.h>

// LAPACK's `syevd` in its own steps, from OpenBLAS. It differs in two things: the vectors are turned back in wide blocks
// (LAPACK takes 32 reflectors at a time, so that its products run at a third of their speed), and between two blocks the
// caller is asked whether to stop. All matrices are LAPACK's: column by column, of which the lower triangle is read.

// Reflectors to a block: of the reduction, where LAPACK takes as many, and of the way back.
enum { PANEL = 32, BLOCK = 128 };

static inline int smaller(int a, int b) { return a < b ? a : b; }

#define DEFINE(T, p, suffix, smallest, epsilon)                                                                        \
    void p##latrd_(const char *, const int *, const int *, T *, const int *, T *, T *, T *, const int *, size_t);      \
    void p##syr2k_(const char *, const char *, const int *, const int *, const T *, const T *, const int *, const T *, \
                   const int *, const T *, T *, const int *, size_t, size_t);                                          \
    void p##sytd2_(const char *, const int *, T *, const int *, T *, T *, T *, int *, size_t);                         \
    void p##stedc_(const char *, const int *, T *, T *, T *, const int *, T *, const int *, int *, const int *, int *, \
                   size_t);                                                                                            \
    void p##larft_(const char *, const char *, const int *, const int *, const T *, const int *, const T *, T *,       \
                   const int *, size_t, size_t);                                                                       \
    void p##larfb_(const char *, const char *, const char *, const char *, const int *, const int *, const int *,      \
                   const T *, const int *, const T *, const int *, T *, const int *, T *, const int *, size_t, size_t, \
                   size_t, size_t);                                                                                    \
                                                                                                                       \
    /* The factor by which the matrix is multiplied so that squares of its numbers neither overflow nor vanish. */     \
    static T scale_##suffix(T *a, int n) {                                                                             \
        T largest = 0, low = sqrt(smallest / epsilon), high = 1 / low;                                                 \
        for (long j = 0; j < n; j++) {                                                                                 \
            for (long i = j; i < n; i++) {                                                                             \
                T size = a[j * n + i] < 0 ? -a[j * n + i] : a[j * n + i];                                              \
                if (size > largest) largest = size;                                                                    \
            }                                                                                                          \
        }                                                                                                              \
        T factor = largest > 0 && largest < low ? low / largest : largest > high ? high / largest : 1;                 \
        if (factor != 1) {                                                                                             \
            for (long k = 0; k < (long)n * n; k++) a[k] *= factor;                                                     \
        }                                                                                                              \
        return factor;                                                                                                 \
    }                                                                                                                  \
                                                                                                                       \
    /* a = Q T Qᵀ: the diagonal of T, what is beside it, and the reflectors of Q below the diagonal of `a`. */         \
    static int reduce_##suffix(int n, T *a, T *diagonal, T *beside, T *tau, T *work, kernel_stop stop,                 \
                               void *context) {                                                                        \
        const T one = 1, minus = -1;                                                                                   \
        int first = 0, panel = PANEL, info = 0;                                                                        \
        for (; first < n - PANEL; first += PANEL) {                                                                    \
            if (stop(context)) return kernel_stopped;                                                                  \
            T *corner = a + first * (long)n + first, *rest = corner + PANEL * (long)n + PANEL;                         \
            int order = n - first, left = order - PANEL;                                                               \
            p##latrd_("L", &order, &panel, corner, &n, beside + first, tau + first, work, &n, 1);                      \
            p##syr2k_("L", "N", &left, &panel, &minus, corner + PANEL, &n, work + PANEL, &n, &one, rest, &n, 1, 1);    \
            for (int j = first; j < first + PANEL; j++) {                                                              \
                a[j * (long)n + j + 1] = beside[j];                                                                    \
                diagonal[j] = a[j * (long)n + j];                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        int order = n - first;                                                                                         \
        p##sytd2_("L", &order, a + first * (long)n + first, &n, diagonal + first, beside + first, tau + first, &info,  \
                  1);                                                                                                  \
        return info;                                                                                                   \
    }                                                                                                                  \
                                                                                                                       \
    int kernel_eigen_##suffix(int n, T *a, T *values, T *vectors, kernel_stop stop, void *context) {                   \
        if (n < 1) return 0;                                                                                           \
        long square = (long)n * (n > BLOCK ? n : BLOCK);                                                               \
        int integers = 3 + 5 * n, reals = 0, info = 0, rows = n - 1, block = BLOCK;                                    \
        if (1 + 4L * n + square > 0x7fffffff) return kernel_too_large;                                                 \
        reals = (int)(1 + 4L * n + square);                                                                            \
        T *work = malloc(((long)reals + 2L * n + BLOCK * BLOCK) * sizeof(T));                                          \
        int *places = malloc(integers * sizeof(int));                                                                  \
        if (!work || !places) {                                                                                        \
            free(work), free(places);                                                                                  \
            return kernel_no_memory;                                                                                   \
        }                                                                                                              \
        T *beside = work + reals, *tau = beside + n, *triangle = tau + n;                                              \
        T factor = scale_##suffix(a, n);                                                                               \
        info = reduce_##suffix(n, a, values, beside, tau, work, stop, context);                                        \
        if (!info && stop(context)) info = kernel_stopped;                                                             \
        if (!info) {                                                                                                   \
            volatile int merged = 0;                                                                                   \
            STOPPABLY(merged, (p##stedc_("I", &n, values, beside, vectors, &n, work, &reals, places, &integers, &info, \
                                         1), merged = info));                                                          \
            info = merged;                                                                                             \
        }                                                                                                              \
        for (int first = (rows - 1) / BLOCK * BLOCK; !info && rows > 0 && first >= 0; first -= BLOCK) {                \
            if (stop(context)) {                                                                                       \
                info = kernel_stopped;                                                                                 \
                break;                                                                                                 \
            }                                                                                                          \
            int count = smaller(BLOCK, rows - first), length = rows - first;                                           \
            const T *reflectors = a + first * (long)n + first + 1;                                                     \
            p##larft_("F", "C", &length, &count, reflectors, &n, tau + first, triangle, &block, 1, 1);                 \
            p##larfb_("L", "N", "F", "C", &length, &n, &count, reflectors, &n, triangle, &block, vectors + first + 1,  \
                      &n, work, &n, 1, 1, 1, 1);                                                                       \
        }                                                                                                              \
        if (factor != 1) {                                                                                             \
            for (int i = 0; i < n; i++) values[i] /= factor;                                                           \
        }                                                                                                              \
        free(work), free(places);                                                                                      \
        return info;                                                                                                   \
    }

DEFINE(float, s, f32, 0x1p-126f, 0x1p-24f)
DEFINE(double, d, f64, 0x1p-1022, 0x1p-53)
