/* SPDX-License-Identifier: Apache-2.0 */
/* connect/address.h -- "HOST:PORT" to a socket address and back, and what to say when it is no good.
 *
 *   127.0.0.1:1883   [::1]:1883   0.0.0.0:0   localhost:1883      port 0 takes a free one */
#ifndef GN_CONNECT_ADDRESS_H
#define GN_CONNECT_ADDRESS_H

#include <sys/socket.h>

#include "base/buf.h"

/* Looks names up (blocking: at start only). INVAL: the diag says what is wrong with it. */
GN_MUST_USE gn_err gn_address_parse(const char *text, struct sockaddr_storage *out, struct gn_diag *diag);
/* As HOST:PORT. */
void gn_address_put(struct gn_buf *out, const struct sockaddr_storage *address);
/* Why listening failed, in a person's words. `uv_error` as libuv gives it. */
gn_err gn_address_fault(int uv_error, const char *option, const char *text, struct gn_diag *diag);

#endif
