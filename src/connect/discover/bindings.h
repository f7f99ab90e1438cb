/* SPDX-License-Identifier: Apache-2.0 */
/* connect/discover/bindings.h -- which topics speak of which properties, as devices announced it.
 *
 *   "zigbee2mqtt/hall" ─▶ ("temperature", hall.temperature), ("battery", hall.battery), ...
 *
 * A message on a bound topic is read once, flat; each binding of one Thing takes its path and gives it the property's
 * meaning: words for true and false become bools, numbers in words become numbers, a state stays a word. What does not
 * have that meaning ("unavailable") is no reading and is passed over. All bindings of a Thing are set at once, from
 * its description; their text is the table's own. One owner. Cost: a hash and the bindings of that topic. */
#ifndef GN_CONNECT_DISCOVER_BINDINGS_H
#define GN_CONNECT_DISCOVER_BINDINGS_H

#include "connect/discover/device.h"
#include "connect/payload.h"

struct gn_bindings; /* opaque */

GN_MUST_USE gn_err gn_bindings_new(struct gn_bindings **out);
void gn_bindings_free(struct gn_bindings *bindings); /* NULL is fine */

/* All that the Thing's description says of topics, instead of what was before. FULL: BINDINGS_MAX or memory; what fits
 * is bound. */
gn_err gn_bindings_set(struct gn_bindings *bindings, uint32_t thing, const struct gn_device *device);

/* The next Thing, after `thing` (begin with GN_NONE), that a topic speaks of; GN_NONE: no more. */
uint32_t gn_bindings_next(const struct gn_bindings *bindings, gn_str topic, uint32_t thing);

/* What a payload, read by gn_payload_any without a prefix, says of that Thing. `is_bare`: it was one value, no object.
 * Writes at most GN_READINGS_PER_PACKET_MAX items, which borrow from table and payload. */
size_t gn_bindings_items(const struct gn_bindings *bindings, gn_str topic, uint32_t thing, struct gn_payload *payload,
                         bool is_bare, struct gn_item *out);

#endif
