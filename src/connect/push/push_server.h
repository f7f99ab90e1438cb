/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push_server.h -- the push door on a libuv loop: what its parts share.
 *
 *   push_server     listens, accepts, keeps time; the adapter's row
 *     push_conn       one connection: requests one after the other, each a state below
 *       push_request    what a head asks for
 *       push_unpack     gzip, within bounds
 *       push_writer     lines ─▶ samples ─▶ ring
 *       push_answer     the words of an answer
 *
 *   HEAD ─▶ BODY ⇄ RING (full: not read from) ─▶ DISK (until it is durable) ─▶ SEND ─▶ HEAD ...
 *             └─ refused: the rest is passed over ───────────────────────────▶ SEND ─▶ LINGER ─▶ closed
 *
 * A body is taken as it comes and is never held whole: the ring's back-pressure reaches the sender through TCP. The
 * answer says 204 when all of it is on disk. All on the net thread. */
#ifndef GN_CONNECT_PUSH_SERVER_H
#define GN_CONNECT_PUSH_SERVER_H

#include <sys/queue.h>
#include <uv.h>

#include "base/http_chunks.h"
#include "connect/push/push_request.h"
#include "connect/push/push_unpack.h"
#include "connect/push/push_writer.h"

enum {
    GN_PUSH_IN_BYTES = 65536,
    GN_PUSH_OUT_BYTES = GN_PUSH_ERRORS_BYTES + 4096,
    GN_PUSH_HEAD_MS = 10000,
    GN_PUSH_IDLE_MS = 60000, /* between two requests */
    GN_PUSH_BODY_MS = 60000, /* for all of a body, without the time in which we make it wait */
    GN_PUSH_SEND_MS = 30000,
    GN_PUSH_LINGER_MS = 2000,
    GN_PUSH_STEPS_MAX = 4, /* buffers of lines in one turn of the loop; then others have theirs */
    GN_PUSH_BACKLOG = 128,
};

typedef enum gn_push_state {
    GN_PUSH_FREE = 0, /* of the pool */
    GN_PUSH_HEAD,
    GN_PUSH_BODY,
    GN_PUSH_RING, /* its lines wait for room in the ring */
    GN_PUSH_DISK,
    GN_PUSH_HELD, /* the answer to a wrong token waits */
    GN_PUSH_SEND,
    GN_PUSH_LINGER,
    GN_PUSH_CLOSING,
} gn_push_state;

struct gn_push_server;

struct gn_push_conn {
    uv_tcp_t tcp;
    TAILQ_ENTRY(gn_push_conn) among_open;
    struct gn_push_server *server;
    gn_push_state state;
    int64_t deadline_ms; /* monotonic; 0 = none */
    bool is_reading;
    bool is_ready;  /* has work for the next turn of the loop */
    bool closing;   /* no request behind this one */
    bool is_secret; /* the request was authenticated: `thing` */
    uint32_t thing;
    struct gn_push_request request;
    bool is_chunked;
    bool is_over;       /* the whole body came */
    bool is_blocked;    /* lines in the writer met a full ring: they come before anything else */
    uint64_t body_left; /* of a Content-Length */
    uint64_t body_size; /* that was taken off the wire */
    struct gn_http_chunks chunks;
    struct gn_push_unpack unpack;
    gn_bytes piece; /* of the body: taken off the wire, not yet unpacked; in `in` */
    int status;     /* of the answer; 0: not known yet */
    const char *code;
    char words[GN_DIAG_TEXT_BYTES + 160];
    uv_write_t write;
    uv_shutdown_t shutdown;
    size_t in_at, in_end, in_seen;
    char in[GN_PUSH_IN_BYTES];
    char out[GN_PUSH_OUT_BYTES];
    struct gn_push_writer writer;
};

TAILQ_HEAD(gn_push_list, gn_push_conn);

struct gn_push_stats {
    uint64_t accepted, turned_away, requests, denied, lines, readings, refused, held_back, bytes_in;
};

struct gn_push_server {
    uv_loop_t *loop;
    uv_tcp_t listener;
    uv_tcp_t door; /* takes the connection that is one too many, to close it */
    uv_idle_t idle;
    struct gn_intake intake;
    struct gn_push_series series;
    struct gn_push_conn *pool; /* [GN_PUSH_CONNECTIONS_MAX] */
    struct gn_push_list open;
    uint32_t open_count;
    uint32_t handles;
    uint64_t durable;
    bool door_busy;
    bool is_stopping;
    struct gn_push_stats stats;
    struct gn_line line; /* at hand */
};

static inline int64_t gn_push_now_ms(const struct gn_push_server *server)
{
    return gn_mono_us(&server->intake.clock) / 1000;
}

/* There is work for the next turn of the loop. */
void gn_push_server_go_on(struct gn_push_server *server);
/* When the last handle has gone, the server's memory goes. */
void gn_push_server_release(struct gn_push_server *server);

#endif
