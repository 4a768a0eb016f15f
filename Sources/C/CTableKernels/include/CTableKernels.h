#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Hidden: the library calls its own kernels directly, whatever else the process has loaded.
#pragma GCC visibility push(hidden)

/// Where a field lies in a text.
typedef struct {
    uint32_t start;
    /// The length in the lower 30 bits; bit 31: it was quoted; bit 30: doubled quotes in it mean one.
    uint32_t length_and_flags;
} table_field;

/// What separates the fields of a text, and what its records may begin with that is no plain field.
typedef struct {
    uint8_t separator;
    /// The quote, and the first byte of a comment; -1 where there is none.
    int quote;
    int comment;
} table_marks;

/// Splits plain records, from one that begins at `start` on: those of `width` fields of which none begins with a quote.
///
/// It stops at the end, where `fields` is full, and before a record that is not plain, begins with a space or is empty. Returns
/// where the record begins at which it stopped; `count` of the fields are filled when it is called, and more when it returns.
long table_split(const uint8_t *text, long start, long end, table_marks marks, long width, table_field *fields,
                 long capacity, long *count);

typedef enum {
    table_number_read,
    /// Not a decimal number, or one with something after it.
    table_number_malformed,
    /// Too large or too small for a double.
    table_number_out_of_range,
} table_number_outcome;

/// The double that is nearest to the decimal number of `count` characters (no sign but '-', '.' before the decimals).
table_number_outcome table_read_double(const char *text, long count, double *value);

/// The doubles of a column's cells from `row` on, up to one that is not a plain number; returns its row, or `rows`.
///
/// A plain number has at most 19 digits, no leading zeros, and no more than 15 digits where it has no decimals and no exponent;
/// the double is the nearest. The fields of a column lie `stride` apart.
long table_doubles(const uint8_t *text, const table_field *fields, long stride, long row, long rows, uint8_t decimal,
                   double *values);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
