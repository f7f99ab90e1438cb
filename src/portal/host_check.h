/* SPDX-License-Identifier: Apache-2.0 */
/* portal/host_check.h -- is this request meant for this node, and does it come from our own page?
 *
 * A page of a stranger may point its own name at our address (DNS rebinding): the browser then thinks we are
 * that site. So Host must be an address literal, localhost, or the name we were told to listen on. And a
 * change must come from a page of the same host: Origin, when the browser sends one, must be that Host, and
 * Sec-Fetch-Site, when there is one, must not name another site. Pure functions. */
#ifndef GN_PORTAL_HOST_CHECK_H
#define GN_PORTAL_HOST_CHECK_H

#include "base/bytes.h"

/* `bound`: the hosts of --portal and --https, without port or brackets, and the names of --name, with commas between.
 * Any port is fine: a tunnel may change it. */
bool gn_host_allowed(gn_str host, gn_str bound);

/* Neither an address nor localhost: what a browser may keep a rule for (RFC 6797, 8.3). */
bool gn_host_is_name(gn_str host);

/* True when there is no Origin, or it is http or https of exactly this Host. */
bool gn_origin_allowed(gn_str origin, gn_str host);

/* True for "", "same-origin" and "none" (typed by the person). */
bool gn_site_allowed(gn_str site);

/* "[::1]:80" and "name:80" without brackets and port; *out_ok false when it is no such thing. */
gn_str gn_host_name(gn_str host, bool *out_ok);

#endif
