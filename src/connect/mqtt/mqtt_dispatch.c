/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_dispatch.h"

#include <assert.h>
#include <stdio.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_auth.h"
#include "connect/mqtt/mqtt_conn.h"
#include "connect/mqtt/mqtt_decode.h"
#include "connect/mqtt/mqtt_deliver.h"
#include "connect/mqtt/mqtt_keep_will.h"
#include "connect/mqtt/mqtt_props.h"
#include "connect/mqtt/mqtt_route.h"
#include "connect/mqtt/mqtt_topic.h"
#include "connect/mqtt/mqtt_wire.h"
#include "os/entropy.h"

enum { DISPATCH_ASSIGNED_BYTES = 24 };

static void dispatch_refused(struct gn_mqtt_server *server, uint32_t thing, const char *why)
{
    server->intake.refused(server->intake.self, thing, why);
}

/* --- CONNECT --- */

gn_str gn_mqtt_dispatch_source(const struct gn_mqtt_conn *conn, char to[static GN_MQTT_SOURCE_TEXT_BYTES])
{
    struct sockaddr_storage address;
    int size = sizeof address;
    to[0] = '\0';
    if (uv_tcp_getpeername(&conn->tcp, (struct sockaddr *)&address, &size) == 0) {
        if (address.ss_family == AF_INET6)
            GN_IGNORE(uv_ip6_name((const struct sockaddr_in6 *)&address, to, GN_MQTT_SOURCE_TEXT_BYTES), "stays empty");
        else
            GN_IGNORE(uv_ip4_name((const struct sockaddr_in *)&address, to, GN_MQTT_SOURCE_TEXT_BYTES), "stays empty");
    }
    return gn_str_of(to);
}

static void dispatch_refuse(struct gn_mqtt_conn *conn, uint8_t reason, const char *words, struct gn_buf *out)
{
    conn->server->stats.denied++;
    gn_mqtt_session_refuse(&conn->session, reason, gn_str_of(words), out);
}

/* The same words for an unknown id and a wrong token, at the same time; the operator is told which source it was. */
static void dispatch_deny(struct gn_mqtt_conn *conn, gn_str user, gn_str source, int64_t delay_ms, struct gn_buf *out)
{
    struct gn_mqtt_server *server = conn->server;
    char why[GN_MQTT_SOURCE_TEXT_BYTES + 48];
    uint32_t thing = GN_NONE;
    (void)gn_registry_thing(server->intake.registry, user, &thing);
    (void)snprintf(why, sizeof why, "a wrong id or token from %.*s", GN_STR_ARGS(source));
    dispatch_refused(server, thing, why);
    if (delay_ms <= 0) {
        dispatch_refuse(conn, GN_MQTT_BAD_CREDENTIALS, "wrong id or token", out);
        return;
    }
    conn->held_reason = GN_MQTT_BAD_CREDENTIALS;
    conn->deadline_ms = gn_mqtt_now_ms(server) + delay_ms;
    gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_ASK);
    gn_mqtt_server_look_in(server, delay_ms);
}

void gn_mqtt_dispatch_deny(struct gn_mqtt_conn *conn)
{
    uint8_t bytes[GN_MQTT_ANSWER_BYTES_MAX];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    dispatch_refuse(conn, conn->held_reason, "wrong id or token", &out);
    conn->held_reason = 0;
    gn_mqtt_conn_write(conn, bytes, out.size);
    gn_mqtt_conn_linger(conn, GN_MQTT_LEFT_BADLY);
}

/* What may be wrong with the will of a Thing that is who it says. NULL: nothing. */
static const char *dispatch_will_refusal(const struct gn_mqtt_server *server, uint32_t thing,
                                         const struct gn_mqtt_connect *connect, uint8_t *out_reason)
{
    if (!connect->has_will)
        return NULL;
    if (!gn_mqtt_inbound_topic(&server->intake, thing, connect->will.topic)) {
        *out_reason = GN_MQTT_NOT_AUTHORIZED;
        return "the will's topic is not one the Thing may publish to";
    }
    if (connect->will.payload.size > GN_MQTT_WILL_BYTES_MAX) {
        *out_reason = GN_MQTT_QUOTA;
        return "the will is larger than MQTT_WILL_BYTES_MAX";
    }
    return NULL;
}

/* An older connection of the same client ends first. */
static void dispatch_take_over(struct gn_mqtt_server *server, uint32_t thing, gn_str id, bool clean)
{
    struct gn_mqtt_client *old = gn_mqtt_clients_find(&server->clients, thing, id);
    if (old == NULL || old->conn == NULL)
        return;
    if (clean)
        old->conn->session.expiry_s = 0; /* its session ends with it */
    gn_mqtt_conn_end(old->conn, GN_MQTT_TAKEN_OVER, "another connection has this client id", GN_MQTT_LEFT_TAKEN_OVER);
}

static void dispatch_welcome(struct gn_mqtt_conn *conn, const struct gn_mqtt_connect *connect, gn_str assigned,
                             bool present, gn_bytes proof, struct gn_buf *out)
{
    char info[GN_THING_ID_BYTES_MAX + 16];
    (void)snprintf(info, sizeof info, "things/%s", conn->server->intake.registry->things[conn->client->thing].id);
    const struct gn_mqtt_welcome welcome = { .assigned = assigned,
                                             .response_info = gn_str_of(info),
                                             .method = proof.size > 0 ? gn_mqtt_auth_method() : (gn_str){ 0 },
                                             .proof = proof,
                                             .present = present };
    gn_mqtt_session_accept(&conn->session, connect, &welcome, out);
}

static void dispatch_join(struct gn_mqtt_conn *conn, uint32_t thing, const struct gn_mqtt_connect *connect,
                          gn_bytes proof, struct gn_buf *out)
{
    struct gn_mqtt_server *server = conn->server;
    char assigned[DISPATCH_ASSIGNED_BYTES];
    gn_str id = connect->client_id;
    bool present = false;
    uint64_t random;
    if (id.size == 0) {
        gn_entropy(&random, sizeof random);
        (void)snprintf(assigned, sizeof assigned, "gn-%016llx", (unsigned long long)random);
        id = gn_str_of(assigned);
    }
    dispatch_take_over(server, thing, id, connect->clean);
    if (gn_mqtt_clients_join(&server->clients, thing, id, connect->clean, conn, &conn->client, &present) ||
        (connect->has_will && gn_mqtt_clients_will(conn->client, &connect->will))) {
        dispatch_refuse(conn, GN_MQTT_IMPLEMENTATION, "no memory", out);
        return;
    }
    gn_mqtt_conn_admit(conn);
    conn->client->expiry_s = conn->session.expiry_s;
    gn_mqtt_keep_join(server, conn->client, present);
    gn_mqtt_keep_will(server, conn->client);
    conn->session.open_ids = conn->client->ids.count;
    conn->deadline_ms = 0;
    dispatch_welcome(conn, connect, connect->client_id.size == 0 ? id : (gn_str){ 0 }, present, proof, out);
}

/* Who it is, by the certificate it has shown, and by no password then. NOT_FOUND: it has shown none. */
static gn_err dispatch_by_certificate(const struct gn_mqtt_conn *conn, const struct gn_mqtt_connect *connect,
                                      uint32_t *out_thing)
{
    char id[GN_THING_ID_BYTES_MAX + 1];
    const gn_err err = gn_mqtt_wire_peer(conn, id);
    if (err != GN_OK)
        return err;
    if (connect->has_user && connect->user.size > 0 && !gn_str_equal(connect->user, gn_str_of(id)))
        return GN_ERR_DENIED;
    const struct gn_intake *intake = &conn->server->intake;
    return intake->recognise(intake->self, gn_str_of(id), out_thing);
}

/* It is who it says: is its will one it may have? `proof` is what an authentication ends with, or empty. */
static void dispatch_admit(struct gn_mqtt_conn *conn, uint32_t thing, const struct gn_mqtt_connect *connect,
                           gn_bytes proof, struct gn_buf *out)
{
    uint8_t reason = GN_MQTT_SUCCESS;
    const char *words = dispatch_will_refusal(conn->server, thing, connect, &reason);
    if (words == NULL) {
        dispatch_join(conn, thing, connect, proof, out);
        return;
    }
    dispatch_refuse(conn, reason, words, out);
    dispatch_refused(conn->server, thing, words);
}

/* An authentication ended before the client was let in. */
static void dispatch_auth_over(struct gn_mqtt_conn *conn, const struct gn_mqtt_auth_result *result, gn_str source,
                               struct gn_buf *out)
{
    struct gn_mqtt_auth *auth = conn->auth;
    struct gn_mqtt_frame frame;
    struct gn_mqtt_connect connect;
    struct gn_mqtt_fault fault;
    size_t need;
    if (result->end == GN_MQTT_AUTH_BROKEN) {
        dispatch_refuse(conn, result->reason, result->words, out);
        dispatch_refused(conn->server, GN_NONE, result->words);
    } else if (result->end == GN_MQTT_AUTH_WRONG) {
        dispatch_deny(conn, gn_str_of(auth->scram.id), source, result->delay_ms, out);
    } else if (gn_mqtt_frame_next((gn_bytes){ auth->packet, auth->packet_size }, GN_MQTT_CONNECT_BYTES_MAX, &frame,
                                  &need) == GN_OK &&
               gn_mqtt_decode_connect(&frame, &connect, &fault) == GN_OK) {
        dispatch_admit(conn, result->thing, &connect, (gn_bytes){ result->proof, result->proof_size }, out);
    }
}

static void dispatch_auth(struct gn_mqtt_conn *conn, const struct gn_mqtt_ack *packet, struct gn_buf *out)
{
    struct gn_mqtt_auth_result result;
    char source_text[GN_MQTT_SOURCE_TEXT_BYTES];
    const gn_str source = gn_mqtt_dispatch_source(conn, source_text);
    gn_mqtt_auth_packet(conn, packet, source, out, &result);
    if (result.end == GN_MQTT_AUTH_GOES_ON)
        return;
    if (conn->client == NULL)
        dispatch_auth_over(conn, &result, source, out);
    else if (result.end == GN_MQTT_AUTH_BROKEN)
        gn_mqtt_conn_end(conn, result.reason, result.words, GN_MQTT_LEFT_BADLY);
    else if (result.end == GN_MQTT_AUTH_WRONG || conn->client->thing != result.thing)
        gn_mqtt_conn_end(conn, GN_MQTT_NOT_AUTHORIZED, "it is not the Thing it was", GN_MQTT_LEFT_BADLY);
    gn_mqtt_auth_forget(conn);
}

static void dispatch_auth_connect(struct gn_mqtt_conn *conn, const struct gn_mqtt_connect *connect, struct gn_buf *out)
{
    struct gn_mqtt_auth_result result;
    gn_mqtt_auth_connect(conn, connect, out, &result);
    if (result.end == GN_MQTT_AUTH_GOES_ON)
        return;
    dispatch_auth_over(conn, &result, (gn_str){ 0 }, out);
    gn_mqtt_auth_forget(conn);
}

static void dispatch_connect(struct gn_mqtt_conn *conn, struct gn_mqtt_connect *connect, struct gn_buf *out)
{
    struct gn_mqtt_server *server = conn->server;
    char source_text[GN_MQTT_SOURCE_TEXT_BYTES];
    const gn_str source = gn_mqtt_dispatch_source(conn, source_text);
    int64_t delay_ms = 0;
    uint32_t thing = GN_NONE;
    if (conn->session.with_auth) {
        dispatch_auth_connect(conn, connect, out);
        return;
    }
    gn_err err = dispatch_by_certificate(conn, connect, &thing);
    if (err == GN_ERR_NOT_FOUND && (!connect->has_user || !connect->has_password)) {
        dispatch_refuse(conn, GN_MQTT_BAD_CREDENTIALS, "a Thing's id as user name and its token as password", out);
        dispatch_refused(server, GN_NONE, "a CONNECT without user name and password");
        return;
    }
    if (err == GN_ERR_NOT_FOUND)
        err = server->intake.authenticate(server->intake.self, connect->user, connect->password, source, &thing,
                                          &delay_ms);
    if (connect->password.size > 0)
        explicit_bzero((void *)(uintptr_t)connect->password.at, connect->password.size);
    if (err != GN_OK || thing >= server->intake.registry->thing_count) {
        dispatch_deny(conn, connect->user, source, delay_ms, out);
        return;
    }
    dispatch_admit(conn, thing, connect, (gn_bytes){ 0 }, out);
}

/* --- PUBLISH --- */

/* Room for one more acknowledgement, in memory that grows with what the client has in flight. */
static bool dispatch_ack_room(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_acks *acks = &conn->session.acks;
    if (acks->count < acks->capacity)
        return true;
    const uint32_t capacity =
        acks->capacity * 4 < GN_MQTT_RECEIVE_MAXIMUM ? acks->capacity * 4 : GN_MQTT_RECEIVE_MAXIMUM;
    struct gn_mqtt_ack_slot *larger = gn_mem_take(capacity * sizeof *larger, "mqtt acknowledgements");
    if (larger == NULL)
        return false;
    struct gn_mqtt_ack_slot *old = gn_mqtt_acks_move(acks, larger, capacity);
    if (old != conn->first_slots)
        gn_mem_give(old);
    return true;
}

static void dispatch_push(struct gn_mqtt_conn *conn, uint8_t type, uint16_t packet_id, uint64_t token, uint8_t reason,
                          gn_str words)
{
    struct gn_mqtt_acks *acks = &conn->session.acks;
    if (words.size > 0 && acks->words == NULL && conn->session.version == GN_MQTT_V5 && conn->session.with_words)
        acks->words = gn_mem_take(sizeof *acks->words, "mqtt refusals"); /* NULL: the code alone is sent */
    const gn_err err = gn_mqtt_acks_push(acks, type, token, packet_id, reason, words);
    assert(err == GN_OK); /* dispatch_ack_room was asked */
    (void)err;
}

static void dispatch_ack(struct gn_mqtt_conn *conn, const struct gn_mqtt_publish *publish, uint64_t token,
                         uint8_t reason, gn_str words)
{
    if (publish->qos > 0)
        dispatch_push(conn, publish->qos == 1 ? GN_MQTT_PUBACK : GN_MQTT_PUBREC, publish->packet_id, token, reason,
                      words);
}

void gn_mqtt_dispatch_promise(struct gn_mqtt_conn *conn, uint8_t type, uint16_t packet_id, uint64_t token)
{
    dispatch_push(conn, type, packet_id, token, GN_MQTT_SUCCESS, (gn_str){ 0 });
}

/* A QoS 2 message has an answer that leaves it open: its id is known until PUBREL. False: the connection was ended. */
static bool dispatch_open_id(struct gn_mqtt_conn *conn, const struct gn_mqtt_publish *publish, uint64_t *token)
{
    if (publish->qos != 2)
        return true;
    if (gn_mqtt_ids_add(&conn->client->ids, publish->packet_id)) {
        gn_mqtt_conn_end(conn, GN_MQTT_RECEIVE_MAXIMUM_EXCEEDED, "more messages open than MQTT_RECEIVE_MAXIMUM",
                         GN_MQTT_LEFT_BADLY);
        return false;
    }
    conn->session.open_ids = conn->client->ids.count;
    const uint64_t opened = gn_mqtt_keep_packet(conn->server, conn->client, GN_MQTT_KEEP_OPEN, publish->packet_id);
    if (opened > *token)
        *token = opened;
    return true;
}

static void dispatch_refuse_publish(struct gn_mqtt_conn *conn, const struct gn_mqtt_publish *publish)
{
    struct gn_mqtt_server *server = conn->server;
    const struct gn_mqtt_verdict *verdict = &server->verdict;
    uint64_t token = 0;
    server->stats.refused++;
    dispatch_refused(server, conn->client->thing, verdict->why.text);
    if (verdict->reason == GN_MQTT_BAD_TOPIC)
        gn_mqtt_conn_end(conn, GN_MQTT_BAD_TOPIC, verdict->why.text, GN_MQTT_LEFT_BADLY);
    else if (conn->session.version != GN_MQTT_V5 && verdict->close && publish->qos > 0)
        gn_mqtt_conn_end(conn, verdict->reason, verdict->why.text, GN_MQTT_LEFT_BADLY);      /* MQTT-3.3.5-2 */
    else if (conn->session.version == GN_MQTT_V5 || dispatch_open_id(conn, publish, &token)) /* 3.1.1 cannot say no */
        dispatch_ack(conn, publish, token, verdict->reason, gn_str_of(verdict->why.text));
}

/* False: the packet has to wait. */
static bool dispatch_publish(struct gn_mqtt_conn *conn, const struct gn_mqtt_publish *publish)
{
    struct gn_mqtt_server *server = conn->server;
    if (publish->qos > 0 && !dispatch_ack_room(conn)) {
        gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_ACKS); /* until some have left */
        return false;
    }
    if (publish->qos == 2 && gn_mqtt_ids_has(&conn->client->ids, publish->packet_id)) {
        dispatch_ack(conn, publish, server->last_token, GN_MQTT_SUCCESS, (gn_str){ 0 }); /* taken already */
        return true;
    }
    const gn_err err = gn_mqtt_route_publish(server, conn->client->thing, conn->client, publish);
    if (err == GN_ERR_AGAIN) {
        server->is_full = true;
        gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_RING);
        return false;
    }
    if (err != GN_OK) {
        dispatch_refuse_publish(conn, publish);
        return true;
    }
    server->stats.publishes++;
    if (server->verdict.token > server->last_token)
        server->last_token = server->verdict.token;
    if (dispatch_open_id(conn, publish, &server->verdict.token))
        dispatch_ack(conn, publish, server->verdict.token, GN_MQTT_SUCCESS, (gn_str){ 0 });
    return true;
}

static bool dispatch_release(struct gn_mqtt_conn *conn, const struct gn_mqtt_ack *ack)
{
    if (!dispatch_ack_room(conn)) {
        gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_ACKS);
        return false;
    }
    const bool known = gn_mqtt_ids_remove(&conn->client->ids, ack->packet_id);
    conn->session.open_ids = conn->client->ids.count;
    const uint64_t token =
        known ? gn_mqtt_keep_packet(conn->server, conn->client, GN_MQTT_KEEP_CLOSED, ack->packet_id) : 0;
    dispatch_push(conn, GN_MQTT_PUBCOMP, ack->packet_id, token, known ? GN_MQTT_SUCCESS : GN_MQTT_UNKNOWN_ID,
                  (gn_str){ 0 });
    return true;
}

/* --- SUBSCRIBE, UNSUBSCRIBE --- */

/* The filter without its $share prefix; empty when the prefix is not well-formed. */
static gn_str dispatch_plain_filter(gn_str filter)
{
    gn_str name, rest;
    return gn_mqtt_filter_share(filter, &name, &rest) ? rest : filter;
}

static void dispatch_later(uint64_t *token, uint64_t other)
{
    if (other > *token)
        *token = other;
}

/* The granted QoS, or why not. */
static uint8_t dispatch_subscribe_one(struct gn_mqtt_conn *conn, const struct gn_mqtt_filter *filter, uint32_t id,
                                      bool *out_is_new, uint64_t *token)
{
    struct gn_mqtt_server *server = conn->server;
    struct gn_mqtt_client *client = conn->client;
    const gn_str plain = dispatch_plain_filter(filter->filter);
    if (filter->filter.size > GN_MQTT_TOPIC_BYTES_MAX || !gn_mqtt_filter_valid(plain))
        return GN_MQTT_BAD_FILTER;
    if (!server->intake.allows(server->intake.self, client->thing, GN_VERB_SUBSCRIBE, plain))
        return GN_MQTT_NOT_AUTHORIZED;
    if (gn_mqtt_subs_put(&server->clients.subs, &client->owner, filter->filter, filter->options, id, out_is_new))
        return GN_MQTT_QUOTA;
    dispatch_later(token, gn_mqtt_keep_subscribe(server, client, filter->filter, filter->options, id));
    return filter->options & 3;
}

static uint8_t dispatch_unsubscribe_one(struct gn_mqtt_conn *conn, const struct gn_mqtt_filter *filter, uint64_t *token)
{
    if (!gn_mqtt_subs_remove(&conn->server->clients.subs, &conn->client->owner, filter->filter))
        return GN_MQTT_NO_SUBSCRIPTION;
    dispatch_later(token, gn_mqtt_keep_unsubscribe(conn->server, conn->client, filter->filter));
    return GN_MQTT_SUCCESS;
}

/* What is retained, for those subscriptions that were granted and ask for it. */
static void dispatch_retained(struct gn_mqtt_conn *conn, const struct gn_mqtt_event *event, const uint8_t *codes,
                              const bool *is_new)
{
    const uint32_t id = gn_mqtt_props_number(&event->subscribe.props, GN_MQTT_P_SUBSCRIPTION_ID, 0);
    gn_bytes filters = event->subscribe.filters;
    struct gn_mqtt_filter filter;
    gn_str name, rest;
    for (size_t i = 0; gn_mqtt_filter_next(&filters, event->type, &filter); i++) {
        const uint8_t handling = filter.options & GN_MQTT_RETAIN_HANDLING;
        if (codes[i] > 2 || handling == GN_MQTT_RETAIN_NEVER || (handling == GN_MQTT_RETAIN_IF_NEW && !is_new[i]) ||
            gn_mqtt_filter_share(filter.filter, &name, &rest))
            continue;
        gn_mqtt_route_retained(conn->server, conn->client, filter.filter, filter.options, id);
    }
}

/* --- all of them --- */

static void dispatch_fault(struct gn_mqtt_conn *conn, const struct gn_mqtt_event *event)
{
    struct gn_mqtt_server *server = conn->server;
    server->stats.faults++;
    dispatch_refused(server, conn->client != NULL ? conn->client->thing : GN_NONE, event->fault.words);
}

static void dispatch_flush(struct gn_mqtt_conn *conn, struct gn_buf *out)
{
    gn_mqtt_conn_write(conn, out->at, out->size);
    *out = gn_buf_over(out->at, out->capacity);
}

/* The answer, at once, or when what it promises is on the disk. */
static void dispatch_suback(struct gn_mqtt_conn *conn, const struct gn_mqtt_event *event, uint8_t *codes,
                            uint64_t token, struct gn_buf *out)
{
    uint8_t bytes[GN_MQTT_ANSWER_BYTES_MAX];
    struct gn_buf answer = gn_buf_over(bytes, sizeof bytes);
    if (token <= conn->server->durable) {
        gn_mqtt_session_suback(&conn->session, event, codes, out);
        dispatch_flush(conn, out); /* before what is retained */
        return;
    }
    gn_mqtt_session_suback(&conn->session, event, codes, &answer);
    if (gn_mqtt_acks_push_answer(&conn->session.acks,
                                 event->type == GN_MQTT_SUBSCRIBE ? GN_MQTT_SUBACK : GN_MQTT_UNSUBACK, token,
                                 gn_buf_bytes(&answer)) != GN_OK)
        gn_mqtt_conn_end(conn, GN_MQTT_IMPLEMENTATION, "no memory", GN_MQTT_LEFT_BADLY);
}

/* False: the packet has to wait. */
static bool dispatch_subscribe(struct gn_mqtt_conn *conn, const struct gn_mqtt_event *event, struct gn_buf *out)
{
    uint64_t token = 0;
    uint8_t codes[GN_MQTT_SUBSCRIPTIONS_MAX];
    bool is_new[GN_MQTT_SUBSCRIPTIONS_MAX];
    const bool is_subscribe = event->kind == GN_MQTT_EVENT_SUBSCRIBE;
    const uint32_t id = gn_mqtt_props_number(&event->subscribe.props, GN_MQTT_P_SUBSCRIPTION_ID, 0);
    gn_bytes filters = event->subscribe.filters;
    struct gn_mqtt_filter filter;
    if (!dispatch_ack_room(conn)) {
        gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_ACKS);
        return false;
    }
    for (size_t i = 0; gn_mqtt_filter_next(&filters, event->type, &filter); i++)
        codes[i] = is_subscribe ? dispatch_subscribe_one(conn, &filter, id, &is_new[i], &token)
                                : dispatch_unsubscribe_one(conn, &filter, &token);
    dispatch_suback(conn, event, codes, token, out);
    if (is_subscribe && gn_mqtt_conn_live(conn))
        dispatch_retained(conn, event, codes, is_new); /* MQTT lets it come before the answer */
    return true;
}

/* May it cause records that must not be left out, and is there no room for them? Then it waits. */
static bool dispatch_waits(struct gn_mqtt_conn *conn, const struct gn_mqtt_event *event)
{
    const bool is_kept = conn->client != NULL && conn->client->number != 0;
    const bool writes =
        event->kind == GN_MQTT_EVENT_PUBLISH
            ? event->publish.qos > 0 || event->publish.retain
            : is_kept && (event->kind == GN_MQTT_EVENT_PUBREC || event->kind == GN_MQTT_EVENT_PUBREL ||
                          event->kind == GN_MQTT_EVENT_SUBSCRIBE || event->kind == GN_MQTT_EVENT_UNSUBSCRIBE);
    if (!writes || gn_mqtt_keep_has_room(conn->server))
        return false;
    conn->server->is_full = true;
    gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_RING);
    return true;
}

/* PUBREC: its PUBREL may have to wait for the disk. */
static bool dispatch_received(struct gn_mqtt_conn *conn, const struct gn_mqtt_ack *ack)
{
    if (!dispatch_ack_room(conn)) {
        gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_ACKS);
        return false;
    }
    gn_mqtt_deliver_answered(conn, GN_MQTT_PUBREC, ack);
    return true;
}

/* A client was let in, turned away, or asked for more: that is said before what its session brings along. */
static void dispatch_answered(struct gn_mqtt_conn *conn, struct gn_buf *out)
{
    dispatch_flush(conn, out); /* before what the session brings along, or a will that is due */
    (void)gn_mqtt_clients_tell(&conn->server->clients);
    if (gn_mqtt_conn_live(conn) && conn->session.state == GN_MQTT_ENDED)
        gn_mqtt_conn_linger(conn, GN_MQTT_LEFT_BADLY);
    else if (gn_mqtt_conn_live(conn) && conn->client != NULL)
        gn_mqtt_deliver_pending(conn);
}

/* False: the packet was not taken, and waits. */
static bool dispatch_event(struct gn_mqtt_conn *conn, struct gn_mqtt_event *event, struct gn_buf *out)
{
    bool was_in;
    switch (event->kind) {
    case GN_MQTT_EVENT_PUBLISH:
        return dispatch_publish(conn, &event->publish);
    case GN_MQTT_EVENT_WAIT:
        gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_ACKS);
        return false;
    case GN_MQTT_EVENT_CONNECT:
        dispatch_connect(conn, &event->connect, out);
        dispatch_answered(conn, out);
        return true;
    case GN_MQTT_EVENT_AUTH:
        was_in = conn->client != NULL;
        dispatch_auth(conn, &event->ack, out);
        if (!was_in)
            dispatch_answered(conn, out);
        return true;
    case GN_MQTT_EVENT_PUBREC:
        return dispatch_received(conn, &event->ack);
    case GN_MQTT_EVENT_PUBACK:
    case GN_MQTT_EVENT_PUBCOMP:
        gn_mqtt_deliver_answered(conn, event->type, &event->ack);
        return true;
    case GN_MQTT_EVENT_PUBREL:
        return dispatch_release(conn, &event->ack);
    case GN_MQTT_EVENT_SUBSCRIBE:
    case GN_MQTT_EVENT_UNSUBSCRIBE:
        return dispatch_subscribe(conn, event, out);
    case GN_MQTT_EVENT_DISCONNECT:
        dispatch_flush(conn, out);
        gn_mqtt_conn_linger(conn, event->ack.reason == GN_MQTT_SUCCESS ? GN_MQTT_LEFT_WELL : GN_MQTT_LEFT_BADLY);
        return true;
    case GN_MQTT_EVENT_FAULT:
        dispatch_fault(conn, event);
        dispatch_flush(conn, out);
        gn_mqtt_conn_linger(conn, GN_MQTT_LEFT_BADLY);
        return true;
    default:
        return true;
    }
}

size_t gn_mqtt_dispatch(struct gn_mqtt_conn *conn, gn_bytes in, size_t *out_packet_size)
{
    struct gn_mqtt_server *server = conn->server;
    struct gn_mqtt_event *event = &server->event;
    struct gn_buf out = gn_buf_over(server->out_bytes, sizeof server->out_bytes);
    size_t used = 0;
    *out_packet_size = 0;
    while (used < in.size && gn_mqtt_conn_live(conn) && conn->pauses == 0) {
        if (out.capacity - out.size < GN_MQTT_ANSWER_BYTES_MAX) {
            dispatch_flush(conn, &out);
            continue;
        }
        gn_mqtt_session_next(&conn->session, (gn_bytes){ in.at + used, in.size - used }, &out, event);
        if (event->kind == GN_MQTT_EVENT_MORE) {
            *out_packet_size = event->size;
            break;
        }
        server->packet = (gn_bytes){ in.at + used, event->size };
        if (dispatch_waits(conn, event) || !dispatch_event(conn, event, &out))
            break;
        used += event->size;
    }
    dispatch_flush(conn, &out);
    return used;
}
