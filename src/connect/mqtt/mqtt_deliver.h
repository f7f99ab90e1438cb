/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_deliver.h -- messages to clients: actions of the node, and what a Thing's clients tell one another.
 *
 * An action goes to every connected client of the Thing that subscribed to its topic; its steps (SENT when the
 * kernel has it, ACKNOWLEDGED at the PUBACK) are told to the intake, once a client. */
#ifndef GN_CONNECT_MQTT_DELIVER_H
#define GN_CONNECT_MQTT_DELIVER_H

#include "connect/mqtt/mqtt_server.h"

/* As in connect/adapter.h. */
gn_err gn_mqtt_deliver(struct gn_mqtt_server *server, const struct gn_action_out *action);
/* Hands a message that was accepted to all clients of the Thing that subscribed to it. `from` may be NULL. */
void gn_mqtt_deliver_route(struct gn_mqtt_server *server, uint32_t thing, const struct gn_mqtt_client *from,
                           const struct gn_mqtt_publish *publish);
/* The client acknowledged a message of ours. */
void gn_mqtt_deliver_acknowledged(struct gn_mqtt_conn *conn, const struct gn_mqtt_ack *ack);
/* Sends what the client has not been sent in this connection, as far as it takes it. */
void gn_mqtt_deliver_pending(struct gn_mqtt_conn *conn);
/* Tells the intake what is due; remembers what it could not. */
void gn_mqtt_deliver_report(struct gn_mqtt_server *server, struct gn_mqtt_client *client);
/* The same for all clients. */
void gn_mqtt_deliver_report_all(struct gn_mqtt_server *server);

#endif
