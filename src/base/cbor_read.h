/* SPDX-License-Identifier: Apache-2.0 */
/* base/cbor_read.h -- a bounded pull parser for CBOR (RFC 8949) that speaks the tokens of base/json_read.h.
 *
 *      a1 00 fb 4035800000000000   ->  OBJECT  KEY "0"  NUMBER 21.5  OBJECT_END  END
 *
 * So whoever reads JSON can read CBOR. Where the two differ: a key that is an integer comes as its decimal text; a
 * byte string is a STRING with `boolean` set; tags are passed over, but a decimal fraction (tag 4) becomes its number;
 * undefined is NULL. Integers beyond 2^53 are rounded to the nearest double. Refused: strings in pieces, other keys,
 * other simple values, NaN and infinities. Depth is at most GN_JSON_DEPTH_MAX, a string at most
 * GN_JSON_STRING_BYTES_MAX, text is UTF-8. No allocation, no recursion. After an error it stays in error.
 *
 * Why our own: the libraries of Debian 12 either build a tree with malloc (libcbor) or leave these checks to the
 * caller (tinycbor); this is smaller than the code that would tame them. */
#ifndef GN_BASE_CBOR_READ_H
#define GN_BASE_CBOR_READ_H

#include "base/json_read.h"

enum { GN_CBOR_KEY_BYTES = 24 };

struct gn_cbor_level {
    uint64_t left; /* items to come; not used when `open` */
    bool is_map;
    bool open; /* ends with a break */
    bool key;  /* the next item of the map is a key */
};

struct gn_cbor {
    const uint8_t *begin;
    const uint8_t *at;
    const uint8_t *end;
    const char *error;
    uint32_t depth;
    bool begun;
    struct gn_cbor_level levels[GN_JSON_DEPTH_MAX];
    char key[GN_CBOR_KEY_BYTES];
};

void gn_cbor_init(struct gn_cbor *cbor, gn_bytes bytes);
struct gn_json_token gn_cbor_next(struct gn_cbor *cbor);
/* As gn_json_skip and gn_json_error. */
bool gn_cbor_skip(struct gn_cbor *cbor, struct gn_json_token token);
const char *gn_cbor_error(const struct gn_cbor *cbor, size_t *out_offset);

#endif
