#pragma once

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(hidden)

typedef enum {
    table_number_read,
    /// Not a decimal number, or one with something behind it.
    table_number_malformed,
    /// Too large or too small for a double.
    table_number_out_of_range,
} table_number_outcome;

/// The double that is nearest to the decimal number of `count` characters (no sign but '-', '.' before the decimals).
table_number_outcome table_read_double(const char *text, long count, double *value);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
