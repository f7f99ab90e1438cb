/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_dispatch.h -- what the packets of a connection do.
 *
 *   CONNECT    authenticate, take over, CONNACK; a wrong token is answered late
 *   PUBLISH    intake; accepted: acknowledged behind the durable cursor, routed to whoever listens;
 *              refused: version 5 says so in the PUBACK, 3.1.1 counts it, or closes when the topic is not allowed
 *              QoS 2: taken at the first PUBLISH, known by its id until PUBREL
 *   SUBSCRIBE  what the policy allows; then what is retained
 *   PUBACK ... a message of ours arrived */
#ifndef GN_CONNECT_MQTT_DISPATCH_H
#define GN_CONNECT_MQTT_DISPATCH_H

#include "connect/mqtt/mqtt_server.h"

enum { GN_MQTT_SOURCE_TEXT_BYTES = 64 };

/* The peer's address as text; empty when there is none any more. */
gn_str gn_mqtt_dispatch_source(const struct gn_mqtt_conn *conn, char to[static GN_MQTT_SOURCE_TEXT_BYTES]);
/* Takes whole packets from the front of `in` until none is left, or the connection is paused or over. Returns the
 * bytes that are done with; *out_packet_size is the size of the packet that the rest begins with, or 0. */
size_t gn_mqtt_dispatch(struct gn_mqtt_conn *conn, gn_bytes in, size_t *out_packet_size);
/* An answer that leaves when `token` is durable. The session said that there is a place for it. */
void gn_mqtt_dispatch_promise(struct gn_mqtt_conn *conn, uint8_t type, uint16_t packet_id, uint64_t token);
/* The time of a held answer has come. */
void gn_mqtt_dispatch_deny(struct gn_mqtt_conn *conn);

#endif
