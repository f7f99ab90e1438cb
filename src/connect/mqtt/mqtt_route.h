/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_route.h -- a message on its way through the node: taken, kept when it is to be retained, handed on.
 *
 *   PUBLISH, will ─▶ inbound (policy, meaning, intake) ─▶ retained ─▶ who subscribed ─▶ may hear it now? ─▶ deliver
 *   the node's own ──────────────────────────────────────▲
 *
 * A client gets one copy however many of its filters meet the topic, with the highest QoS they grant and the ids of
 * all of them. One member of each share gets one: the next in turn that is connected and has room, otherwise the
 * next that keeps its session. Nothing here ends a connection, so walks are safe. */
#ifndef GN_CONNECT_MQTT_ROUTE_H
#define GN_CONNECT_MQTT_ROUTE_H

#include "connect/mqtt/mqtt_server.h"

/* A message of a Thing. `from` is the client, or NULL (a will). As gn_mqtt_inbound; the verdict is server->verdict. */
GN_MUST_USE gn_err gn_mqtt_route_publish(struct gn_mqtt_server *server, uint32_t thing,
                                         const struct gn_mqtt_client *from, const struct gn_mqtt_publish *publish);
/* A message of the node itself. FULL: it cannot be retained; AGAIN: the ring is full. */
GN_MUST_USE gn_err gn_mqtt_route_own(struct gn_mqtt_server *server, const struct gn_publish_out *publish);
/* Takes away what the node itself retained and `keeps` does not name, and says so to who hears it. AGAIN as above. */
GN_MUST_USE gn_err gn_mqtt_route_prune(struct gn_mqtt_server *server, bool (*keeps)(void *ctx, gn_str topic),
                                       void *ctx);
/* Takes away what a Thing left behind retained and may not publish any more: its credentials were withdrawn. */
void gn_mqtt_route_evict(struct gn_mqtt_server *server, uint32_t thing);
/* What is retained and meets a new subscription. */
void gn_mqtt_route_retained(struct gn_mqtt_server *server, struct gn_mqtt_client *client, gn_str filter,
                            uint8_t options, uint32_t id);

#endif
