#include "CTableKernels.h"

#include <stdbool.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>

enum { block_size = 16, bits = 1 };

/// A bit for each byte of a block that ends a field, the lowest for the first.
static inline uint64_t ends(const uint8_t *block, uint8_t separator) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)block);
    __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)separator)),
                                 _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                              _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r'))));
    return (uint64_t)_mm_movemask_epi8(found);
}
#else
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte of a word is its lowest");

enum { block_size = 8, bits = 8 };

/// The highest bit of each byte that is `byte`.
static inline uint64_t equal(uint64_t word, uint8_t byte) {
    const uint64_t lows = 0x7f7f7f7f7f7f7f7f;
    word ^= 0x0101010101010101 * byte;
    return ~(((word & lows) + lows) | word | lows);
}

/// A bit for each byte of a block that ends a field, in the eight bits of its place.
static inline uint64_t ends(const uint8_t *block, uint8_t separator) {
    uint64_t word;
    memcpy(&word, block, 8);
    return equal(word, separator) | equal(word, '\n') | equal(word, '\r');
}
#endif

/// Finds the bytes that end a field, a block at a time.
typedef struct {
    const uint8_t *text;
    long end;
    uint8_t separator;
    /// Where the next block begins, and what is left of the one before it.
    long next;
    uint64_t found;
} scanner;

static inline long next_end(scanner *scanner) {
    while (scanner->found == 0) {
        long left = scanner->end - scanner->next;
        if (left <= 0) return scanner->end;
        if (left >= block_size) {
            scanner->found = ends(scanner->text + scanner->next, scanner->separator);
        } else {
            uint8_t block[block_size] = {0};
            memcpy(block, scanner->text + scanner->next, left);
            // Nothing is found after the end.
            scanner->found = ends(block, scanner->separator) & (((uint64_t)1 << bits * left) - 1);
        }
        scanner->next += block_size;
    }
    long place = scanner->next - block_size + __builtin_ctzll(scanner->found) / bits;
    scanner->found &= scanner->found - 1;
    return place;
}

long table_split(const uint8_t *text, long start, long end, table_marks marks, long width, table_field *fields,
                 long capacity, long *count) {
    scanner scanner = {text, end, marks.separator, start, 0};
    long filled = *count;
    long record = start;
    while (record < end && capacity - filled >= width) {
        uint8_t first = text[record];
        if (first == marks.comment || first == '\n' || first == '\r' || first == ' ') break;
        long position = record;
        long fields_found = 0;
        bool is_plain = true;
        while (true) {
            if ((position < end && text[position] == marks.quote) || fields_found == width) {
                is_plain = false;
                break;
            }
            long stop = next_end(&scanner);
            fields[filled + fields_found++] = (table_field){(uint32_t)position, (uint32_t)(stop - position)};
            position = stop;
            if (stop == end || text[stop] != marks.separator) break;
            position++;
        }
        if (!is_plain || fields_found != width) break;
        if (position < end) {
            bool is_pair = text[position] == '\r' && position + 1 < end && text[position + 1] == '\n';
            if (is_pair) position = next_end(&scanner);
            position++;
        }
        filled += width;
        record = position;
    }
    *count = filled;
    return record;
}
