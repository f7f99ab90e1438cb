/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push_unpack.h -- a gzip body unpacked piece by piece, within bounds (RFC 1952, through zlib).
 *
 * A few bytes may unpack to gigabytes. So no more than PUSH_BODY_BYTES_MAX come out of one body, and no more than
 * PUSH_EXPANSION_MAX times what went in: beyond either it ends. Memory: about 45 KiB while a body is unpacked. */
#ifndef GN_CONNECT_PUSH_UNPACK_H
#define GN_CONNECT_PUSH_UNPACK_H

#include <zlib.h>

#include "base/bytes.h"

enum { GN_PUSH_UNPACK_SLACK = 4096 /* of what may come out of the first bytes */ };

struct gn_push_unpack {
    z_stream stream;
    bool is_open;
    bool is_over;  /* the end was seen */
    bool has_more; /* there was no room for all: step again, without new bytes too */
};

/* FULL: no memory. */
GN_MUST_USE gn_err gn_push_unpack_begin(struct gn_push_unpack *unpack);
void gn_push_unpack_end(struct gn_push_unpack *unpack); /* fine when it has not begun */

/* Takes from the front of *in, puts at most `capacity` bytes. OK: it may go on, with more room or more bytes. INVAL:
 * not gzip, or bytes behind its end; FULL: beyond the bounds. */
GN_MUST_USE gn_err gn_push_unpack_step(struct gn_push_unpack *unpack, gn_bytes *in, void *to, size_t capacity,
                                       size_t *out_size);

#endif
