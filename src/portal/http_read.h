/* SPDX-License-Identifier: Apache-2.0 */
/* portal/http_read.h -- from a parsed head to an exchange: the path, the query and the few headers that count.
 *
 * A path is decoded once, and refused when it has more than one way to be written: "//", "." and ".." as a part, an
 * encoded '/', control characters, bytes that are not UTF-8. So what admission and router see is what there is. */
#ifndef GN_PORTAL_HTTP_READ_H
#define GN_PORTAL_HTTP_READ_H

#include "base/http_parse.h"
#include "portal/exchange.h"

enum { GN_HTTP_DRAIN_BYTES_MAX = 1 << 20 }; /* a body too large, but worth reading to its end to say so */

/* Fills the request and announces its body. A fault that does not close lets the body be read, and dropped, first. */
struct gn_http_fault gn_http_read(const struct gn_http_head *head, const char *cookie_name,
                                  struct gn_exchange *exchange);

#endif
