/* SPDX-License-Identifier: Apache-2.0 */
/* base/bytes.h -- borrowed slices, and a reader that cannot run past its end.
 *
 *      gn_str   text, UTF-8 unless said, not NUL-terminated
 *      gn_bytes anything
 *
 * A slice borrows: it never owns, and lives as long as what it points into. Every parser of outside
 * bytes goes through struct gn_reader; nothing else does pointer arithmetic on them. */
#ifndef GN_BASE_BYTES_H
#define GN_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

typedef struct gn_str {
    const char *at; /* may be NULL when size is 0 */
    size_t size;
} gn_str;

typedef struct gn_bytes {
    const uint8_t *at;
    size_t size;
} gn_bytes;

#define GN_STR(literal) ((gn_str){ (literal), sizeof(literal) - 1 })
/* For printf's "%.*s". */
#define GN_STR_ARGS(s) (int)(s).size, (s).at != NULL ? (s).at : ""

gn_str gn_str_of(const char *nul_terminated); /* NULL gives the empty slice */
bool gn_str_equal(gn_str a, gn_str b);
bool gn_str_starts(gn_str s, gn_str prefix);
gn_str gn_str_trim(gn_str s); /* without blanks, tabs and line ends at both ends */
/* Splits at the first `separator`; *out_rest is what follows, or empty. */
gn_str gn_str_split(gn_str s, char separator, gn_str *out_rest);
bool gn_utf8_valid(gn_str s); /* well-formed, no overlong form, no surrogate */
/* Copies into a NUL-terminated buffer of `capacity` bytes. FULL, and an empty string, if too long; INVAL, and
 * an empty string, if there is a NUL in it. */
GN_MUST_USE gn_err gn_str_copy(char *to, size_t capacity, gn_str from);

/* Whole-slice numbers: no blanks, no trailing bytes. INVAL on anything else, also on overflow. */
GN_MUST_USE gn_err gn_parse_u64(gn_str s, uint64_t *out);
GN_MUST_USE gn_err gn_parse_i64(gn_str s, int64_t *out);
GN_MUST_USE gn_err gn_parse_f64(gn_str s, double *out); /* decimal only; never NaN or infinite */

struct gn_reader {
    const uint8_t *at;
    const uint8_t *end;
};

static inline struct gn_reader gn_reader_of(gn_bytes b)
{
    return (struct gn_reader){ b.at, b.at == NULL ? NULL : b.at + b.size };
}

static inline size_t gn_reader_left(const struct gn_reader *r)
{
    return (size_t)(r->end - r->at);
}

/* Each takes from the front, or returns false and takes nothing when fewer bytes are left. Big endian. */
bool gn_take_u8(struct gn_reader *r, uint8_t *out);
bool gn_take_u16be(struct gn_reader *r, uint16_t *out);
bool gn_take_u32be(struct gn_reader *r, uint32_t *out);
bool gn_take_bytes(struct gn_reader *r, size_t size, gn_bytes *out);

#endif
