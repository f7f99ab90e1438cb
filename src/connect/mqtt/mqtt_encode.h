/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_encode.h -- packets to bytes: what a server sends, and what the load generator and the tests send.
 *
 * Each writes one whole packet into `out`, or latches out->full; a packet is never written in part by a caller
 * that checks. What stands in the struct is trusted: only we fill it. User properties are not written. */
#ifndef GN_CONNECT_MQTT_ENCODE_H
#define GN_CONNECT_MQTT_ENCODE_H

#include "base/buf.h"
#include "connect/mqtt/mqtt_packet.h"

void gn_mqtt_encode_connect(struct gn_buf *out, const struct gn_mqtt_connect *packet);
void gn_mqtt_encode_connack(struct gn_buf *out, uint8_t version, const struct gn_mqtt_connack *packet);
/* With props.raw of size > 0 that block is written as it is, in place of the other properties. */
void gn_mqtt_encode_publish(struct gn_buf *out, uint8_t version, const struct gn_mqtt_publish *packet);
size_t gn_mqtt_publish_size(uint8_t version, const struct gn_mqtt_publish *packet);
/* PUBACK, PUBREC, PUBREL, PUBCOMP; in version 5 in the shortest form. */
void gn_mqtt_encode_ack(struct gn_buf *out, uint8_t type, uint8_t version, const struct gn_mqtt_ack *packet);
/* SUBSCRIBE and UNSUBSCRIBE (options are then ignored). */
void gn_mqtt_encode_subscribe(struct gn_buf *out, uint8_t type, uint8_t version, uint16_t packet_id,
                              const struct gn_mqtt_filter *filters, size_t filter_count);
/* SUBACK and UNSUBACK (3.1.1 writes no codes there). */
void gn_mqtt_encode_suback(struct gn_buf *out, uint8_t type, uint8_t version, const struct gn_mqtt_suback *packet);
void gn_mqtt_encode_ping(struct gn_buf *out, uint8_t type);
/* DISCONNECT and AUTH. */
void gn_mqtt_encode_disconnect(struct gn_buf *out, uint8_t type, uint8_t version, const struct gn_mqtt_ack *packet);

#endif
