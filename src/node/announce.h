/* SPDX-License-Identifier: Apache-2.0 */
/* node/announce.h -- what the node found, said to Home Assistant by its MQTT discovery, through our own endpoint.
 *
 *   PREFIX/binary_sensor/NODE_THING_alarm/config   one for each adopted Thing that has readings: device_class problem
 *   ganglion/NODE/THING/alarm                      {"state":"ON","severity":..,"words":..,"series":[..],..}
 *   ganglion/NODE/status                           online; offline when the node is stopped
 *
 *   engine ─▶ outbox, once its record is durable ─▶ alarm ─┐
 *   store, at the start: what is open ─────────────────────┼▶ row a Thing ─▶ retained, when it says something new
 *   registry, once a second: added, renamed, ignored ──────┘
 *
 * All of it is retained and says what is, never what changed: a restart compares and says the difference. A Thing that
 * is ignored takes its topics away; so does a solution without the section, and one with other names. State and
 * attributes are one message, so that they never disagree. What finds no room is tried again each second. Nobody else
 * may publish there (act/solution_home_assistant.h), so nothing of it comes back as a device.
 *
 * Source: the documentation of Home Assistant's MQTT binary sensor (keys and defaults). Belongs to the net thread. */
#ifndef GN_NODE_ANNOUNCE_H
#define GN_NODE_ANNOUNCE_H

#include "act/solution.h"
#include "connect/adapter.h"
#include "store/store.h"

struct gn_announce; /* opaque */

/* Reads from the store which alarms are open. `home` NULL: what was said before is taken away, and that is all. */
GN_MUST_USE gn_err gn_announce_new(const struct gn_registry *registry, const struct gn_home_assistant *home,
                                   struct gn_store *store, struct gn_announce **out);
void gn_announce_free(struct gn_announce *announce); /* NULL is fine */

/* The endpoint is there, and knows what it retained. */
void gn_announce_start(struct gn_announce *announce, const struct gn_adapter *adapter, void *adapter_self);
/* An alarm as the engine said it; the record that caused it is durable. */
void gn_announce_alarm(struct gn_announce *announce, gn_str json);
/* Once a second: Things that came or changed, once that is durable; what found no room. Positions are the ring's. */
void gn_announce_tick(struct gn_announce *announce, uint64_t head_position, uint64_t durable_position);
/* Before the endpoint stops. */
void gn_announce_stop(struct gn_announce *announce);

#endif
