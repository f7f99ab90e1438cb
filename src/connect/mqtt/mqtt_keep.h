/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_keep.h -- what of sessions and messages survives the node's end.
 *
 *   kept: sessions with an expiry; messages above QoS 0 that wait for one of them; retained messages; all wills
 *
 *   change ─▶ record (PUBLISH, SESSION) ─▶ ring ─▶ journal
 *   all of it, now and then ─▶ image (the same records)
 *   start: image, then the journal behind it ─▶ recall ─▶ as it was
 *
 * PUBACK, PUBREC, PUBCOMP, SUBACK, UNSUBACK and our PUBREL leave when the record that they promise is durable.
 *
 *   SESSION step   packet      name        body: number u32, value u32, extra i64
 *     BEGIN        -           client id   value: expiry in seconds        the session's number is given here
 *     END, AWAY    -           -           AWAY: extra: until when, wall clock; value: so many seconds before, its will
 *     SUBSCRIBE    -           filter      value: its id, extra: options
 *     UNSUBSCRIBE  -           filter
 *     OPEN, CLOSED packet id   -           a QoS 2 message of the client came; was released
 *     RELEASED     packet id   -           PUBREC came to a message of ours: from now on only PUBREL is sent
 *     DONE         packet id   -           the client has it
 *     WILL         -           topic       see mqtt_keep_will.h, as for WILL_GONE
 *   PUBLISH: flag 1: retained, name: topic, body: struct gn_mqtt_kept_publish, targets, properties, payload
 *
 * A record that finds no room is left out where leaving it out means that something is done twice which may be (DONE),
 * or that a session is kept longer (END, AWAY); for all others the packet waits (intake.has_room).
 * Expiry is kept as wall clock. */
#ifndef GN_CONNECT_MQTT_KEEP_H
#define GN_CONNECT_MQTT_KEEP_H

#include "connect/mqtt/mqtt_server.h"

typedef enum gn_mqtt_keep_step {
    GN_MQTT_KEEP_BEGIN = 1,
    GN_MQTT_KEEP_END,
    GN_MQTT_KEEP_AWAY,
    GN_MQTT_KEEP_SUBSCRIBE,
    GN_MQTT_KEEP_UNSUBSCRIBE,
    GN_MQTT_KEEP_OPEN,
    GN_MQTT_KEEP_CLOSED,
    GN_MQTT_KEEP_RELEASED,
    GN_MQTT_KEEP_DONE,
    GN_MQTT_KEEP_WILL,
    GN_MQTT_KEEP_WILL_GONE,
} gn_mqtt_keep_step;

struct gn_mqtt_kept_step {
    uint32_t number;
    uint32_t value;
    int64_t extra;
};

struct gn_mqtt_kept_publish {
    int64_t expires_ms; /* wall clock; 0: never */
    uint32_t props_size;
    uint16_t target_count;
    uint8_t qos;
    uint8_t retain;
};

_Static_assert(sizeof(struct gn_mqtt_kept_step) == 16 && sizeof(struct gn_mqtt_kept_publish) == 16, "no padding");

/* Room for what one packet may cause; otherwise the packet waits for the ring. */
static inline bool gn_mqtt_keep_has_room(const struct gn_mqtt_server *server)
{
    return server->intake.has_room == NULL || server->intake.has_room(server->intake.self);
}

/* The client whose session has that number, or NULL. */
struct gn_mqtt_client *gn_mqtt_keep_find(struct gn_mqtt_server *server, uint32_t number);
/* The session or will of that number is there: the next one gets a higher. */
static inline void gn_mqtt_keep_seen(struct gn_mqtt_server *server, uint32_t number)
{
    if (number > server->last_number)
        server->last_number = number;
}

/* A client came: its session is kept from now on, or not any more. */
void gn_mqtt_keep_join(struct gn_mqtt_server *server, struct gn_mqtt_client *client, bool present);
/* A client went, or (gone) is forgotten. */
void gn_mqtt_keep_leave(struct gn_mqtt_server *server, struct gn_mqtt_client *client, bool gone);
/* One of the steps that has a packet id; the token to wait for, or 0 when the session is not kept: as for the next two.
 */
uint64_t gn_mqtt_keep_packet(struct gn_mqtt_server *server, const struct gn_mqtt_client *client, gn_mqtt_keep_step step,
                             uint16_t packet_id);
uint64_t gn_mqtt_keep_subscribe(struct gn_mqtt_server *server, const struct gn_mqtt_client *client, gn_str filter,
                                uint8_t options, uint32_t id);
uint64_t gn_mqtt_keep_unsubscribe(struct gn_mqtt_server *server, const struct gn_mqtt_client *client, gn_str filter);

/* The message at hand waits for that client: named in the next gn_mqtt_keep_publish. */
void gn_mqtt_keep_target(struct gn_mqtt_server *server, const struct gn_mqtt_client *client,
                         const struct gn_mqtt_parcel *parcel, struct gn_mqtt_out *out);
/* The message is retained, or was given targets: the token to wait for, 0 when it is neither. */
uint64_t gn_mqtt_keep_publish(struct gn_mqtt_server *server, const struct gn_mqtt_parcel *parcel, bool retained);

/* As in connect/adapter.h. */
void gn_mqtt_keep_recall(struct gn_mqtt_server *server, const struct gn_record_head *record);
gn_err gn_mqtt_keep_image(struct gn_mqtt_server *server, struct gn_buf *out);

#endif
