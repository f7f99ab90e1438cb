/* SPDX-License-Identifier: Apache-2.0 */
/* portal/request.h -- one request, as a resource sees it: no socket, no header text, nothing half-read.
 *
 * Everything here was checked for form when it was filled in; what it means is the resource's to judge. The
 * slices point into memory of the exchange and live as long as it. */
#ifndef GN_PORTAL_REQUEST_H
#define GN_PORTAL_REQUEST_H

#include "base/bytes.h"
#include "guard/guard.h"

typedef enum gn_method { GN_GET, GN_HEAD, GN_POST, GN_PUT, GN_DELETE, GN_METHOD_OTHER } gn_method;

typedef enum gn_body_type { GN_BODY_NONE, GN_BODY_JSON, GN_BODY_FORM, GN_BODY_OTHER } gn_body_type;

enum { GN_QUERY_ITEMS_MAX = 12, GN_PATH_PARTS_MAX = 2, GN_REQUEST_PATH_BYTES_MAX = 512 };

struct gn_query_item {
    gn_str name;
    gn_str value; /* decoded */
};

struct gn_request {
    gn_method method;
    gn_str path;                     /* decoded once, without "//", "/./" and "/../" */
    gn_str parts[GN_PATH_PARTS_MAX]; /* what stands for {id} and {property} in the route's path */
    struct gn_query_item query[GN_QUERY_ITEMS_MAX];
    size_t query_count;
    gn_body_type body_type;
    gn_str body;
    bool local;  /* came over the Unix socket */
    bool secure; /* came over TLS */
    bool accepts_gzip;
    bool accepts_html;   /* a browser that shows a page */
    uint64_t last_event; /* Last-Event-ID, 0: none */
    gn_str device;       /* the Thing whose certificate came with the connection, empty: none */
    gn_str source;       /* the peer's address, without port */
    gn_str host;         /* the Host header */
    gn_str origin;       /* the Origin header, empty: none */
    gn_str site;         /* Sec-Fetch-Site, empty: none */
    gn_str cookie;       /* our cookie's value, empty: none */
    gn_str basic;        /* what stands behind "Authorization: Basic", empty: none */
    gn_str key;          /* Idempotency-Key, empty: none */
    bool has_principal;
    struct gn_principal principal;
    char own_thing[GN_THING_ID_BYTES_MAX + 1]; /* the principal is this Thing; empty: a person or a program */
};

/* The value of a query item; the first one when it is there twice. False when there is none. */
bool gn_request_query(const struct gn_request *request, const char *name, gn_str *out);

/* The value of one cookie in a Cookie header; empty when it is not there. */
gn_str gn_request_cookie(gn_str header, const char *name);

gn_method gn_method_named(gn_str name);
const char *gn_method_name(gn_method method); /* "GET" ... */

/* By media type, parameters aside. */
gn_body_type gn_body_type_named(gn_str content_type);

/* "a, b;q=0.5": whether the list has `item` and does not refuse it with q=0. */
bool gn_request_accepts(gn_str list, const char *item);

#endif
