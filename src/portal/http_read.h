/* SPDX-License-Identifier: Apache-2.0 */
/* portal/http_read.h -- what libwebsockets knows of a request, into an exchange; half-understood ones out.
 *
 * The library has decoded the path and taken "//", "/./" and "/../" out of it. It is lenient where two readers of the
 * same bytes could disagree on where a request ends (request smuggling), so that is checked here: a length that
 * is not plain digits or stands twice, and any Transfer-Encoding, end the connection. */
#ifndef GN_PORTAL_HTTP_READ_H
#define GN_PORTAL_HTTP_READ_H

#include "portal/exchange.h"

struct lws;

enum { GN_HTTP_DRAIN_BYTES_MAX = 1 << 20 }; /* a body too large, but worth reading to its end to say so */

struct gn_http_fault {
    int status;       /* 0: none */
    bool close;       /* the rest of the connection cannot be trusted */
    const char *code;
    const char *message;
    const char *hint;
};

/* Reads headers; *out_waits_for_body when a body follows. On a fault that does not close, the body is still read. */
struct gn_http_fault gn_http_read(struct lws *wsi, const char *cookie_name, struct gn_exchange *exchange,
                                  bool *out_waits_for_body);

#endif
