/* SPDX-License-Identifier: Apache-2.0 */
/* base/buf.h -- a writer over a fixed buffer that says FULL instead of overrunning.
 *
 * The first write that does not fit latches `full`; later writes do nothing, so a caller checks once,
 * at the end. Nothing is allocated; the bytes belong to the caller. Not thread-safe. */
#ifndef GN_BASE_BUF_H
#define GN_BASE_BUF_H

#include "base/bytes.h"

struct gn_buf {
    uint8_t *at;
    size_t size; /* written so far */
    size_t capacity;
    bool full; /* something did not fit */
};

static inline struct gn_buf gn_buf_over(void *bytes, size_t capacity)
{
    return (struct gn_buf){ .at = bytes, .capacity = capacity };
}

void gn_buf_add(struct gn_buf *buf, const void *bytes, size_t size);
void gn_buf_add_str(struct gn_buf *buf, gn_str s);
void gn_buf_add_text(struct gn_buf *buf, const char *nul_terminated);
void gn_buf_add_u8(struct gn_buf *buf, uint8_t v);
void gn_buf_add_u16be(struct gn_buf *buf, uint16_t v);
void gn_buf_add_u32be(struct gn_buf *buf, uint32_t v);
/* Needs one byte more than it adds, for printf's NUL. */
void gn_buf_addf(struct gn_buf *buf, const char *fmt, ...) GN_PRINTF(2, 3);
gn_str gn_buf_str(const struct gn_buf *buf);
gn_bytes gn_buf_bytes(const struct gn_buf *buf);

#endif
