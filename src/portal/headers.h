/* SPDX-License-Identifier: Apache-2.0 */
/* portal/headers.h -- the head of every answer, and the policies that go with it.
 *
 *   policy   for             may load
 *   DATA     JSON, errors    nothing
 *   APP      the front end   scripts, styles, images and data of this node only; no inline code
 *   SETUP    the first form  its one inline style, named by its hash; no script at all
 *
 * No answer may be framed, sniffed into another type, or tell another site where somebody came from; and none says
 * what program or version answers. */
#ifndef GN_PORTAL_HEADERS_H
#define GN_PORTAL_HEADERS_H

#include "portal/response.h"

enum { GN_HEAD_BYTES_MAX = 2048 };

/* Status line, all headers and the blank line. `setup_style` is the hash source of the SETUP policy. */
void gn_headers_write(const struct gn_response *response, const char *setup_style, struct gn_buf *out);

/* "Not Found" ... */
const char *gn_headers_reason(int status);

#endif
