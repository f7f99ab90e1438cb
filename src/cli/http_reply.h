/* SPDX-License-Identifier: Apache-2.0 */
/* cli/http_reply.h -- reads one HTTP/1.1 response (RFC 9112), bytes in, body out.
 *
 *   LINE ─▶ HEADERS ─┬▶ LENGTH n ──────────────────▶ DONE
 *                    ├▶ CHUNK_SIZE ⇄ CHUNK ─▶ TRAILER ▶ DONE
 *                    └▶ UNTIL_CLOSE ──eof──────────▶ DONE
 *
 * No socket, no allocation, any cut of the input gives the same result. Every line is at most
 * GN_HTTP_LINE_BYTES, the head at most GN_HTTP_HEAD_BYTES. Interim 1xx responses are passed over. Strict:
 * two lengths, a length beside chunks, a bare LF inside a header's value, an unknown coding are refused. */
#ifndef GN_CLI_HTTP_REPLY_H
#define GN_CLI_HTTP_REPLY_H

#include "base/bytes.h"

enum { GN_HTTP_LINE_BYTES = 4096, GN_HTTP_HEAD_BYTES = 16384, GN_HTTP_TYPE_BYTES = 64 };

typedef enum gn_http_state {
    GN_HTTP_STATUS_LINE,
    GN_HTTP_HEADERS,
    GN_HTTP_LENGTH,
    GN_HTTP_UNTIL_CLOSE,
    GN_HTTP_CHUNK_SIZE,
    GN_HTTP_CHUNK,
    GN_HTTP_CHUNK_END,
    GN_HTTP_TRAILER,
    GN_HTTP_DONE,
    GN_HTTP_BROKEN,
} gn_http_state;

struct gn_http_reply {
    gn_http_state state;
    int status; /* 200 ...; valid from HEADERS on */
    bool has_length;
    bool is_chunked;
    uint64_t left;    /* bytes of the body, or of the chunk */
    size_t head_size; /* bytes of lines so far */
    size_t line_size;
    char line[GN_HTTP_LINE_BYTES]; /* the line that is not complete yet */
    char type[GN_HTTP_TYPE_BYTES]; /* Content-Type without parameters, lower case */
};

/* Zero bytes are a fresh one. */
static inline struct gn_http_reply gn_http_reply_fresh(void)
{
    return (struct gn_http_reply){ .state = GN_HTTP_STATUS_LINE };
}

/* Takes bytes as they come; hands the body's to `body`, which may stop everything by returning an error
 * (it is passed on). CORRUPT: this is not HTTP, or beyond a bound; the reply stays broken. Bytes after
 * the end are CORRUPT too: we never ask for a second response on a connection. */
GN_MUST_USE gn_err gn_http_reply_feed(struct gn_http_reply *reply, gn_bytes bytes,
                                      gn_err (*body)(void *ctx, gn_bytes bytes), void *ctx);

/* The peer closed. OK when the response is complete by that, CORRUPT when it was cut short. */
GN_MUST_USE gn_err gn_http_reply_eof(struct gn_http_reply *reply);

/* The head is complete: status and type are known. */
static inline bool gn_http_reply_has_head(const struct gn_http_reply *reply)
{
    return reply->state >= GN_HTTP_LENGTH && reply->state <= GN_HTTP_DONE;
}

#endif
