/* SPDX-License-Identifier: Apache-2.0 */
/* node/onboard_sparkplug.h -- Sparkplug B: births become Things, data readings, deaths links that are down.
 *
 *   NBIRTH, DBIRTH ─▶ Thing, description, readings, link up; the birth itself retained where no Thing hears it
 *   NDATA, DDATA ───▶ readings, by the aliases of the birth
 *   NDEATH, DDEATH ─▶ link down: of the edge node and all behind it, of the device
 *   a gap in seq, a strange alias, no birth ─▶ NCMD Node Control/Rebirth, bounded (connect/sparkplug/sparkplug_order.h)
 *   a wish or an action for such a Thing ────▶ NCMD or DCMD, typed as in the birth; done when the device reports it
 *
 * Over a restart: a birth is kept as a retained message of the node's own, so it is in the journal
 * before any message that uses its aliases can be acknowledged. After a start the kept birth is used from the first
 * message on, and a rebirth is asked for, because the edge node may have begun a new session meanwhile.
 *
 * Part of onboard: net thread. */
#ifndef GN_NODE_ONBOARD_SPARKPLUG_H
#define GN_NODE_ONBOARD_SPARKPLUG_H

#include "connect/sparkplug/sparkplug_birth.h"
#include "node/onboard.h"

struct gn_onboard_spark; /* opaque */

GN_MUST_USE gn_err gn_onboard_spark_new(struct gn_onboard_spark **out);
void gn_onboard_spark_free(struct gn_onboard_spark *spark); /* NULL is fine */

/* A message whose topic gn_sparkplug_claims. */
gn_err gn_onboard_sparkplug(struct gn_onboard *onboard, const struct gn_foreign *message, uint64_t *out_token,
                            struct gn_diag *diag);

/* Does the Thing speak Sparkplug? Then it is spoken to by the next two. */
bool gn_onboard_is_sparkplug(const struct gn_onboard *onboard, uint32_t thing);
/* As gn_adapter.deliver. NOT_FOUND: it is not there, or has not been born since the node began. */
gn_err gn_onboard_deliver(struct gn_onboard *onboard, const struct gn_action_out *action);
/* As gn_adapter.publish, of a value that is desired: {"property":value} to the topic of its commands. */
gn_err gn_onboard_command(struct gn_onboard *onboard, uint32_t thing, const struct gn_publish_out *publish);

/* Says that this node, as the host application of that name, is there, or goes: spBv1.0/STATE/HOST, retained. At the
 * start (online) what other names were said to be is taken back; an empty name is none. */
gn_err gn_onboard_host_state(struct gn_onboard *onboard, gn_str host, bool online);

#endif
