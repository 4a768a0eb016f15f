/// The names of the C library that people write in notebooks. It has some four thousand others, one of which begins like
/// nearly every word that is typed.
enum FamiliarNames {
    static let all: Set<String> = mathematics.union(memory).union(system)

    private static let mathematics: Set = [
        "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh",
        "atanh",
        "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "pow", "sqrt", "cbrt", "hypot", "ceil",
        "floor",
        "round", "trunc", "rint", "nearbyint", "fabs", "fmod", "remainder", "fmin", "fmax", "fdim", "fma",
        "ldexp",
        "frexp", "modf", "copysign", "nextafter", "erf", "erfc", "lgamma", "tgamma", "abs", "labs", "j0",
        "j1",
        "jn", "y0", "y1", "yn", "M_PI", "M_E", "RAND_MAX", "rand", "srand", "random", "srandom", "drand48",
        "srand48", "INFINITY", "NAN", "DBL_EPSILON", "DBL_MAX", "DBL_MIN", "FLT_EPSILON", "FLT_MAX",
        "FLT_MIN",
        "INT_MAX", "INT_MIN",
    ]

    private static let memory: Set = [
        "malloc", "calloc", "realloc", "free", "memcpy", "memmove", "memset", "memcmp", "strlen", "strcmp",
        "strncmp", "strdup", "qsort", "size_t",
    ]

    private static let system: Set = [
        "exit", "abort", "getenv", "setenv", "unsetenv", "sleep", "usleep", "time", "clock", "getpid",
        "errno",
        "strerror", "perror", "stdin", "stdout", "stderr", "fflush", "fputs", "puts", "putchar", "fopen",
        "fclose",
        "fread", "fwrite", "fgets", "getchar", "system", "isatty", "timespec", "clock_gettime",
        "CLOCK_MONOTONIC",
        "CLOCK_REALTIME", "FILE", "time_t",
    ]
}
