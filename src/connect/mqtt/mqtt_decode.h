/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_decode.h -- bytes to packets, without I/O, memory or state.
 *
 *   bytes ─▶ gn_mqtt_frame_next ─▶ frame ─▶ gn_mqtt_decode_<packet> ─▶ struct
 *
 * Everything is checked before a struct is filled: lengths against the frame, reserved bits, text as UTF-8 without
 * U+0000, packet ids, properties, and that nothing is left over. On failure the fault names the reason code
 * and the words to answer with. Cost: a QoS 1 PUBLISH of version 3.1.1 takes about 15 ns plus its topic's bytes. */
#ifndef GN_CONNECT_MQTT_DECODE_H
#define GN_CONNECT_MQTT_DECODE_H

#include "connect/mqtt/mqtt_packet.h"

/* The first whole packet of `in`. AGAIN: *out_need is its whole size when that is known already, otherwise 0.
 * INVAL: not a packet (type 0, length of more than four bytes); FULL: larger than `packet_bytes_max`. */
GN_MUST_USE gn_err gn_mqtt_frame_next(gn_bytes in, size_t packet_bytes_max, struct gn_mqtt_frame *out,
                                      size_t *out_need);

/* INVAL: *out_fault says why, and what to answer with; *out is then undefined. */
GN_MUST_USE gn_err gn_mqtt_decode_connect(const struct gn_mqtt_frame *frame, struct gn_mqtt_connect *out,
                                          struct gn_mqtt_fault *out_fault);
GN_MUST_USE gn_err gn_mqtt_decode_connack(const struct gn_mqtt_frame *frame, uint8_t version,
                                          struct gn_mqtt_connack *out, struct gn_mqtt_fault *out_fault);
GN_MUST_USE gn_err gn_mqtt_decode_publish(const struct gn_mqtt_frame *frame, uint8_t version,
                                          struct gn_mqtt_publish *out, struct gn_mqtt_fault *out_fault);
/* PUBACK, PUBREC, PUBREL, PUBCOMP. */
GN_MUST_USE gn_err gn_mqtt_decode_ack(const struct gn_mqtt_frame *frame, uint8_t version, struct gn_mqtt_ack *out,
                                      struct gn_mqtt_fault *out_fault);
/* SUBSCRIBE and UNSUBSCRIBE. */
GN_MUST_USE gn_err gn_mqtt_decode_subscribe(const struct gn_mqtt_frame *frame, uint8_t version,
                                            struct gn_mqtt_subscribe *out, struct gn_mqtt_fault *out_fault);
/* The next filter of a SUBSCRIBE or UNSUBSCRIBE that was decoded; false when there is none left. */
bool gn_mqtt_filter_next(gn_bytes *filters, uint8_t type, struct gn_mqtt_filter *out);
/* SUBACK and UNSUBACK. */
GN_MUST_USE gn_err gn_mqtt_decode_suback(const struct gn_mqtt_frame *frame, uint8_t version, struct gn_mqtt_suback *out,
                                         struct gn_mqtt_fault *out_fault);
/* PINGREQ and PINGRESP: only that they are empty. */
GN_MUST_USE gn_err gn_mqtt_decode_ping(const struct gn_mqtt_frame *frame, struct gn_mqtt_fault *out_fault);
/* DISCONNECT and AUTH. */
GN_MUST_USE gn_err gn_mqtt_decode_disconnect(const struct gn_mqtt_frame *frame, uint8_t version,
                                             struct gn_mqtt_ack *out, struct gn_mqtt_fault *out_fault);

#endif
