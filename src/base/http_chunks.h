/* SPDX-License-Identifier: Apache-2.0 */
/* base/http_chunks.h -- a body that comes in chunks (RFC 9112, 7.1), strictly.
 *
 *   5 CRLF h e l l o CRLF  1a CRLF ... CRLF  0 CRLF CRLF
 *   size   data                              the end
 *
 * Bytes in, in whatever pieces; slices of the same bytes out. A size is 1 to 8 hexadecimal digits with CRLF right
 * behind it: extensions, trailers, blanks and bare line feeds are refused, for two readers that pass over them
 * differently see different requests, and no client of ours needs them. All chunks together have at most
 * as many bytes as the caller says. */
#ifndef GN_BASE_HTTP_CHUNKS_H
#define GN_BASE_HTTP_CHUNKS_H

#include "base/http_parse.h"

struct gn_http_chunks { /* all zero but `max`: before the first byte */
    uint64_t max;       /* bytes of all chunks together */
    uint8_t state;
    uint8_t digits;
    uint64_t left;  /* of the chunk */
    uint64_t total; /* of all so far */
};

/* Takes from the front of *inout. OK: *out is a piece of the body, ask again. AGAIN: all was taken, more is to come.
 * CLOSED: the body is over, *inout is what follows it. INVAL with the fault: the connection has to end. */
GN_MUST_USE gn_err gn_http_chunks_take(struct gn_http_chunks *chunks, gn_str *inout, gn_bytes *out,
                                       struct gn_http_fault *out_fault);

#endif
