/* SPDX-License-Identifier: Apache-2.0 */
/* node/doors.h -- where the node listens: which doors are open, and what it shows at those with TLS.
 *
 *   --mqtt    MQTT, clear text     --mqtts   MQTT with TLS       both: WebSocket as well
 *   --portal  HTTP, clear text     --https   HTTP with TLS
 *
 * The node's certificate is for: localhost, the loopback addresses, the machine's host name, the hosts listened on (all
 * addresses of this machine for 0.0.0.0 and ::), and the names given by --name. It is looked after once a minute.
 * Net thread. */
#ifndef GN_NODE_DOORS_H
#define GN_NODE_DOORS_H

#include "connect/adapter.h"
#include "guard/tls.h"
#include "node/node.h"

enum { GN_DOOR_ADDRESS_BYTES = 300 };

struct gn_door_tls {
    struct gn_ca *ca;
    struct gn_tls *mqtt; /* NULL: --mqtts is off */
    struct gn_tls *http; /* NULL: --https is off */
    int64_t looked_ms;   /* when it was last looked after; monotonic */
};

/* Makes what the doors with TLS need. INVAL when all doors are off. */
GN_MUST_USE gn_err gn_doors_open(struct gn_door_tls *doors, struct gn_ca *ca, const struct gn_node_options *options,
                                 struct gn_diag *diag);
void gn_doors_close(struct gn_door_tls *doors); /* when nobody listens any more */

/* Renews the certificate when its end is near, and the keys of tickets once a day. */
void gn_doors_tick(struct gn_door_tls *doors, int64_t mono_ms);

/* NULL for "off" and for NULL. */
const char *gn_door_address(const char *given);

/* The names of the certificate, each NUL-terminated in `bytes`. Returns how many. */
size_t gn_doors_names(const struct gn_node_options *options, struct gn_buf *bytes,
                      const char *out[static GN_CERTIFICATE_NAMES_MAX]);

#endif
