/* SPDX-License-Identifier: Apache-2.0 */
/* portal/listen.h -- where the portal listens, taken apart; and what is wrong with it, in words. */
#ifndef GN_PORTAL_LISTEN_H
#define GN_PORTAL_LISTEN_H

#include "base/bytes.h"

enum { GN_LISTEN_HOST_BYTES = 254 };

struct gn_listen {
    const char *option;                 /* "--portal", for words */
    char host[GN_LISTEN_HOST_BYTES];    /* as given, without brackets: a name or an address */
    char address[GN_LISTEN_HOST_BYTES]; /* numeric, what is bound */
    uint16_t port;                      /* 0: any */
    bool is_six;
};

/* "HOST:PORT", "[::1]:PORT". INVAL, with words, for anything else, or for a name that is no address of ours. */
GN_MUST_USE gn_err gn_listen_parse(const char *option, gn_str text, struct gn_listen *out, struct gn_diag *diag);

/* Says why an address cannot be listened on, from an errno value: BUSY, DENIED or IO. */
gn_err gn_listen_refused(const struct gn_listen *door, int error, struct gn_diag *diag);

/* Whether a Unix socket can be made there: its path has 107 bytes at most. */
GN_MUST_USE gn_err gn_listen_try_socket(const char *path, struct gn_diag *diag);

#endif
