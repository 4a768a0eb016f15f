#include "CTableKernels.h"

#include <charconv>
#include <system_error>

// libstdc++'s from_chars (fast_float) rounds correctly, takes no notice of the locale, and is five times as fast as strtod.
table_number_outcome table_read_double(const char *text, long count, double *value) {
    auto [end, error] = std::from_chars(text, text + count, *value);
    if (error == std::errc::result_out_of_range) return table_number_out_of_range;
    if (error != std::errc() || end != text + count) return table_number_malformed;
    return table_number_read;
}
