/* SPDX-License-Identifier: Apache-2.0 */
/* cli/api_client.h -- the node's API over DIR/ganglion.sock: calls, and the live stream.
 *
 * A small blocking client of our own and not libwebsockets', which was tried (4.1.6, Unix socket): it
 * works, but costs 0.2 to 1.6 ms and 4.0 MiB a call against 0.1 ms and 1.2 MiB, needs a loop and callbacks for
 * what is one request and one answer, and its parser cannot be handed bytes by a test or a fuzzer. Ours is
 * http_reply.c and sse.c, which can.
 *
 * One connection a call, deadlines on everything, an answer of at most GN_CLI_ANSWER_BYTES_MAX. A data directory
 * whose path is too long for a socket address (107 bytes) is reached through /proc/self/fd. One thread. */
#ifndef GN_CLI_API_CLIENT_H
#define GN_CLI_API_CLIENT_H

#include "base/buf.h"
#include "base/limits.h"
#include "cli/sse.h"

enum {
    GN_API_REQUEST_BYTES = 40960, /* request line, headers and body */
    GN_API_TIMEOUT_MS = 15000,    /* the node answers within 3 s, a long query within 10 s */
};

struct gn_api_reply {
    int status; /* 200 ... */
    gn_str body;
    char *memory; /* private */
};

/* Asks once. `body` empty: none. CLOSED: no node there; DENIED: the socket is somebody else's; AGAIN: no
 * answer in time; FULL: the answer (or the path) is too long; CORRUPT: the answer is no HTTP; IO. The
 * diag says it in words. Give the reply back with gn_api_reply_give, also after an HTTP error status. */
GN_MUST_USE gn_err gn_api_call(const char *data_dir, const char *method, const char *path, gn_str body,
                               struct gn_api_reply *out, struct gn_diag *diag);
void gn_api_reply_give(struct gn_api_reply *reply);

/* The live stream. Open: the node has subscribed us; what happens from then on comes. INVAL: it refuses. */
struct gn_api_stream; /* opaque */
GN_MUST_USE gn_err gn_api_stream_open(const char *data_dir, const char *path, struct gn_api_stream **out,
                                      struct gn_diag *diag);
/* Waits for bytes (timeout_ms, -1 = for ever) and hands on the events in them. AGAIN: nothing came in
 * time. CLOSED: the node ended it. An error of `each` is passed on. */
GN_MUST_USE gn_err gn_api_stream_next(struct gn_api_stream *stream, int timeout_ms,
                                      gn_err (*each)(void *ctx, const struct gn_sse_event *event), void *ctx,
                                      struct gn_diag *diag);
void gn_api_stream_close(struct gn_api_stream *stream); /* NULL is fine */

/* Adds text as one part of a URL's path or query: everything but [A-Za-z0-9-._~] as %XX. */
void gn_api_escape(struct gn_buf *buf, gn_str text);

#endif
