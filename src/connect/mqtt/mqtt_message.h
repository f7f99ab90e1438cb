/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_message.h -- one message, kept once however many clients wait for it.
 *
 *   PUBLISH ─▶ parcel (borrowed: topic, props, payload) ─▶ who listens now gets it from there
 *                 └ message (counted references) ─▶ retained, queued for one client, for another ...
 *
 * `props` are the properties that travel: as they came, in their order, without topic alias, subscription ids and
 * expiry, which belong to one hop. Times are the monotonic clock's. What all messages together take is counted and
 * bounded (GN_MQTT_MESSAGES_BYTES_MAX). One thread. */
#ifndef GN_CONNECT_MQTT_MESSAGE_H
#define GN_CONNECT_MQTT_MESSAGE_H

#include "connect/mqtt/mqtt_packet.h"

struct gn_mqtt_message {
    uint32_t refs;
    uint32_t thing;     /* who sent it; GN_NONE: the node */
    int64_t expires_ms; /* 0: never */
    uint8_t qos;        /* as published */
    bool retain;        /* as published */
    uint16_t topic_size;
    uint16_t id_size; /* of an action; 0: none */
    uint32_t props_size;
    uint32_t payload_size;
    uint8_t bytes[]; /* topic, id, props, payload */
};

struct gn_mqtt_messages { /* what all of them take */
    size_t bytes;
    uint32_t count;
};

/* A message that is on its way, as its parts; borrows. */
struct gn_mqtt_parcel {
    gn_str topic;
    gn_str id; /* of an action, or empty */
    gn_bytes props;
    gn_bytes payload;
    int64_t expires_ms;
    uint32_t thing;
    uint8_t qos;
    bool retain;
    struct gn_mqtt_message *message; /* made when the first needs it; NULL before */
};

/* NULL: no memory, or GN_MQTT_MESSAGES_BYTES_MAX. The caller has the one reference. */
struct gn_mqtt_message *gn_mqtt_message_new(struct gn_mqtt_messages *all, const struct gn_mqtt_parcel *parcel);
static inline struct gn_mqtt_message *gn_mqtt_message_hold(struct gn_mqtt_message *message)
{
    message->refs++;
    return message;
}
void gn_mqtt_message_drop(struct gn_mqtt_messages *all, struct gn_mqtt_message *message); /* NULL is fine */
/* The parts of a message; borrows, and refers to it without holding it. */
struct gn_mqtt_parcel gn_mqtt_message_parcel(struct gn_mqtt_message *message);
gn_str gn_mqtt_message_topic(const struct gn_mqtt_message *message);
gn_str gn_mqtt_message_id(const struct gn_mqtt_message *message);
size_t gn_mqtt_message_bytes(const struct gn_mqtt_message *message);

static inline bool gn_mqtt_expired(int64_t expires_ms, int64_t now_ms)
{
    return expires_ms != 0 && now_ms >= expires_ms;
}

/* What is left, rounded up to seconds; at least 1 for what has not expired. */
static inline uint32_t gn_mqtt_expiry_left_s(int64_t expires_ms, int64_t now_ms)
{
    return expires_ms > now_ms ? (uint32_t)((expires_ms - now_ms + 999) / 1000) : 0;
}

#endif
