/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_deliver.h"

#include <stdio.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_conn.h"
#include "connect/mqtt/mqtt_encode.h"

enum { DELIVER_TOPIC_BYTES = GN_THING_ID_BYTES_MAX + GN_PROPERTY_BYTES_MAX + 32 };

static bool deliver_is_open(const struct gn_mqtt_client *client)
{
    return client->conn != NULL && gn_mqtt_conn_live(client->conn) && client->conn->session.state == GN_MQTT_OPEN;
}

/* --- reports --- */

/* One message's steps, in order. False: the ring is full. */
static bool deliver_report_one(const struct gn_mqtt_server *server, const struct gn_mqtt_client *client,
                               struct gn_mqtt_out *out)
{
    const struct gn_intake *intake = &server->intake;
    const gn_str id = gn_mqtt_out_id(out);
    if (client->conn != NULL && out->written_at > 0 && client->conn->out_done >= out->written_at)
        out->sent_due = true;
    out->sent_due |= out->acked;
    if (out->is_action && out->sent_due && !out->sent_said) {
        if (intake->delivery(intake->self, id, GN_DELIVERY_SENT) == GN_ERR_AGAIN)
            return false;
        out->sent_said = true;
    }
    if (out->is_action && out->acked && intake->delivery(intake->self, id, GN_DELIVERY_ACKNOWLEDGED) == GN_ERR_AGAIN)
        return false;
    if (out->acked || (out->packet_id == 0 && out->sent_due))
        out->dropped = true;
    return true;
}

void gn_mqtt_deliver_report(struct gn_mqtt_server *server, struct gn_mqtt_client *client)
{
    struct gn_mqtt_out *out;
    bool said_all = true;
    for (out = client->outbox.first; out != NULL; out = out->next)
        if (!out->dropped)
            said_all &= deliver_report_one(server, client, out);
    server->reports_due |= !said_all;
    while ((out = gn_mqtt_outbox_take_over(&client->outbox)) != NULL)
        gn_mem_give(out);
}

void gn_mqtt_deliver_report_all(struct gn_mqtt_server *server)
{
    struct gn_mqtt_client *client;
    if (!server->reports_due)
        return;
    server->reports_due = false;
    TAILQ_FOREACH(client, &server->clients.connected, among_all)
    gn_mqtt_deliver_report(server, client);
    TAILQ_FOREACH(client, &server->clients.away, among_all)
    gn_mqtt_deliver_report(server, client);
}

/* --- sending --- */

static void deliver_write(struct gn_mqtt_conn *conn, struct gn_mqtt_out *out)
{
    struct gn_mqtt_server *server = conn->server;
    struct gn_buf buf = gn_buf_over(server->message_bytes, sizeof server->message_bytes);
    gn_mqtt_out_packet(out, &server->message);
    gn_mqtt_encode_publish(&buf, conn->session.version, &server->message);
    if (buf.full || buf.size > conn->session.packet_max) { /* the client came back with a smaller limit */
        out->dropped = true;
        return;
    }
    out->was_sent = true;
    out->written_at = conn->out_total + buf.size;
    gn_mqtt_conn_put(conn, buf.at, buf.size);
}

/* Messages the client has been sent, and not acknowledged. */
static uint32_t deliver_in_flight(const struct gn_mqtt_client *client)
{
    uint32_t count = 0;
    for (const struct gn_mqtt_out *out = client->outbox.first; out != NULL; out = out->next)
        count += out->packet_id != 0 && out->written_at != 0 && !out->acked && !out->dropped;
    return count;
}

static struct gn_mqtt_out *deliver_next_unsent(const struct gn_mqtt_client *client)
{
    struct gn_mqtt_out *out = client->outbox.first;
    while (out != NULL && (out->written_at != 0 || out->acked || out->dropped))
        out = out->next;
    return out;
}

void gn_mqtt_deliver_pending(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_client *client = conn->client;
    struct gn_mqtt_out *out;
    while (client != NULL && deliver_is_open(client) && (out = deliver_next_unsent(client)) != NULL) {
        if (out->packet_id != 0 && deliver_in_flight(client) >= conn->session.receive_max)
            break;
        deliver_write(conn, out);
        client = conn->client; /* NULL when the write ended the connection */
    }
    if (client != NULL)
        gn_mqtt_deliver_report(conn->server, client);
}

void gn_mqtt_deliver_acknowledged(struct gn_mqtt_conn *conn, const struct gn_mqtt_ack *ack)
{
    struct gn_mqtt_client *client = conn->client;
    struct gn_mqtt_out *out = gn_mqtt_outbox_find(&client->outbox, ack->packet_id);
    if (out == NULL)
        return; /* nothing waits for it: a client that repeats itself does no harm */
    if (ack->reason >= GN_MQTT_UNSPECIFIED) {
        char why[64];
        (void)snprintf(why, sizeof why, "the Thing refused a message with reason 0x%02x", ack->reason);
        conn->server->intake.refused(conn->server->intake.self, client->thing, why);
        out->dropped = true;
    } else {
        out->acked = true;
    }
    gn_mqtt_deliver_report(conn->server, client);
    gn_mqtt_deliver_pending(conn);
}

/* FULL: the client takes no packet of that size. AGAIN: it has no room now. */
static gn_err deliver_post(struct gn_mqtt_client *client, const struct gn_mqtt_out_parts *parts, uint8_t qos)
{
    const size_t size = gn_mqtt_out_size(parts);
    const uint32_t packet_max = client->conn != NULL ? client->conn->session.packet_max : UINT32_MAX;
    if (parts->topic.size + parts->props.size + parts->payload.size + 16 > packet_max)
        return GN_ERR_FULL;
    if (!gn_mqtt_outbox_has_room(&client->outbox, size, GN_MQTT_OUT_INFLIGHT_MAX))
        return GN_ERR_AGAIN;
    struct gn_mqtt_out *out = gn_mem_take(size, "mqtt outbox");
    if (out == NULL)
        return GN_ERR_AGAIN;
    gn_mqtt_out_fill(out, parts);
    gn_mqtt_outbox_add(&client->outbox, out, qos);
    return GN_OK;
}

gn_err gn_mqtt_deliver(struct gn_mqtt_server *server, const struct gn_action_out *action)
{
    char topic[DELIVER_TOPIC_BYTES];
    struct gn_mqtt_client *client, *next;
    gn_err answer = GN_ERR_NOT_FOUND;
    if (action->thing >= server->intake.registry->thing_count || server->is_stopping ||
        !server->clients.rows[action->thing].is_set_up)
        return GN_ERR_NOT_FOUND;
    (void)snprintf(topic, sizeof topic, "things/%s/actions/%.*s", server->intake.registry->things[action->thing].id,
                   GN_STR_ARGS(action->action));
    const struct gn_mqtt_out_parts parts = {
        .topic = gn_str_of(topic),
        .id = action->id,
        .payload = { (const uint8_t *)action->payload.at, action->payload.size },
    };
    for (client = TAILQ_FIRST(&server->clients.rows[action->thing].clients); client != NULL; client = next) {
        uint8_t qos;
        next = TAILQ_NEXT(client, of_thing);
        if (!deliver_is_open(client) || !gn_mqtt_subs_match(&client->subs, parts.topic, false, &qos))
            continue;
        const gn_err err = deliver_post(client, &parts, qos);
        if (err == GN_OK) {
            server->stats.actions++;
            answer = GN_OK;
            gn_mqtt_deliver_pending(client->conn);
        } else if (err == GN_ERR_AGAIN && answer != GN_OK) {
            answer = GN_ERR_AGAIN;
        } else if (err == GN_ERR_FULL) {
            server->intake.refused(server->intake.self, client->thing,
                                   "the Thing takes no packet as large as an action");
        }
    }
    return answer;
}

/* --- between the clients of a Thing --- */

/* QoS 0 goes straight out, and is not kept for anybody. */
static void deliver_straight(struct gn_mqtt_conn *conn, const struct gn_mqtt_publish *publish)
{
    struct gn_mqtt_server *server = conn->server;
    struct gn_mqtt_publish *message = &server->message;
    struct gn_buf buf = gn_buf_over(server->message_bytes, sizeof server->message_bytes);
    message->qos = 0;
    message->dup = false;
    message->retain = false;
    message->packet_id = 0;
    message->topic = publish->topic;
    message->payload = publish->payload;
    message->props.has = 0;
    message->props.raw = publish->props.raw;
    if (gn_mqtt_publish_size(conn->session.version, message) > conn->session.packet_max)
        return;
    gn_mqtt_encode_publish(&buf, conn->session.version, message);
    if (!buf.full)
        gn_mqtt_conn_put(conn, buf.at, buf.size);
}

static void deliver_route_to(struct gn_mqtt_server *server, struct gn_mqtt_client *client,
                             const struct gn_mqtt_publish *publish, uint8_t qos)
{
    const struct gn_mqtt_out_parts parts = { .topic = publish->topic,
                                             .props = publish->props.raw,
                                             .payload = publish->payload };
    if (qos == 0 || publish->qos == 0) {
        if (!deliver_is_open(client))
            return;
        deliver_straight(client->conn, publish);
    } else if (deliver_post(client, &parts, 1) != GN_OK) {
        server->stats.unrouted++;
        return;
    } else if (deliver_is_open(client)) {
        gn_mqtt_deliver_pending(client->conn);
    }
    server->stats.routed++;
}

void gn_mqtt_deliver_route(struct gn_mqtt_server *server, uint32_t thing, const struct gn_mqtt_client *from,
                           const struct gn_mqtt_publish *publish)
{
    struct gn_mqtt_client *client, *next;
    for (client = TAILQ_FIRST(&server->clients.rows[thing].clients); client != NULL; client = next) {
        uint8_t qos;
        next = TAILQ_NEXT(client, of_thing);
        if (client->subs.count > 0 && gn_mqtt_subs_match(&client->subs, publish->topic, client == from, &qos))
            deliver_route_to(server, client, publish, qos);
    }
}
