/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_deliver.h"

#include <assert.h>
#include <stdio.h>

#include "connect/mqtt/mqtt_conn.h"
#include "connect/mqtt/mqtt_dispatch.h"
#include "connect/mqtt/mqtt_encode.h"
#include "connect/mqtt/mqtt_keep.h"
#include "connect/mqtt/mqtt_props.h"

enum { DELIVER_TOPIC_BYTES = GN_THING_ID_BYTES_MAX + GN_PROPERTY_BYTES_MAX + 32 };

static bool deliver_is_open(const struct gn_mqtt_client *client)
{
    return client->conn != NULL && gn_mqtt_conn_live(client->conn) && client->conn->session.state == GN_MQTT_OPEN;
}

uint32_t gn_mqtt_deliver_window(const struct gn_mqtt_conn *conn)
{
    return conn->session.receive_max < GN_MQTT_OUT_INFLIGHT_MAX ? conn->session.receive_max : GN_MQTT_OUT_INFLIGHT_MAX;
}

/* --- reports of actions --- */

/* One action's steps, in order. False: the ring is full. */
static bool deliver_report_one(struct gn_mqtt_server *server, struct gn_mqtt_client *client, struct gn_mqtt_out *out)
{
    const struct gn_intake *intake = &server->intake;
    const gn_str id = gn_mqtt_message_id(out->message);
    if (client->conn != NULL && out->written_at > 0 && client->conn->out_done >= out->written_at)
        out->sent_due = true;
    out->sent_due |= out->acked;
    if (out->sent_due && !out->sent_said) {
        if (intake->delivery(intake->self, id, GN_DELIVERY_SENT) == GN_ERR_AGAIN)
            return false;
        out->sent_said = true;
    }
    if (out->acked && intake->delivery(intake->self, id, GN_DELIVERY_ACKNOWLEDGED) == GN_ERR_AGAIN)
        return false;
    if (out->acked || (out->qos == 0 && out->sent_said))
        gn_mqtt_outbox_remove(&client->outbox, out, &server->clients.messages);
    return true;
}

void gn_mqtt_deliver_report(struct gn_mqtt_server *server, struct gn_mqtt_client *client)
{
    struct gn_mqtt_out *out, *next;
    bool said_all = true;
    for (out = TAILQ_FIRST(&client->outbox.actions); out != NULL; out = next) {
        next = TAILQ_NEXT(out, among_actions);
        said_all &= deliver_report_one(server, client, out);
    }
    server->reports_due |= !said_all;
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

/* --- a PUBLISH for one client, written where it leaves from --- */

struct deliver_packet {
    const struct gn_mqtt_parcel *parcel;
    uint8_t qos;
    bool dup;
    bool retain;
    uint16_t packet_id;
    gn_bytes ids;
    /* worked out */
    uint16_t alias;
    uint32_t expiry_s;
    gn_str topic;
    size_t props_size;
    size_t body_size;
};

static uint8_t *deliver_bytes(uint8_t *at, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

static uint8_t *deliver_u16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *deliver_varint(uint8_t *at, size_t value)
{
    do {
        const uint8_t low = value & 0x7f;
        value >>= 7;
        *at++ = value > 0 ? (uint8_t)(low | 0x80) : low;
    } while (value > 0);
    return at;
}

static uint8_t *deliver_props(uint8_t *at, const struct deliver_packet *packet)
{
    at = deliver_varint(at, packet->props_size);
    if (packet->expiry_s > 0) {
        *at++ = GN_MQTT_P_MESSAGE_EXPIRY;
        at = deliver_u16(at, packet->expiry_s >> 16);
        at = deliver_u16(at, packet->expiry_s & 0xffff);
    }
    if (packet->alias > 0) {
        *at++ = GN_MQTT_P_TOPIC_ALIAS;
        at = deliver_u16(at, packet->alias);
    }
    at = deliver_bytes(at, packet->ids.at, packet->ids.size);
    return deliver_bytes(at, packet->parcel->props.at, packet->parcel->props.size);
}

static size_t deliver_measure(struct deliver_packet *packet, uint8_t version)
{
    packet->body_size = 2 + packet->topic.size + (packet->qos > 0 ? 2 : 0) + packet->parcel->payload.size;
    if (version == GN_MQTT_V5) {
        packet->props_size = (packet->expiry_s > 0 ? 5u : 0u) + (packet->alias > 0 ? 3u : 0u) + packet->ids.size +
                             packet->parcel->props.size;
        packet->body_size += gn_mqtt_varint_size((uint32_t)packet->props_size) + packet->props_size;
    }
    return 1 + gn_mqtt_varint_size((uint32_t)packet->body_size) + packet->body_size;
}

/* Puts a number in the topic's place when the client takes some. */
static void deliver_alias(struct gn_mqtt_conn *conn, struct deliver_packet *packet)
{
    struct gn_mqtt_session *session = &conn->session;
    bool is_new = false;
    packet->alias = gn_mqtt_alias_of(&session->aliases_out, session->alias_max, packet->topic, &is_new);
    if (packet->alias != 0 && !is_new)
        packet->topic.size = 0;
}

/* True when it is on its way. False: the client takes no packet of that size, or is not there any more. */
static bool deliver_write(struct gn_mqtt_conn *conn, struct deliver_packet *packet)
{
    const uint8_t version = conn->session.version;
    packet->topic = packet->parcel->topic;
    packet->expiry_s = gn_mqtt_expiry_left_s(packet->parcel->expires_ms, gn_mqtt_now_ms(conn->server));
    size_t size = deliver_measure(packet, version);
    if (size + 3 > conn->session.packet_max || size > GN_MQTT_VARINT_MAX)
        return false;
    if (conn->session.alias_max > 0) {
        deliver_alias(conn, packet);
        size = deliver_measure(packet, version);
    }
    uint8_t *at = gn_mqtt_conn_claim(conn, size);
    if (at == NULL)
        return false;
    uint8_t *const end = at + size;
    *at++ = (uint8_t)(GN_MQTT_PUBLISH << 4 | (packet->dup ? 8u : 0u) | (unsigned)packet->qos << 1 |
                      (packet->retain ? 1u : 0u));
    at = deliver_varint(at, packet->body_size);
    at = deliver_u16(at, (unsigned)packet->topic.size);
    at = deliver_bytes(at, packet->topic.at, packet->topic.size);
    if (packet->qos > 0)
        at = deliver_u16(at, packet->packet_id);
    if (version == GN_MQTT_V5)
        at = deliver_props(at, packet);
    at = deliver_bytes(at, packet->parcel->payload.at, packet->parcel->payload.size);
    assert(at == end);
    (void)end;
    return true;
}

/* --- the outbox --- */

static void deliver_remove(struct gn_mqtt_server *server, struct gn_mqtt_client *client, struct gn_mqtt_out *out)
{
    if (out->is_kept)
        (void)gn_mqtt_keep_packet(server, client, GN_MQTT_KEEP_DONE, out->packet_id);
    gn_mqtt_outbox_remove(&client->outbox, out, &server->clients.messages);
}

static void deliver_release(struct gn_mqtt_conn *conn, uint16_t packet_id, uint8_t reason)
{
    uint8_t bytes[8];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    const struct gn_mqtt_ack packet = { .packet_id = packet_id, .reason = reason };
    gn_mqtt_encode_ack(&buf, GN_MQTT_PUBREL, conn->session.version, &packet);
    uint8_t *at = gn_mqtt_conn_claim(conn, buf.size);
    if (at != NULL)
        memcpy(at, bytes, buf.size);
}

bool gn_mqtt_deliver_allowed(struct gn_mqtt_server *server, uint32_t to, uint32_t from, gn_str topic)
{
    const struct gn_intake *intake = &server->intake;
    return intake->allows(intake->self, to, GN_VERB_RECEIVE, topic) &&
           (from == GN_NONE || intake->allows(intake->self, from, GN_VERB_PUBLISH, topic));
}

/* May it still be handed over? An action may: it is the node's own word to its Thing. */
static bool deliver_may(struct gn_mqtt_server *server, const struct gn_mqtt_client *client,
                        const struct gn_mqtt_out *out)
{
    if (out->message->id_size > 0)
        return true;
    if (out->state == GN_MQTT_OUT_WAITING && gn_mqtt_expired(out->message->expires_ms, gn_mqtt_now_ms(server))) {
        server->stats.expired++;
        return false;
    }
    if (gn_mqtt_deliver_allowed(server, client->thing, out->message->thing, gn_mqtt_message_topic(out->message)))
        return true;
    server->stats.withheld++;
    return false;
}

static void deliver_send(struct gn_mqtt_conn *conn, struct gn_mqtt_client *client, struct gn_mqtt_out *out)
{
    const struct gn_mqtt_parcel parcel = gn_mqtt_message_parcel(out->message);
    struct deliver_packet packet = {
        .parcel = &parcel,
        .qos = out->qos,
        .dup = out->state == GN_MQTT_OUT_SENT && out->qos > 0,
        .retain = out->retain,
        .packet_id = out->packet_id,
        .ids = { out->ids, out->ids_size },
    };
    if (!deliver_write(conn, &packet)) {
        if (gn_mqtt_conn_live(conn))
            deliver_remove(conn->server, client, out); /* as if it had been sent (MQTT-3.1.2-25) */
        return;
    }
    gn_mqtt_outbox_sent(&client->outbox, out, conn->out_total);
    if (out->qos == 0 && out->message->id_size == 0)
        deliver_remove(conn->server, client, out);
    else if (out->qos == 0)
        gn_mqtt_outbox_over(&client->outbox, out);
}

/* One step. False: no more now. */
static bool deliver_next(struct gn_mqtt_conn *conn, struct gn_mqtt_client *client, struct gn_mqtt_out *out)
{
    struct gn_mqtt_outbox *box = &client->outbox;
    if (out->state == GN_MQTT_OUT_OVER) {
        box->next = TAILQ_NEXT(out, among_all);
        return true;
    }
    if (gn_mqtt_conn_unsent(conn) > GN_MQTT_OUT_PAUSE ||
        (out->qos > 0 && box->in_flight >= gn_mqtt_deliver_window(conn)))
        return false;
    if (out->state == GN_MQTT_OUT_RELEASED) {
        deliver_release(conn, out->packet_id, GN_MQTT_SUCCESS);
        gn_mqtt_outbox_sent(box, out, conn->out_total);
    } else if (!deliver_may(conn->server, client, out)) {
        deliver_remove(conn->server, client, out);
    } else {
        deliver_send(conn, client, out);
    }
    return true;
}

void gn_mqtt_deliver_pending(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_client *client = conn->client;
    while (deliver_is_open(client) && client->outbox.next != NULL)
        if (!deliver_next(conn, client, client->outbox.next))
            break;
    if (client->outbox.action_count > 0)
        gn_mqtt_deliver_report(conn->server, client);
}

struct gn_mqtt_message *gn_mqtt_deliver_message(struct gn_mqtt_server *server, struct gn_mqtt_parcel *parcel)
{
    if (parcel->message == NULL)
        parcel->message = gn_mqtt_message_new(&server->clients.messages, parcel);
    return parcel->message;
}

/* Into the outbox. False: no room. */
static bool deliver_queue(struct gn_mqtt_server *server, struct gn_mqtt_client *client, struct gn_mqtt_parcel *parcel,
                          const struct gn_mqtt_out_wish *wish)
{
    const size_t size = sizeof(struct gn_mqtt_message) + parcel->topic.size + parcel->id.size + parcel->props.size +
                        parcel->payload.size;
    if (!gn_mqtt_outbox_has_room(&client->outbox, wish->is_shared_bytes ? 0 : size))
        return false;
    struct gn_mqtt_message *message = gn_mqtt_deliver_message(server, parcel);
    struct gn_mqtt_out *out = message != NULL ? gn_mqtt_outbox_add(&client->outbox, message, wish) : NULL;
    if (out != NULL)
        gn_mqtt_keep_target(server, client, parcel, out);
    return out != NULL;
}

void gn_mqtt_deliver_to(struct gn_mqtt_server *server, struct gn_mqtt_client *client, struct gn_mqtt_parcel *parcel,
                        const struct gn_mqtt_out_wish *wish)
{
    const bool is_open = deliver_is_open(client);
    if (wish->qos == 0 && !is_open)
        return;
    if (wish->qos == 0 && client->outbox.next == NULL && gn_mqtt_conn_unsent(client->conn) <= GN_MQTT_OUT_PAUSE) {
        struct deliver_packet packet = { .parcel = parcel, .retain = wish->retain, .ids = wish->ids };
        server->stats.routed += deliver_write(client->conn, &packet);
        return;
    }
    if (!deliver_queue(server, client, parcel, wish)) {
        server->stats.unrouted++;
        return;
    }
    server->stats.routed++;
    if (is_open)
        gn_mqtt_deliver_pending(client->conn);
}

/* --- answers --- */

static void deliver_refused(struct gn_mqtt_conn *conn, struct gn_mqtt_client *client, struct gn_mqtt_out *out,
                            uint8_t reason)
{
    char why[64];
    (void)snprintf(why, sizeof why, "the Thing refused a message with reason 0x%02x", reason);
    conn->server->intake.refused(conn->server->intake.self, client->thing, why);
    deliver_remove(conn->server, client, out);
}

static void deliver_received(struct gn_mqtt_conn *conn, struct gn_mqtt_client *client, struct gn_mqtt_out *out,
                             const struct gn_mqtt_ack *ack)
{
    if (out == NULL || out->qos != 2) { /* unknown here: its sender is to forget it */
        deliver_release(conn, ack->packet_id, conn->session.version == GN_MQTT_V5 ? GN_MQTT_UNKNOWN_ID : 0);
    } else if (ack->reason >= GN_MQTT_UNSPECIFIED) {
        deliver_refused(conn, client, out, ack->reason);
    } else {
        const uint64_t token = out->state == GN_MQTT_OUT_RELEASED || !out->is_kept
                                   ? 0
                                   : gn_mqtt_keep_packet(conn->server, client, GN_MQTT_KEEP_RELEASED, ack->packet_id);
        out->state = GN_MQTT_OUT_RELEASED;
        if (token == 0)
            deliver_release(conn, ack->packet_id, GN_MQTT_SUCCESS);
        else
            gn_mqtt_dispatch_promise(conn, GN_MQTT_PUBREL, ack->packet_id, token);
    }
}

void gn_mqtt_deliver_answered(struct gn_mqtt_conn *conn, uint8_t type, const struct gn_mqtt_ack *ack)
{
    struct gn_mqtt_client *client = conn->client;
    struct gn_mqtt_out *out = gn_mqtt_outbox_find(&client->outbox, ack->packet_id);
    if (out != NULL && out->state == GN_MQTT_OUT_RELEASED &&
        gn_mqtt_acks_promised(&conn->session.acks, GN_MQTT_PUBREL, ack->packet_id))
        return; /* its PUBREL waits for the disk: sooner there is nothing to say to a client that repeats itself */
    if (out != NULL && !out->in_flight)
        out = NULL; /* it was not sent in this connection: nothing to answer */
    if (type == GN_MQTT_PUBREC) {
        deliver_received(conn, client, out, ack);
    } else if (out == NULL || out->qos != (type == GN_MQTT_PUBACK ? 1 : 2) ||
               (type == GN_MQTT_PUBCOMP && out->state != GN_MQTT_OUT_RELEASED)) {
        return; /* nothing waits for it: a client that repeats itself does no harm */
    } else if (type == GN_MQTT_PUBACK && ack->reason >= GN_MQTT_UNSPECIFIED) {
        deliver_refused(conn, client, out, ack->reason);
    } else if (out->message->id_size > 0) {
        gn_mqtt_outbox_over(&client->outbox, out);
        out->acked = true;
    } else {
        deliver_remove(conn->server, client, out);
    }
    gn_mqtt_deliver_pending(conn);
}

/* --- actions --- */

/* FULL: the client takes no packet of that size. AGAIN: it has no room now. */
static gn_err deliver_action(struct gn_mqtt_server *server, struct gn_mqtt_client *client,
                             struct gn_mqtt_parcel *parcel, uint8_t qos)
{
    const struct gn_mqtt_out_wish wish = { .qos = qos };
    if (parcel->topic.size + parcel->payload.size + 16 > client->conn->session.packet_max)
        return GN_ERR_FULL;
    if (client->outbox.action_count >= GN_MQTT_OUT_INFLIGHT_MAX || !deliver_queue(server, client, parcel, &wish))
        return GN_ERR_AGAIN;
    server->stats.actions++;
    gn_mqtt_deliver_pending(client->conn);
    return GN_OK;
}

/* To one client of the Thing, if it listens. */
static gn_err deliver_action_to(struct gn_mqtt_server *server, struct gn_mqtt_owner *owner,
                                struct gn_mqtt_parcel *parcel)
{
    struct gn_mqtt_client *client = gn_mqtt_client_of(owner);
    uint8_t qos = 0;
    for (const struct gn_mqtt_sub *sub = owner->matched; sub != NULL; sub = sub->next_match)
        if ((sub->options & 3) > qos)
            qos = sub->options & 3;
    owner->matched = NULL;
    if (client->thing != parcel->thing || !deliver_is_open(client))
        return GN_ERR_NOT_FOUND;
    const gn_err err = deliver_action(server, client, parcel, qos > 1 ? 1 : qos);
    if (err != GN_ERR_FULL)
        return err;
    server->intake.refused(server->intake.self, client->thing, "the Thing takes no packet as large as an action");
    return GN_ERR_NOT_FOUND;
}

gn_err gn_mqtt_deliver(struct gn_mqtt_server *server, const struct gn_action_out *action)
{
    char topic[DELIVER_TOPIC_BYTES];
    struct gn_mqtt_match match;
    struct gn_mqtt_owner *owner, *next;
    gn_err answer = GN_ERR_NOT_FOUND;
    if (action->thing >= server->intake.registry->thing_count || server->is_stopping)
        return GN_ERR_NOT_FOUND;
    (void)snprintf(topic, sizeof topic, "things/%s/actions/%.*s", server->intake.registry->things[action->thing].id,
                   GN_STR_ARGS(action->action));
    struct gn_mqtt_parcel parcel = {
        .topic = gn_str_of(topic),
        .id = action->id,
        .payload = { (const uint8_t *)action->payload.at, action->payload.size },
        .thing = action->thing,
        .qos = 1,
    };
    gn_mqtt_subs_match(&server->clients.subs, parcel.topic, &match);
    for (owner = match.owners; owner != NULL; owner = next) {
        next = owner->next_match;
        const gn_err err = deliver_action_to(server, owner, &parcel);
        if (err == GN_OK || (err == GN_ERR_AGAIN && answer != GN_OK))
            answer = err;
    }
    gn_mqtt_message_drop(&server->clients.messages, parcel.message);
    return answer;
}
