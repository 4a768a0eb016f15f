#pragma once

// GCC's OpenMP runtime, whose threads oneDNN uses (and OpenBLAS in Debian's openmp build). Swift's clang brings neither
// its header nor its own runtime; these entry points have been stable since GCC 4.9.
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
void omp_set_num_threads(int threads);
