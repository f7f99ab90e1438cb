/* SPDX-License-Identifier: Apache-2.0 */
/* base/json_write.h -- writes JSON into a gn_buf; commas and escapes come by themselves.
 *
 *      gn_jw_open(&w, '{'); gn_jw_key(&w, "value"); gn_jw_f64(&w, 21.5); gn_jw_close(&w, '}');
 *
 * Canonical: the same calls give the same bytes on every run of a build (findings are hashed as their
 * JSON). Doubles are written in the shortest form that reads back to the same bits; NaN and infinities
 * as null. Control characters, '<', '>', '&', U+2028/9 are escaped, so text may stand in HTML. Bytes
 * that are not UTF-8 become U+FFFD. */
#ifndef GN_BASE_JSON_WRITE_H
#define GN_BASE_JSON_WRITE_H

#include "base/buf.h"

struct gn_jw {
    struct gn_buf *buf;
    bool comma; /* the next item needs one before it */
};

static inline struct gn_jw gn_jw_over(struct gn_buf *buf)
{
    return (struct gn_jw){ .buf = buf };
}

void gn_jw_open(struct gn_jw *w, char bracket);  /* '{' or '[' */
void gn_jw_close(struct gn_jw *w, char bracket); /* '}' or ']' */
void gn_jw_key(struct gn_jw *w, const char *key);
void gn_jw_key_str(struct gn_jw *w, gn_str key);
void gn_jw_str(struct gn_jw *w, gn_str value);
void gn_jw_text(struct gn_jw *w, const char *nul_terminated);
void gn_jw_f64(struct gn_jw *w, double value);
void gn_jw_i64(struct gn_jw *w, int64_t value);
void gn_jw_u64(struct gn_jw *w, uint64_t value);
void gn_jw_bool(struct gn_jw *w, bool value);
void gn_jw_null(struct gn_jw *w);
void gn_jw_time(struct gn_jw *w, int64_t time_ms); /* as an RFC 3339 string in UTC */
void gn_jw_hex(struct gn_jw *w, gn_bytes bytes);   /* as a lower-case hex string */
/* Puts bytes that already are one JSON value. */
void gn_jw_raw(struct gn_jw *w, gn_str json);

#endif
