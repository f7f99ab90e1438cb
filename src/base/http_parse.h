/* SPDX-License-Identifier: Apache-2.0 */
/* base/http_parse.h -- the head of an HTTP/1.1 request (RFC 9112), strictly.
 *
 *   GET /api/v1/things?limit=2 HTTP/1.1 CRLF
 *   Name: value CRLF ...
 *   CRLF
 *
 * Bytes in, slices of the same bytes out: no copy, no allocation, no socket. Where readers of the same bytes are known
 * to disagree, and a request could be smuggled behind another, this one refuses: a bare line feed, a folded line,
 * a blank before a colon, two Content-Length, a Transfer-Encoding other than one `chunked`, or one beside a
 * Content-Length or in HTTP/1.0, two Host. After a refusal the connection has
 * to end, for nobody knows where the next request begins. Cost: one pass, and each byte is looked at once however
 * slowly it comes. */
#ifndef GN_BASE_HTTP_PARSE_H
#define GN_BASE_HTTP_PARSE_H

#include "base/bytes.h"

enum {
    GN_HTTP_HEAD_BYTES_MAX = 8192, /* browsers bring the cookies of every program on the same host */
    GN_HTTP_HEADERS_MAX = 64,
};

struct gn_http_header {
    gn_str name;  /* as sent; compare without case */
    gn_str value; /* without blanks at its ends */
};

struct gn_http_head {
    gn_str method;
    gn_str target; /* as sent */
    bool is_1_0;
    bool wants_close;   /* Connection: close, or HTTP/1.0 */
    bool expects_100;   /* Expect: 100-continue */
    bool is_chunked;    /* Transfer-Encoding: chunked; see http_chunks.h */
    uint64_t body_size; /* Content-Length, or 0 */
    size_t header_count;
    struct gn_http_header headers[GN_HTTP_HEADERS_MAX];
};

/* Why a request is refused. */
struct gn_http_fault {
    int status; /* 0: it is not */
    bool close; /* where the next request begins is not known, or not worth to know */
    const char *code;
    const char *message;
    const char *hint;
};

/* AGAIN: not whole yet (*inout_seen: how far it was looked at; 0 to start). INVAL with the fault. OK: *out_size is the
 * size of the head, its blank line included. `bytes` must stay until the head was used. */
GN_MUST_USE gn_err gn_http_parse(gn_str bytes, size_t *inout_seen, struct gn_http_head *out, size_t *out_size,
                                 struct gn_http_fault *out_fault);

/* The value of the first header of that name; empty when there is none. */
gn_str gn_http_header(const struct gn_http_head *head, const char *name);

#endif
