/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_outbox.h -- what the node has sent to one client and not heard of yet.
 *
 *   deliver ─▶ add ─▶ written to the socket ─▶ PUBACK ─▶ gone
 *                     └ SENT is due            └ ACKNOWLEDGED is due
 *
 * A message keeps its bytes until its PUBACK, for a client that returns to its session. What is due to be said
 * to the intake is remembered here, because the ring may be full. At most GN_MQTT_OUT_INFLIGHT_MAX messages and
 * GN_MQTT_OUTBOX_BYTES_MAX bytes. Messages are blocks of the caller's; nothing here allocates. */
#ifndef GN_CONNECT_MQTT_OUTBOX_H
#define GN_CONNECT_MQTT_OUTBOX_H

#include "connect/mqtt/mqtt_packet.h"

struct gn_mqtt_out {
    struct gn_mqtt_out *next;
    uint64_t written_at; /* the connection's count of bytes behind this message; 0 = not sent in this connection */
    uint16_t packet_id;  /* 0: sent with QoS 0, and not waited for */
    bool is_action;      /* its steps are reported under `id` */
    bool was_sent;       /* in some connection: the next time it is a duplicate */
    bool sent_due;       /* SENT has to be said */
    bool sent_said;
    bool acked;   /* ACKNOWLEDGED has to be said, then it is gone */
    bool dropped; /* nothing more to say: gone */
    uint16_t topic_size;
    uint16_t id_size;
    uint32_t props_size;
    uint32_t payload_size;
    uint8_t bytes[]; /* topic, id, props, payload */
};

struct gn_mqtt_outbox {
    struct gn_mqtt_out *first;
    struct gn_mqtt_out *last;
    uint32_t count;
    uint32_t bytes;
    uint16_t last_packet_id;
};

struct gn_mqtt_out_parts {
    gn_str topic;
    gn_str id; /* empty: not an action */
    gn_bytes props;
    gn_bytes payload;
};

/* How large a block a message needs. */
size_t gn_mqtt_out_size(const struct gn_mqtt_out_parts *parts);
/* Fills a block of that size. */
void gn_mqtt_out_fill(struct gn_mqtt_out *out, const struct gn_mqtt_out_parts *parts);
size_t gn_mqtt_out_bytes(const struct gn_mqtt_out *out);
gn_str gn_mqtt_out_id(const struct gn_mqtt_out *out);
/* As a packet; slices borrow from the block. */
void gn_mqtt_out_packet(const struct gn_mqtt_out *out, struct gn_mqtt_publish *packet);

/* True when a message of that size may be added. `limit`: the client's own receive maximum. */
bool gn_mqtt_outbox_has_room(const struct gn_mqtt_outbox *box, size_t size, uint32_t limit);
/* Appends; with QoS 1 it gets a packet id no other message has. */
void gn_mqtt_outbox_add(struct gn_mqtt_outbox *box, struct gn_mqtt_out *out, uint8_t qos);
/* NULL when none waits for that PUBACK. */
struct gn_mqtt_out *gn_mqtt_outbox_find(const struct gn_mqtt_outbox *box, uint16_t packet_id);
/* Takes out the first message that is over (dropped), or NULL. The caller gives the block back. */
struct gn_mqtt_out *gn_mqtt_outbox_take_over(struct gn_mqtt_outbox *box);
/* Takes out the first message, whatever it waits for, or NULL. */
struct gn_mqtt_out *gn_mqtt_outbox_take_first(struct gn_mqtt_outbox *box);

#endif
