/* SPDX-License-Identifier: Apache-2.0 */
/* portal/http_conn.h -- one connection: its states, its buffer, its turn (private to http*.c; see http.h). */
#ifndef GN_PORTAL_HTTP_CONN_H
#define GN_PORTAL_HTTP_CONN_H

#include <uv.h>

#include "base/http_chunks.h"
#include "guard/tls.h"
#include "portal/exchange.h"
#include "portal/headers.h"
#include "portal/live.h"
#include "portal/worker.h"

enum {
    GN_HTTP_HEAD_MS = 10000,
    GN_HTTP_BODY_MS = 30000,
    GN_HTTP_SEND_MS = 30000, /* each part */
    GN_HTTP_IDLE_MS = 30000, /* between two requests */
    GN_HTTP_LINGER_MS = 1000,
    GN_HTTP_PART_BYTES = 64 << 10,   /* of an answer, handed to the system at once */
    GN_HTTP_STREAM_BYTES = 32 << 10, /* the same of a live stream: copied */
    GN_HTTP_SCRATCH_BYTES = 64 << 10,
};

typedef enum gn_http_state {
    GN_HTTP_FREE = 0, /* of the pool */
    GN_HTTP_HEAD,
    GN_HTTP_BODY,
    GN_HTTP_WORK,
    GN_HTTP_HELD,
    GN_HTTP_SEND,
    GN_HTTP_STREAM,
    GN_HTTP_LINGER,
    GN_HTTP_CLOSING,
} gn_http_state;

struct gn_http_conn;

/* One request and its answer. */
struct gn_http_turn {
    struct gn_exchange *exchange;
    struct gn_http_hub *hub;
    struct gn_http_conn *conn; /* NULL: the connection is gone, a helper still has the turn */
    struct gn_live_stream *stream;
    uint8_t *stream_bytes; /* what is being written of it */
    struct gn_job job;
    bool refused; /* while it was read: the answer is there already */
    bool working; /* a helper thread has it */
    size_t sent;  /* of the body */
};

struct gn_http_conn {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } io;
    uv_timer_t timer; /* one at a time, by state */
    uv_write_t write;
    uv_shutdown_t shutdown;
    struct gn_http_hub *hub;
    struct gn_http_conn *next; /* free ones, or open ones */
    struct gn_http_conn *previous;
    struct gn_http_turn *turn;
    gn_http_state state;
    unsigned open_handles;
    bool local;
    bool secure;
    struct gn_tls_channel *tls; /* NULL: clear text */
    uint8_t *sealed;            /* ciphertext that is being written */
    bool is_root;               /* local: the peer is root, not the owner */
    bool ended;                 /* the client sends no more */
    bool closing;               /* no request behind this one */
    bool writing;
    size_t in_size;
    size_t in_seen; /* how far the parser has looked */
    bool in_chunks; /* the body; else body_left says where it ends */
    struct gn_http_chunks chunks;
    uint64_t body_left;
    char in[GN_HTTP_HEAD_BYTES_MAX];
    uint8_t head[GN_HEAD_BYTES_MAX]; /* of the answer */
};

/* What all connections share. */
struct gn_http_hub {
    uv_loop_t *loop;
    struct gn_api apis[GN_PLACE_COUNT];       /* by gn_place: each has its own reader */
    struct gn_worker workers[GN_PLACE_COUNT]; /* [GN_PLACE_PORTAL] stays unused */
    struct gn_live *live;
    uv_timer_t tick;  /* of the streams; runs while there are any */
    char bound[2048]; /* hosts we answer to, with commas between */
    char secure_cookie_name[48];
    const char *cookie_name; /* its end */
    struct gn_tls *tls;
    struct gn_tls_spill spill;
    bool only_secure; /* there is no door in clear text */
    char owner[GN_USER_NAME_BYTES + 1];
    bool stopping;
    struct gn_http_conn *open;
    void (*released)(struct gn_http_hub *hub, struct gn_http_conn *conn); /* both handles are closed */
    uint8_t cipher[GN_TLS_PART_BYTES];                                    /* what came over TLS */
    uint8_t scratch[GN_HTTP_SCRATCH_BYTES]; /* body bytes pass through; others are dropped here */
};

/* A connection that was just accepted: its io handle is open. */
void gn_http_conn_start(struct gn_http_conn *conn);
/* Ends it; `released` follows. Fine in any state. */
void gn_http_conn_close(struct gn_http_conn *conn);
/* Live streams have been filled: send. */
void gn_http_conn_send_streams(struct gn_http_hub *hub);

#endif
