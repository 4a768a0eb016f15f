#include "CTableKernels.h"

#include <charconv>
#include <cstring>
#include <system_error>

// libstdc++'s from_chars (fast_float) rounds correctly, takes no notice of the locale, and is five times as fast as strtod.
table_number_outcome table_read_double(const char *text, long count, double *value) {
    auto [end, error] = std::from_chars(text, text + count, *value);
    if (error == std::errc::result_out_of_range) return table_number_out_of_range;
    if (error != std::errc() || end != text + count) return table_number_malformed;
    return table_number_read;
}

namespace {

const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                         1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

const uint64_t whole_powers[] = {1,
                                 10,
                                 100,
                                 1000,
                                 10000,
                                 100000,
                                 1000000,
                                 10000000,
                                 100000000,
                                 1000000000,
                                 10000000000,
                                 100000000000,
                                 1000000000000,
                                 10000000000000,
                                 100000000000000,
                                 1000000000000000,
                                 10000000000000000,
                                 100000000000000000,
                                 1000000000000000000,
                                 10000000000000000000u};

inline bool is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

/// Whether eight bytes are digits, and their value (Mula and Lemire: eight digits by three multiplications).
inline bool eight_digits(const uint8_t *text, uint64_t &value) {
    uint64_t word;
    memcpy(&word, text, 8);
    if (((word & 0xf0f0f0f0f0f0f0f0) | (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) != 0x3333333333333333)
        return false;
    word = (word & 0x0f0f0f0f0f0f0f0f) * 2561 >> 8;
    word = (word & 0x00ff00ff00ff00ff) * 6553601 >> 16;
    value = (word & 0x0000ffff0000ffff) * 42949672960001 >> 32;
    return true;
}

/// The number that the last `left` of the eight bytes before `end` write, or false if one is no digit; `left` is 0 to 7.
inline bool last_digits(const uint8_t *end, long left, uint64_t &value) {
    uint64_t word;
    memcpy(&word, end - 8, 8);
    // Zeros take the place of the bytes before, which are digits that have been read.
    uint64_t before = ~(uint64_t)0 >> 8 * left;
    word = (word & ~before) | (0x3030303030303030 & before);
    return eight_digits((const uint8_t *)&word, value);
}

/// The double nearest to mantissa / 10^decimals, for a mantissa above zero and 1 to 19 decimals.
inline double quotient(uint64_t mantissa, long decimals) {
    uint64_t divisor = whole_powers[decimals];
    int up = __builtin_clzll(mantissa), down = __builtin_clzll(divisor);
    mantissa <<= up;
    divisor <<= down;
    // With the highest bits of both set, the quotient of 2^63 times the mantissa has 63 or 64 bits.
#if defined(__x86_64__)
    uint64_t result, rest;
    __asm__("divq %4" : "=a"(result), "=d"(rest) : "a"(mantissa << 63), "d"(mantissa >> 1), "r"(divisor) : "cc");
#else
    unsigned __int128 numerator = (unsigned __int128)mantissa << 63;
    uint64_t result = (uint64_t)(numerator / divisor);
    uint64_t rest = (uint64_t)numerator - result * divisor;
#endif
    // What is left counts only where the bits behind the last are exactly one half.
    result |= rest != 0;
    uint64_t bits = (uint64_t)(1023 + down - up - 63) << 52;
    double scale;
    memcpy(&scale, &bits, 8);
    return (double)result * scale;
}

/// A plain number, or false.
inline bool plain_number(const uint8_t *text, long count, uint8_t decimal, double &value) {
    const uint8_t *position = text, *end = text + count;
    bool is_negative = count > 0 && *position == '-';
    position += is_negative || (count > 0 && *position == '+');
    const uint8_t *start = position;
    uint64_t mantissa = 0, eight;
    while (position < end && is_digit(*position)) mantissa = mantissa * 10 + (*position++ - '0');
    long whole = position - start, decimals = 0;
    if (whole > 1 && *start == '0') return false;
    if (position < end && *position == decimal) {
        const uint8_t *first = ++position;
        while (end - position >= 8 && eight_digits(position, eight)) {
            mantissa = mantissa * 100000000 + eight;
            position += 8;
        }
        // How many digits are left differs from number to number; a loop over them would be mispredicted at its end.
        long left = end - position;
        if (position > first && left < 8 && last_digits(end, left, eight)) {
            mantissa = mantissa * whole_powers[left] + eight;
            position = end;
        }
        while (position < end && is_digit(*position)) mantissa = mantissa * 10 + (*position++ - '0');
        decimals = position - first;
    } else if (position == end && whole > 15) {
        return false;
    }
    if (whole + decimals == 0) return false;
    // A zero before the decimals is none of the digits.
    if (whole - (whole == 1 && *start == '0') + decimals > 19) return false;
    long exponent = 0;
    if (position < end) {
        if ((*position++ | 32) != 'e') return false;
        bool is_below = position < end && *position == '-';
        position += is_below || (position < end && *position == '+');
        if (position == end || end - position > 4) return false;
        while (position < end) {
            if (!is_digit(*position)) return false;
            exponent = exponent * 10 + (*position++ - '0');
        }
        if (is_below) exponent = -exponent;
    }
    long scale = exponent - decimals;
    if (scale <= -15 && scale >= -19 && mantissa != 0) {
        // Of so many decimals the mantissa is mostly beyond 53 bits, but not always: a branch would be mispredicted.
        value = quotient(mantissa, -scale);
    } else if (mantissa <= (uint64_t)1 << 53 && scale >= -22 && scale <= 22) {
        // Both factors are exact, so one rounding is made (Clinger 1990).
        value = scale < 0 ? (double)mantissa / powers[-scale] : (double)mantissa * powers[scale];
    } else if (scale < 0 && scale >= -19) {
        value = quotient(mantissa, -scale);
    } else {
        if (decimal != '.' || table_read_double((const char *)start, end - start, &value) != table_number_read)
            return false;
    }
    // The sign of a number cannot be foretold, so there is no branch.
    uint64_t bits;
    memcpy(&bits, &value, 8);
    bits |= (uint64_t)is_negative << 63;
    memcpy(&value, &bits, 8);
    return true;
}

}  // namespace

long table_doubles(const uint8_t *text, const table_field *fields, long stride, long row, long rows, uint8_t decimal,
                   double *values) {
    for (; row < rows; row++) {
        table_field field = fields[row * stride];
        if (!plain_number(text + field.start, field.length_and_flags & 0x3fffffff, decimal, values[row])) break;
    }
    return row;
}
