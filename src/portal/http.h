/* SPDX-License-Identifier: Apache-2.0 */
/* portal/http.h -- connections in, exchanges out: HTTP/1.1 over TCP, TLS and the Unix socket, on one loop (libuv).
 *
 *              ┌──────────────── next request, or what was sent ahead ────────────────┐
 *   accept ─▶ HEAD ─▶ BODY ─▶ WORK ─▶ (HELD) ─▶ SEND ─┬─▶ LINGER ─▶ closed            │
 *                              │                      └───────────────────────────────┘
 *                              └─▶ STREAM: live events until either side ends it
 *
 * A turn is one request and its answer; a connection has at most one, requests sent ahead wait in its buffer. WORK may
 * pass through a helper thread; HELD is an answer that waits because a password was wrong. LINGER reads what still
 * comes for a second, so that the last answer is not destroyed by a reset.
 *
 * All on the thread that calls gn_http_run; only gn_http_stop may come from another. The connections' memory is
 * taken once and touched as they come. Limits: HTTP_CONNECTIONS_MAX over TCP, as many over TLS and on the Unix
 * socket, so that a crowd outside does not lock out the owner; a head is whole within 10 s, a body within 30 s,
 * each part of an answer is taken within 30 s. */
#ifndef GN_PORTAL_HTTP_H
#define GN_PORTAL_HTTP_H

#include "portal/listen.h"
#include "portal/portal.h"

struct gn_http; /* opaque */

/* A door whose host is empty stays shut. */
struct gn_http_doors {
    struct gn_listen plain;
    struct gn_listen secure;
};

/* Opens the doors, and the Unix socket. Their ports become those that were got. */
GN_MUST_USE gn_err gn_http_open(const struct gn_portal_options *options, struct gn_http_doors *doors,
                                struct gn_http **out, struct gn_diag *diag);
void gn_http_run(struct gn_http *http);   /* until stop */
void gn_http_stop(struct gn_http *http);  /* any thread */
void gn_http_close(struct gn_http *http); /* behind run; NULL is fine */

#endif
