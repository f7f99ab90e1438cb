/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_subs.h -- the subscriptions of one session, packed into a few bytes.
 *
 *   │ size u16 │ options u8 │ filter ... │ size │ options │ filter ... │
 *
 * A device has one or two, so they are walked, not indexed. At most GN_MQTT_SUBSCRIPTIONS_MAX; the bytes are the
 * caller's and may be moved into larger ones. */
#ifndef GN_CONNECT_MQTT_SUBS_H
#define GN_CONNECT_MQTT_SUBS_H

#include "connect/mqtt/mqtt_packet.h"

enum {
    GN_MQTT_SUBS_HEAD_BYTES = 3,
    GN_MQTT_SUBS_BYTES_MAX = GN_MQTT_SUBSCRIPTIONS_MAX * (GN_MQTT_SUBS_HEAD_BYTES + GN_MQTT_TOPIC_BYTES_MAX),
    GN_MQTT_NO_LOCAL = 4, /* bit of the options */
};

struct gn_mqtt_subs {
    uint8_t *at; /* caller's; NULL with capacity 0 */
    uint32_t capacity;
    uint32_t size;
    uint32_t count;
};

/* Adds, or replaces the options of the same filter. FULL: GN_MQTT_SUBSCRIPTIONS_MAX are there. AGAIN: the bytes
 * do not suffice; move and try again. */
GN_MUST_USE gn_err gn_mqtt_subs_put(struct gn_mqtt_subs *subs, gn_str filter, uint8_t options);
/* False when there was none. */
bool gn_mqtt_subs_remove(struct gn_mqtt_subs *subs, gn_str filter);
/* Goes on in larger bytes; returns the old ones, for the caller to give back. */
uint8_t *gn_mqtt_subs_move(struct gn_mqtt_subs *subs, uint8_t *to, uint32_t capacity);
/* The highest QoS any filter that matches grants; false when none does. `own`: the message came from this same
 * session, so that filters with no-local do not count. */
bool gn_mqtt_subs_match(const struct gn_mqtt_subs *subs, gn_str topic, bool own, uint8_t *out_qos);

#endif
