/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_deliver.h -- to one client: live, queued, again after a return; and the node's actions.
 *
 *   deliver_to ─┬─ QoS 0, nothing waits ─▶ written               a client that is away gets no QoS 0
 *               └─ outbox ─▶ pending ─▶ written ─▶ PUBACK, PUBREC ─▶ PUBREL ─▶ PUBCOMP
 *                              └ expired, or not to be heard any more: dropped, counted
 *
 * An action goes to every connected client of the Thing that subscribed to its topic; its steps (SENT when the
 * kernel has it, ACKNOWLEDGED at the PUBACK) are told to the intake, once a client. Nothing here ends a connection. */
#ifndef GN_CONNECT_MQTT_DELIVER_H
#define GN_CONNECT_MQTT_DELIVER_H

#include "connect/mqtt/mqtt_server.h"

/* As in connect/adapter.h. */
gn_err gn_mqtt_deliver(struct gn_mqtt_server *server, const struct gn_action_out *action);
/* May that Thing hear this topic now, and may the one who sent it (GN_NONE: the node) still say it? */
bool gn_mqtt_deliver_allowed(struct gn_mqtt_server *server, uint32_t to, uint32_t from, gn_str topic);
/* Whether the client may hear it was asked. Counts what there is no room for. */
void gn_mqtt_deliver_to(struct gn_mqtt_server *server, struct gn_mqtt_client *client, struct gn_mqtt_parcel *parcel,
                        const struct gn_mqtt_out_wish *wish);
/* The parcel's message, made when it is needed for the first time; the parcel has a reference. NULL: no room. */
struct gn_mqtt_message *gn_mqtt_deliver_message(struct gn_mqtt_server *server, struct gn_mqtt_parcel *parcel);
/* How many messages the client may have in flight. */
uint32_t gn_mqtt_deliver_window(const struct gn_mqtt_conn *conn);

/* The client answered a message of ours: PUBACK, PUBREC, PUBCOMP. */
void gn_mqtt_deliver_answered(struct gn_mqtt_conn *conn, uint8_t type, const struct gn_mqtt_ack *ack);
/* Sends what the client has not been sent in this connection, as far as it takes it. */
void gn_mqtt_deliver_pending(struct gn_mqtt_conn *conn);
/* Tells the intake what is due of the client's actions; remembers what it could not. */
void gn_mqtt_deliver_report(struct gn_mqtt_server *server, struct gn_mqtt_client *client);
/* The same for all clients. */
void gn_mqtt_deliver_report_all(struct gn_mqtt_server *server);

#endif
