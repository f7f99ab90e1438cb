/* SPDX-License-Identifier: Apache-2.0 */
/* connect/websocket.h -- the server's side of RFC 6455, without a socket: a request to be judged, then frames.
 *
 *   GET /mqtt ──▶ gn_ws_upgrade ──▶ 101 or a refusal
 *   frames (masked) ──▶ gn_ws_decode: in place ──▶ payload bytes, packed together at the front of the same memory
 *   payload ──▶ gn_ws_header ──▶ a binary frame (not masked)
 *
 * Payloads are a stream here: a message may come in as many frames as it likes, and is handed on as it comes, so no
 * length needs a bound and nothing is kept but a header and a control frame. Text messages are refused (MQTT-6.0.0-1).
 * No extension is taken: permessage-deflate makes MQTT slower, and is a way to fill memory.
 *
 * A browser names the page it acts for in Origin; a page of another host is refused. Decoding costs about 1 ns a byte,
 * allocates nothing. Pure; one thread. */
#ifndef GN_CONNECT_WEBSOCKET_H
#define GN_CONNECT_WEBSOCKET_H

#include "base/buf.h"

enum {
    GN_WS_HEADER_BYTES_MAX = 4, /* of a frame we send: its payload has at most 65535 bytes */
    GN_WS_CONTROL_BYTES_MAX = 125,
    GN_WS_ANSWER_BYTES_MAX = 512, /* to an upgrade */
    GN_WS_SHA1_BYTES = 20,
};

/* --- the upgrade --- */

/* Whether a whole head is there; *out_size is its size with the empty line. */
bool gn_ws_head_whole(gn_str bytes, size_t *out_size);

/* Judges a whole head and writes the answer, 101 or a refusal. True: from now on frames. */
bool gn_ws_upgrade(gn_str head, struct gn_buf *out);

/* --- frames --- */

typedef enum gn_ws_close {
    GN_WS_NORMAL = 1000,
    GN_WS_GOING_AWAY = 1001,
    GN_WS_PROTOCOL = 1002,
    GN_WS_UNSUPPORTED = 1003,
    GN_WS_TOO_BIG = 1009,
} gn_ws_close;

struct gn_ws {
    uint8_t header[14]; /* of the frame at hand */
    uint8_t header_size;
    uint8_t opcode; /* of the frame at hand */
    uint8_t mask_at;
    uint8_t control_size;
    bool in_payload;
    bool in_message; /* a message's first frame was not its last */
    bool is_final;
    bool is_over;  /* a close frame was answered */
    uint64_t left; /* bytes of the payload that are to come */
    uint8_t control[GN_WS_CONTROL_BYTES_MAX];
};

/* Takes what came. *out_size bytes of payload stand at `bytes` then. Answers to control frames are put into `out`,
 * which needs room for `size` bytes and GN_WS_CONTROL_BYTES_MAX + 2 more. CLOSED: the peer ended it, properly, and was
 * answered. INVAL: it broke the rules, and was told. Bytes behind either are dropped. */
GN_MUST_USE gn_err gn_ws_decode(struct gn_ws *ws, uint8_t *bytes, size_t size, size_t *out_size, struct gn_buf *out);

/* The header of a binary frame with `size` (at most 65535) bytes of payload. Returns its own size. */
size_t gn_ws_header(size_t size, uint8_t out[static GN_WS_HEADER_BYTES_MAX]);
/* A close frame of ours. */
void gn_ws_put_close(gn_ws_close code, struct gn_buf *out);

/* SHA-1, which the upgrade's answer is made with (RFC 6455, 4.2.2); nothing else may rely on it. */
void gn_ws_sha1(gn_bytes bytes, uint8_t out[static GN_WS_SHA1_BYTES]);

#endif
