/* SPDX-License-Identifier: Apache-2.0 */
/* connect/sparkplug/sparkplug_topic.h -- who speaks on a Sparkplug B topic, and of what.
 *
 *   spBv1.0 / GROUP / NBIRTH | NDEATH | NDATA | NCMD / EDGE
 *   spBv1.0 / GROUP / DBIRTH | DDEATH | DDATA | DCMD / EDGE / DEVICE
 *   spBv1.0 / STATE / HOST
 *
 * An edge node is a gateway of its own, with devices behind it. Both become Things, and are called by the gateway
 * GROUP/EDGE and GROUP/EDGE/DEVICE. Source: Eclipse Sparkplug Specification 3.0.0, chapter 4. Pure. */
#ifndef GN_CONNECT_SPARKPLUG_TOPIC_H
#define GN_CONNECT_SPARKPLUG_TOPIC_H

#include "base/buf.h"

typedef enum gn_sparkplug_kind {
    GN_SPARKPLUG_NBIRTH,
    GN_SPARKPLUG_NDEATH,
    GN_SPARKPLUG_NDATA,
    GN_SPARKPLUG_NCMD,
    GN_SPARKPLUG_DBIRTH,
    GN_SPARKPLUG_DDEATH,
    GN_SPARKPLUG_DDATA,
    GN_SPARKPLUG_DCMD,
    GN_SPARKPLUG_STATE,
} gn_sparkplug_kind;

struct gn_sparkplug_topic {
    gn_sparkplug_kind kind;
    gn_str group;
    gn_str edge;   /* STATE: the host */
    gn_str device; /* empty: the edge node itself */
};

/* Whatever begins with spBv1.0/, also what is no topic of the specification. */
bool gn_sparkplug_claims(gn_str topic);
/* INVAL: begins with spBv1.0/, and is none of the above. */
GN_MUST_USE gn_err gn_sparkplug_topic_read(gn_str text, struct gn_sparkplug_topic *out, struct gn_diag *diag);
/* The same for another kind: of what the device said, where it is commanded. */
void gn_sparkplug_topic_write(const struct gn_sparkplug_topic *topic, gn_sparkplug_kind kind, struct gn_buf *out);
/* GROUP/EDGE, and /DEVICE unless it is empty. */
void gn_sparkplug_key(gn_str group, gn_str edge, gn_str device, struct gn_buf *out);

/* Where the births of such topics are kept: no Thing can hear it, or speak there. */
#define GN_SPARKPLUG_CERTIFICATES "$sparkplug/certificates/"
/* Retained messages of the node's own that Sparkplug needs. */
bool gn_sparkplug_is_own(gn_str topic);
bool gn_sparkplug_is_state(gn_str topic);

#endif
