/* SPDX-License-Identifier: Apache-2.0 */
/* connect/sparkplug/sparkplug_order.h -- was a message of an edge node missed, and may it be asked to begin anew?
 *
 *   seq of an edge node and its devices   0 1 2 ... 255 0 1 ...     NBIRTH begins with any, the next is one more
 *   a gap, an alias nobody named, data without a birth  ─▶  NCMD "Node Control/Rebirth", at most one each
 *                                                           SPARKPLUG_REBIRTH_S for an edge node, and
 *                                                           SPARKPLUG_REBIRTHS_MAX for all of them in that time
 *
 * No clock of its own, no memory beyond its structs. */
#ifndef GN_CONNECT_SPARKPLUG_ORDER_H
#define GN_CONNECT_SPARKPLUG_ORDER_H

#include "connect/sparkplug/sparkplug_payload.h"

struct gn_sparkplug_order { /* of one edge node */
    bool is_known;          /* a message of it was seen since the node began */
    uint8_t last;
};

/* Whether this one follows; it is the last from now on. `again`: the protocol says that it may have come before. */
bool gn_sparkplug_order_follows(struct gn_sparkplug_order *order, const struct gn_sparkplug_payload *payload,
                                bool is_birth, bool again);

struct gn_sparkplug_asked {
    uint32_t edge;    /* hash of its name */
    int64_t until_ms; /* 0: nobody */
};

struct gn_sparkplug_asks {
    struct gn_sparkplug_asked rows[GN_SPARKPLUG_REBIRTHS_MAX];
};

/* True: it may be asked now, and is remembered. Time is monotonic and above 0. */
bool gn_sparkplug_may_ask(struct gn_sparkplug_asks *asks, uint32_t edge, int64_t now_ms);

#endif
