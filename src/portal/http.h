/* SPDX-License-Identifier: Apache-2.0 */
/* portal/http.h -- the glue to libwebsockets: connections in, exchanges out.
 *
 *   connection ──headers──▶ turn{exchange} ──body──▶ admit ─▶ handler ─▶ bytes ──▶ next turn, or closed
 *                                                      │  └─▶ helper thread ─▶ back by lws_cancel_service
 *                                                      └────▶ live stream: bytes as they come
 *
 * A turn is one request on one connection; a connection has at most one. Everything here runs on the thread that
 * calls gn_http_run; only gn_http_stop may be called from another. The library's own pages (it answers malformed
 * request lines itself) get the same security headers, and name no program. Upgrades (WebSocket, HTTP/2) are
 * refused. Limits: HTTP_CONNECTIONS_MAX over TCP, as many again for the Unix socket, so that a crowd outside does
 * not lock out the owner; 10 s for a request's head, 30 s for each step of an answer that nobody takes. */
#ifndef GN_PORTAL_HTTP_H
#define GN_PORTAL_HTTP_H

#include "portal/listen.h"
#include "portal/portal.h"

struct gn_http; /* opaque */

/* Opens both doors. *out_port is the TCP port that was got. */
GN_MUST_USE gn_err gn_http_open(const struct gn_portal_options *options, const struct gn_listen *door,
                                struct gn_http **out, uint16_t *out_port, struct gn_diag *diag);
void gn_http_run(struct gn_http *http);  /* until stop */
void gn_http_stop(struct gn_http *http); /* any thread */
void gn_http_close(struct gn_http *http); /* behind run; ends all connections; NULL is fine */

#endif
