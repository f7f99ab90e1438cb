/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_inbound.h -- what a message of a Thing means, and what the intake says to it.
 *
 *   topic, payload ─▶ may it? ─▶ readings, event or status ─▶ intake ─▶ accepted (token) | try again | refused (reason)
 *                        └─▶ of no meaning to the node ─▶ accepted, to be handed on only
 *
 * The one place where MQTT topics meet the intake; PUBLISH and wills take the same way. A retained message without
 * payload takes one away, and is no reading. */
#ifndef GN_CONNECT_MQTT_INBOUND_H
#define GN_CONNECT_MQTT_INBOUND_H

#include "connect/adapter.h"
#include "connect/mqtt/mqtt_packet.h"
#include "connect/payload.h"

struct gn_mqtt_verdict {
    uint64_t token; /* accepted: acknowledge when durable reaches it */
    uint8_t reason; /* refused: of version 5 */
    bool close;     /* refused: no acknowledgement can say so in 3.1.1; the topic is not the Thing's */
    struct gn_diag why;
};

/* GN_OK: accepted. AGAIN: the ring is full; nothing happened. INVAL: refused. */
GN_MUST_USE gn_err gn_mqtt_inbound(const struct gn_intake *intake, struct gn_payload *payload, uint32_t thing,
                                   const struct gn_mqtt_publish *publish, struct gn_mqtt_verdict *out);

/* True when a message on this topic could be accepted from that Thing now: what a will is checked with. */
bool gn_mqtt_inbound_topic(const struct gn_intake *intake, uint32_t thing, gn_str topic);

#endif
