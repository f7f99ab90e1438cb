/* SPDX-License-Identifier: Apache-2.0 */
/* portal/exchange.h -- one request and its answer, from the first header to the last byte. No socket in it.
 *
 *   new ─▶ text, query, body ─▶ admit ─▶ handle (here, or on a helper thread) ─▶ finish ─▶ sent ─▶ free
 *
 * It owns copies of everything that came: the connection may go while a helper thread still works on it. Owned
 * by the portal's thread, but for the time in which a helper runs `handle`. */
#ifndef GN_PORTAL_EXCHANGE_H
#define GN_PORTAL_EXCHANGE_H

#include "portal/admit.h"
#include "portal/api/resource.h"

enum { GN_EXCHANGE_TEXT_BYTES = 6144 };

struct gn_exchange {
    struct gn_request request;
    struct gn_response response;
    const struct gn_route *route; /* NULL: answered by admission */
    char *body;                   /* gn_mem_take, or NULL */
    size_t body_size;
    size_t body_expected; /* Content-Length, or what chunks may be at most */
    size_t text_used;
    char text[GN_EXCHANGE_TEXT_BYTES]; /* what the request's slices point into */
};

/* NULL when there is no memory. */
struct gn_exchange *gn_exchange_new(void);
void gn_exchange_free(struct gn_exchange *exchange); /* wipes what came; NULL is fine */

/* Keeps a copy of a text. False when there is no room: the request is too long. */
bool gn_exchange_keep(struct gn_exchange *exchange, gn_str text, gn_str *out);
/* Keeps one query item "name=value", decoded. False: no room, too many, or a zero byte in it. */
bool gn_exchange_keep_query(struct gn_exchange *exchange, gn_str item);
/* Keeps the path. False unless it is absolute, UTF-8, without control characters, and not too long. */
bool gn_exchange_keep_path(struct gn_exchange *exchange, gn_str path);

/* A body of this size is announced. False: larger than HTTP_BODY_BYTES_MAX (the bytes are then dropped), or no
 * memory. */
bool gn_exchange_expect(struct gn_exchange *exchange, size_t size);
void gn_exchange_body_add(struct gn_exchange *exchange, gn_bytes part);

/* Lets it through or refuses it; static files are answered here. When `route` is set behind it, `handle` is due,
 * at the route's place. */
void gn_exchange_admit(struct gn_exchange *exchange, struct gn_api *api, gn_str bound);
/* True when the route's `stops` has answered: `handle` is not due. On the portal's thread. */
bool gn_exchange_stops(struct gn_exchange *exchange, struct gn_api *api);
void gn_exchange_handle(struct gn_exchange *exchange, struct gn_api *api);

#endif
