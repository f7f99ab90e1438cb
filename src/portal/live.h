/* SPDX-License-Identifier: Apache-2.0 */
/* portal/live.h -- the live stream: what the engine says and what the Things report, as it happens.
 *
 *   event: output    id: 812   data: {"change":812,"kind":"alarm","data":{...}}
 *   event: readings            data: {"thing":"press-7","time":...,"values":{"oil":41.2,...}}
 *   event: status              data: {"now",...,"things_online",...}   when one differs, and each 30 s
 *   : (a comment when nothing came for 15 s, so that a dead connection is found)
 *
 * Two smaller ones for WoT clients: one property's values, and one Thing's alarms, as events without a name whose
 * data is the value alone; or, asked with ?poll, one of them as the answer (long polling).
 *
 * Server-sent events (WHATWG HTML, 9.2). Every 200 ms the store is asked what has changed: outputs by their
 * change number, so that none is lost and a client that comes back with Last-Event-ID goes on where it was;
 * readings as the latest values only, once per Thing for all streams that want it. A stream has a buffer of
 * fixed size: outputs wait in the store until there is room, readings are skipped; who takes nothing for
 * 20 s is ended. A stream also ends when its session does.
 *
 * No sockets here: http_conn.c takes bytes out of a stream and sends them. Portal thread only. */
#ifndef GN_PORTAL_LIVE_H
#define GN_PORTAL_LIVE_H

#include "base/limits.h"
#include "portal/api/resource.h"

enum {
    GN_LIVE_TICK_MS = 200,
    GN_LIVE_THINGS_MAX = 32, /* Things one stream may watch */
    GN_LIVE_BUFFER_BYTES = 256 << 10,
    GN_LIVE_HEARTBEAT_MS = 15000,
    GN_LIVE_STATUS_MS = 2000,
    GN_LIVE_STATUS_AT_LEAST_MS = 30000,
    GN_LIVE_SESSION_MS = 1000,
    GN_LIVE_SLOW_MS = 20000,
    GN_LIVE_POLL_MS = 25000,  /* a long poll is answered with what there is */
    GN_LIVE_TOKEN_MS = 60000, /* a stream opened with a token ends: who has it still comes again */
};

struct gn_live;        /* opaque */
struct gn_live_stream; /* opaque */

GN_MUST_USE gn_err gn_live_new(struct gn_api *api, struct gn_live **out);
void gn_live_free(struct gn_live *live); /* NULL is fine */

/* Opens a stream for a checked request; NULL with the refusal in `response` when the query is wrong or there are
 * LIVE_STREAMS_MAX already. */
struct gn_live_stream *gn_live_open(struct gn_live *live, const struct gn_request *request,
                                    struct gn_response *response);
void gn_live_close(struct gn_live *live, struct gn_live_stream *stream);
size_t gn_live_count(const struct gn_live *live);

/* Looks for news and fills the buffers. */
void gn_live_tick(struct gn_live *live);

/* Up to `capacity` bytes that are to be sent. *out_over: nothing more will come, end the connection. */
size_t gn_live_take(struct gn_live_stream *stream, void *to, size_t capacity, bool *out_over);
bool gn_live_has_news(const struct gn_live_stream *stream); /* bytes to send, or over */

#endif
