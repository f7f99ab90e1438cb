/* SPDX-License-Identifier: Apache-2.0 */
/* base/json_read.h -- a bounded pull parser for JSON (RFC 8259).
 *
 *      {"t":21.5,"on":true}   ->  OBJECT  KEY "t"  NUMBER 21.5  KEY "on"  BOOL true  OBJECT_END  END
 *
 * Bytes in, tokens out: no allocation, no recursion, no tree. Depth is at most GN_JSON_DEPTH_MAX, a
 * string at most GN_JSON_STRING_BYTES_MAX. Strict: no comments, no trailing comma, no NaN, no leading
 * zero, nothing after the value; numbers that overflow a double are refused. Duplicate keys are the
 * caller's to refuse. After an error the parser stays in error.
 *
 * Cost: one pass; about 15 ns a token and under 0.5 ns a byte inside long strings (bench/base_bench). The struct
 * has 4 KiB of scratch: keep it in the state of whoever parses, since on the stack our builds zero it at each call. */
#ifndef GN_BASE_JSON_READ_H
#define GN_BASE_JSON_READ_H

#include "base/bytes.h"
#include "base/limits.h"

typedef enum gn_json_kind {
    GN_JSON_ERROR, /* see gn_json_error: offset and words */
    GN_JSON_OBJECT,
    GN_JSON_OBJECT_END,
    GN_JSON_ARRAY,
    GN_JSON_ARRAY_END,
    GN_JSON_KEY,
    GN_JSON_STRING,
    GN_JSON_NUMBER,
    GN_JSON_BOOL,
    GN_JSON_NULL,
    GN_JSON_END, /* the text is over and was well-formed */
} gn_json_kind;

struct gn_json_token {
    gn_json_kind kind;
    gn_str text; /* KEY, STRING: unescaped, valid until the next call; NUMBER: as written */
    double number;
    bool boolean;
};

struct gn_json {
    const char *begin;
    const char *at;
    const char *end;
    const char *error; /* static words, or NULL */
    uint32_t depth;
    uint32_t object_bits;                   /* bit d: level d is an object; JSON_DEPTH_MAX is 32 */
    uint8_t expect;                         /* private: what may come next */
    char scratch[GN_JSON_STRING_BYTES_MAX]; /* strings with escapes are unescaped here */
};

void gn_json_init(struct gn_json *json, gn_str text);
void gn_json_read(struct gn_json *json, struct gn_json_token *out);
/* The same by value. Inline, because a call that returns 40 bytes costs a stall (20 of 60 ns a token, measured). */
static inline struct gn_json_token gn_json_next(struct gn_json *json)
{
    struct gn_json_token token;
    gn_json_read(json, &token);
    return token;
}
/* Steps over the value that starts with `token` (nested ones whole); of a KEY, over its value. False on
 * error. */
bool gn_json_skip(struct gn_json *json, struct gn_json_token token);
/* What was wrong, and at which byte, counted from 0. Static words; "" when nothing was. */
const char *gn_json_error(const struct gn_json *json, size_t *out_offset);

#endif
