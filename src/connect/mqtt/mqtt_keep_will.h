/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_keep_will.h -- wills that outlive the node.
 *
 *   CONNECT ─▶ WILL ──┬─ DISCONNECT, or back in time ──▶ WILL_GONE
 *                     ├─ published ──▶ what it caused, and WILL_GONE: both or neither
 *                     └─ the node ends ──▶ start ──┬─ its session is kept: the delay begins, or goes on
 *                                                  └─ otherwise due at once
 *
 * The node's end is the end of all connections, and MQTT lets a server that failed or stopped put off the wills that
 * are due then until its next start (3.1.2.5 of version 5, 3.1.2-8 of 3.1.1). From then on it is as ever: published
 * when the delay is over or the session ends, not when the client is back before (MQTT-3.1.2-8); a will without delay
 * is due however soon the client is back. The delay counts from the start for who was connected, since nobody knows
 * from when else, and from when it left for who was away.
 *
 *   SESSION step WILL   name: topic   number: the will's own, value: of its session (0: none that is kept),
 *                                     then struct gn_mqtt_kept_will, properties, payload
 *
 * CONNACK does not wait for the disk: a will is sure to be known with the first thing that is acknowledged behind it.
 */
#ifndef GN_CONNECT_MQTT_KEEP_WILL_H
#define GN_CONNECT_MQTT_KEEP_WILL_H

#include "connect/mqtt/mqtt_keep.h"

struct gn_mqtt_kept_will {
    uint32_t delay_s;
    uint32_t expiry_s; /* of the message; 0: never */
    uint32_t props_size;
    uint8_t qos;
    uint8_t retain;
    uint16_t zero;
};

_Static_assert(sizeof(struct gn_mqtt_kept_will) == 16, "no padding");

void gn_mqtt_keep_will_init(struct gn_mqtt_server *server);
void gn_mqtt_keep_will_fini(struct gn_mqtt_server *server);
/* The client's will, unless it has none or it is kept already. One that finds no room is tried again each second. */
void gn_mqtt_keep_will(struct gn_mqtt_server *server, struct gn_mqtt_client *client);
/* A will is due, as in mqtt_clients.h. */
gn_err gn_mqtt_keep_will_publish(struct gn_mqtt_server *server, const struct gn_mqtt_last_will *will,
                                 const struct gn_mqtt_publish *publish);

/* At boot: WILL and WILL_GONE, and that all records have come. */
void gn_mqtt_keep_will_recall(struct gn_mqtt_server *server, const struct gn_record_message *record);
void gn_mqtt_keep_will_settle(struct gn_mqtt_server *server);
/* All of them, as records. */
void gn_mqtt_keep_will_image(struct gn_mqtt_server *server);

#endif
