/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_session.h"

#include <assert.h>

#include "connect/mqtt/mqtt_decode.h"
#include "connect/mqtt/mqtt_encode.h"
#include "connect/mqtt/mqtt_props.h"
#include "connect/mqtt/mqtt_topic.h"

void gn_mqtt_session_init(struct gn_mqtt_session *session, struct gn_mqtt_ack_slot *slots, uint32_t slot_count)
{
    *session = (struct gn_mqtt_session){ .state = GN_MQTT_NEW,
                                         .version = GN_MQTT_V311,
                                         .with_words = true,
                                         .receive_max = UINT16_MAX,
                                         .packet_max = UINT32_MAX };
    gn_mqtt_acks_init(&session->acks, slots, slot_count);
}

void gn_mqtt_session_fini(struct gn_mqtt_session *session)
{
    gn_mqtt_aliases_drop(&session->aliases_in);
    gn_mqtt_aliases_drop(&session->aliases_out);
}

struct gn_mqtt_ack_style gn_mqtt_session_style(const struct gn_mqtt_session *session)
{
    return (struct gn_mqtt_ack_style){ session->version, session->with_words, session->packet_max };
}

/* --- ends --- */

static uint8_t session_v311_code(uint8_t reason)
{
    switch (reason) {
    case GN_MQTT_BAD_VERSION:
        return GN_MQTT_V311_BAD_VERSION;
    case GN_MQTT_BAD_CLIENT_ID:
        return GN_MQTT_V311_BAD_CLIENT_ID;
    case GN_MQTT_IMPLEMENTATION:
    case GN_MQTT_SHUTTING_DOWN:
        return GN_MQTT_V311_UNAVAILABLE;
    default:
        return GN_MQTT_V311_NOT_AUTHORIZED;
    }
}

static void session_words(const struct gn_mqtt_session *session, struct gn_mqtt_props *props, gn_str words)
{
    if (words.size > GN_MQTT_WORDS_BYTES)
        words.size = 0; /* rather none than half a sentence */
    if (words.size > 0 && words.size + 16 <= session->packet_max)
        gn_mqtt_props_set_text(props, GN_MQTT_P_REASON_STRING, words);
}

void gn_mqtt_session_refuse(struct gn_mqtt_session *session, uint8_t reason, gn_str words, struct gn_buf *out)
{
    struct gn_mqtt_connack packet = { .code = reason };
    if (session->version == GN_MQTT_V5)
        session_words(session, &packet.props, words);
    else
        packet.code = session_v311_code(reason);
    gn_mqtt_encode_connack(out, session->version, &packet);
    session->state = GN_MQTT_ENDED;
}

void gn_mqtt_session_end(struct gn_mqtt_session *session, uint8_t reason, gn_str words, struct gn_buf *out)
{
    if (session->state == GN_MQTT_OPEN && session->version == GN_MQTT_V5) {
        struct gn_mqtt_ack packet = { .reason = reason };
        session_words(session, &packet.props, words);
        gn_mqtt_encode_disconnect(out, GN_MQTT_DISCONNECT, GN_MQTT_V5, &packet);
    }
    session->state = GN_MQTT_ENDED;
}

static void session_fault(struct gn_mqtt_session *session, struct gn_mqtt_event *event, uint8_t reason,
                          const char *words, struct gn_buf *out)
{
    event->kind = GN_MQTT_EVENT_FAULT;
    event->fault = (struct gn_mqtt_fault){ reason, words };
    gn_mqtt_session_end(session, reason, gn_str_of(words), out);
}

/* --- CONNECT --- */

static bool session_is_filter(gn_str topic)
{
    return topic.size > 0 && (memchr(topic.at, '+', topic.size) != NULL || memchr(topic.at, '#', topic.size) != NULL);
}

/* What the client may ask for, and does not get. */
static uint8_t session_connect_refusal(const struct gn_mqtt_connect *connect, const char **out_words)
{
    if (connect->client_id.size > GN_MQTT_CLIENT_ID_BYTES_MAX) {
        *out_words = "the client id is longer than MQTT_CLIENT_ID_BYTES_MAX";
        return GN_MQTT_BAD_CLIENT_ID;
    }
    if (connect->version != GN_MQTT_V5 && connect->client_id.size == 0 && !connect->clean) {
        *out_words = "a session to be kept needs a client id";
        return GN_MQTT_BAD_CLIENT_ID;
    }
    if (connect->version != GN_MQTT_V5)
        return GN_MQTT_SUCCESS;
    if (gn_mqtt_props_has(&connect->props, GN_MQTT_P_AUTH_DATA) &&
        !gn_mqtt_props_has(&connect->props, GN_MQTT_P_AUTH_METHOD)) {
        *out_words = "authentication data without a method";
        return GN_MQTT_PROTOCOL_ERROR;
    }
    if (connect->has_will && session_is_filter(gn_mqtt_props_text(&connect->will.props, GN_MQTT_P_RESPONSE_TOPIC))) {
        *out_words = "a response topic with a wildcard";
        return GN_MQTT_PROTOCOL_ERROR;
    }
    return GN_MQTT_SUCCESS;
}

static uint32_t session_expiry(const struct gn_mqtt_connect *connect)
{
    const uint32_t asked = connect->version == GN_MQTT_V5
                               ? gn_mqtt_props_number(&connect->props, GN_MQTT_P_SESSION_EXPIRY, 0)
                               : (connect->clean ? 0 : UINT32_MAX);
    return asked < GN_MQTT_SESSION_EXPIRY_S_MAX ? asked : GN_MQTT_SESSION_EXPIRY_S_MAX;
}

static uint16_t session_keepalive(const struct gn_mqtt_connect *connect)
{
    if (connect->version == GN_MQTT_V5 && (connect->keepalive_s == 0 || connect->keepalive_s > GN_MQTT_KEEPALIVE_S_MAX))
        return GN_MQTT_KEEPALIVE_S_MAX;
    return connect->keepalive_s; /* 3.1.1 has no way to say otherwise */
}

static void session_connect(struct gn_mqtt_session *session, const struct gn_mqtt_frame *frame, struct gn_buf *out,
                            struct gn_mqtt_event *event)
{
    struct gn_mqtt_connect *connect = &event->connect;
    const char *words = NULL;
    struct gn_mqtt_fault fault;
    uint8_t reason = GN_MQTT_SUCCESS;
    if (gn_mqtt_decode_connect(frame, connect, &fault)) {
        reason = fault.reason;
        words = fault.words;
        session->version = connect->version;
        if (reason == GN_MQTT_MALFORMED && connect->version != GN_MQTT_V5) {
            session_fault(session, event, reason, words, out); /* 3.1.1 closes without an answer */
            return;
        }
    } else {
        session->version = connect->version;
        session->with_words = gn_mqtt_props_number(&connect->props, GN_MQTT_P_REQUEST_PROBLEM, 1) == 1;
        session->packet_max = gn_mqtt_props_number(&connect->props, GN_MQTT_P_MAXIMUM_PACKET, UINT32_MAX);
        session->receive_max = (uint16_t)gn_mqtt_props_number(&connect->props, GN_MQTT_P_RECEIVE_MAXIMUM, UINT16_MAX);
        session->alias_max = (uint16_t)gn_mqtt_props_number(&connect->props, GN_MQTT_P_TOPIC_ALIAS_MAXIMUM, 0);
        session->with_auth = gn_mqtt_props_has(&connect->props, GN_MQTT_P_AUTH_METHOD);
        session->keepalive_s = session_keepalive(connect);
        session->expiry_s = session_expiry(connect);
        reason = session_connect_refusal(connect, &words);
    }
    if (reason == GN_MQTT_SUCCESS) {
        event->kind = GN_MQTT_EVENT_CONNECT;
        session->state = GN_MQTT_ASKING;
        return;
    }
    gn_mqtt_session_refuse(session, reason, gn_str_of(words), out);
    event->kind = GN_MQTT_EVENT_FAULT;
    event->fault = (struct gn_mqtt_fault){ reason, words };
}

static void session_welcome(const struct gn_mqtt_session *session, const struct gn_mqtt_connect *connect,
                            const struct gn_mqtt_welcome *welcome, struct gn_mqtt_props *props)
{
    gn_mqtt_props_set(props, GN_MQTT_P_RECEIVE_MAXIMUM, GN_MQTT_RECEIVE_MAXIMUM);
    gn_mqtt_props_set(props, GN_MQTT_P_MAXIMUM_PACKET, GN_MQTT_PACKET_BYTES_MAX);
    gn_mqtt_props_set(props, GN_MQTT_P_TOPIC_ALIAS_MAXIMUM, GN_MQTT_TOPIC_ALIAS_MAX);
    if (session->keepalive_s != connect->keepalive_s)
        gn_mqtt_props_set(props, GN_MQTT_P_SERVER_KEEP_ALIVE, session->keepalive_s);
    if (session->expiry_s != gn_mqtt_props_number(&connect->props, GN_MQTT_P_SESSION_EXPIRY, 0))
        gn_mqtt_props_set(props, GN_MQTT_P_SESSION_EXPIRY, session->expiry_s);
    if (welcome->assigned.size > 0)
        gn_mqtt_props_set_text(props, GN_MQTT_P_ASSIGNED_CLIENT_ID, welcome->assigned);
    if (welcome->response_info.size > 0 && gn_mqtt_props_number(&connect->props, GN_MQTT_P_REQUEST_RESPONSE, 0) == 1)
        gn_mqtt_props_set_text(props, GN_MQTT_P_RESPONSE_INFO, welcome->response_info);
    if (welcome->method.size > 0)
        gn_mqtt_props_set_text(props, GN_MQTT_P_AUTH_METHOD, welcome->method);
    if (welcome->proof.size > 0)
        gn_mqtt_props_set_text(props, GN_MQTT_P_AUTH_DATA,
                               (gn_str){ (const char *)welcome->proof.at, welcome->proof.size });
}

void gn_mqtt_session_accept(struct gn_mqtt_session *session, const struct gn_mqtt_connect *connect,
                            const struct gn_mqtt_welcome *welcome, struct gn_buf *out)
{
    struct gn_mqtt_connack packet = { .session_present = welcome->present };
    assert(session->state == GN_MQTT_ASKING || session->state == GN_MQTT_AUTHENTICATING);
    if (session->version == GN_MQTT_V5)
        session_welcome(session, connect, welcome, &packet.props);
    gn_mqtt_encode_connack(out, session->version, &packet);
    session->state = GN_MQTT_OPEN;
}

void gn_mqtt_session_challenge(struct gn_mqtt_session *session, uint8_t reason, gn_str method, gn_bytes data,
                               struct gn_buf *out)
{
    struct gn_mqtt_ack packet = { .reason = reason };
    gn_mqtt_props_set_text(&packet.props, GN_MQTT_P_AUTH_METHOD, method);
    if (data.size > 0)
        gn_mqtt_props_set_text(&packet.props, GN_MQTT_P_AUTH_DATA, (gn_str){ (const char *)data.at, data.size });
    gn_mqtt_encode_disconnect(out, GN_MQTT_AUTH, GN_MQTT_V5, &packet);
    if (session->state == GN_MQTT_ASKING)
        session->state = GN_MQTT_AUTHENTICATING;
}

/* --- PUBLISH --- */

/* Puts the topic in place of its number, or remembers both. */
static uint8_t session_alias(struct gn_mqtt_session *session, struct gn_mqtt_publish *publish, const char **out_words)
{
    const bool has_alias = gn_mqtt_props_has(&publish->props, GN_MQTT_P_TOPIC_ALIAS);
    const uint32_t number = has_alias ? gn_mqtt_props_number(&publish->props, GN_MQTT_P_TOPIC_ALIAS, 0) : 0;
    if (has_alias && (number == 0 || number > GN_MQTT_TOPIC_ALIAS_MAX)) {
        *out_words = "a topic alias of 0, or beyond MQTT_TOPIC_ALIAS_MAX";
        return GN_MQTT_BAD_ALIAS;
    }
    if (has_alias && publish->topic.size == 0)
        publish->topic = gn_mqtt_alias_topic(&session->aliases_in, number);
    else if (has_alias && gn_mqtt_alias_set(&session->aliases_in, number, publish->topic)) {
        *out_words = "no memory";
        return GN_MQTT_IMPLEMENTATION;
    }
    if (publish->topic.size == 0) {
        *out_words = has_alias ? "a topic alias that stands for no topic" : "neither a topic nor an alias";
        return GN_MQTT_PROTOCOL_ERROR;
    }
    return GN_MQTT_SUCCESS;
}

/* What only version 5 can do wrong. */
static uint8_t session_publish_refusal(struct gn_mqtt_session *session, struct gn_mqtt_publish *publish,
                                       const char **out_words)
{
    if (gn_mqtt_props_has(&publish->props, GN_MQTT_P_SUBSCRIPTION_ID)) {
        *out_words = "a subscription id in a client's PUBLISH";
        return GN_MQTT_PROTOCOL_ERROR;
    }
    if (session_is_filter(gn_mqtt_props_text(&publish->props, GN_MQTT_P_RESPONSE_TOPIC))) {
        *out_words = "a response topic with a wildcard";
        return GN_MQTT_PROTOCOL_ERROR;
    }
    if (publish->qos > 0 && session->acks.last_words + session->open_ids >= GN_MQTT_RECEIVE_MAXIMUM && !publish->dup) {
        *out_words = "more messages in flight than MQTT_RECEIVE_MAXIMUM";
        return GN_MQTT_RECEIVE_MAXIMUM_EXCEEDED;
    }
    return session_alias(session, publish, out_words);
}

static bool session_acks_full(const struct gn_mqtt_session *session)
{
    return session->acks.count >= GN_MQTT_RECEIVE_MAXIMUM;
}

static void session_publish(struct gn_mqtt_session *session, const struct gn_mqtt_frame *frame, struct gn_buf *out,
                            struct gn_mqtt_event *event)
{
    struct gn_mqtt_publish *publish = &event->publish;
    const char *words = NULL;
    uint8_t reason = GN_MQTT_SUCCESS;
    if (gn_mqtt_decode_publish(frame, session->version, publish, &event->fault)) {
        session_fault(session, event, event->fault.reason, event->fault.words, out);
        return;
    }
    if (session->version == GN_MQTT_V5)
        reason = session_publish_refusal(session, publish, &words);
    if (reason != GN_MQTT_SUCCESS)
        session_fault(session, event, reason, words, out);
    else
        event->kind = publish->qos > 0 && session_acks_full(session) ? GN_MQTT_EVENT_WAIT : GN_MQTT_EVENT_PUBLISH;
}

/* PUBACK, PUBREC, PUBREL, PUBCOMP. */
static void session_answer(struct gn_mqtt_session *session, const struct gn_mqtt_frame *frame, struct gn_buf *out,
                           struct gn_mqtt_event *event)
{
    static const gn_mqtt_event_kind kinds[] = { [GN_MQTT_PUBACK] = GN_MQTT_EVENT_PUBACK,
                                                [GN_MQTT_PUBREC] = GN_MQTT_EVENT_PUBREC,
                                                [GN_MQTT_PUBREL] = GN_MQTT_EVENT_PUBREL,
                                                [GN_MQTT_PUBCOMP] = GN_MQTT_EVENT_PUBCOMP };
    if (gn_mqtt_decode_ack(frame, session->version, &event->ack, &event->fault))
        session_fault(session, event, event->fault.reason, event->fault.words, out);
    else if ((frame->type == GN_MQTT_PUBREL || frame->type == GN_MQTT_PUBREC) && session_acks_full(session))
        event->kind = GN_MQTT_EVENT_WAIT;
    else
        event->kind = kinds[frame->type];
}

/* --- SUBSCRIBE, UNSUBSCRIBE --- */

void gn_mqtt_session_suback(struct gn_mqtt_session *session, const struct gn_mqtt_event *event, uint8_t *codes,
                            struct gn_buf *out)
{
    const size_t count = event->subscribe.filter_count;
    for (size_t i = 0; session->version != GN_MQTT_V5 && i < count; i++)
        if (codes[i] >= GN_MQTT_UNSPECIFIED)
            codes[i] = GN_MQTT_V311_FAILURE;
    const struct gn_mqtt_suback packet = { .packet_id = event->subscribe.packet_id, .codes = { codes, count } };
    gn_mqtt_encode_suback(out, event->type == GN_MQTT_SUBSCRIBE ? GN_MQTT_SUBACK : GN_MQTT_UNSUBACK, session->version,
                          &packet);
}

/* No local has no meaning where one of many gets it (MQTT-3.8.3-4). */
static bool session_shares_no_local(const struct gn_mqtt_event *event)
{
    gn_bytes filters = event->subscribe.filters;
    struct gn_mqtt_filter filter;
    gn_str name, rest;
    while (gn_mqtt_filter_next(&filters, event->type, &filter))
        if ((filter.options & 4) != 0 && gn_mqtt_filter_share(filter.filter, &name, &rest))
            return true;
    return false;
}

static void session_filters(struct gn_mqtt_session *session, const struct gn_mqtt_frame *frame, struct gn_buf *out,
                            struct gn_mqtt_event *event)
{
    if (gn_mqtt_decode_subscribe(frame, session->version, &event->subscribe, &event->fault))
        session_fault(session, event, event->fault.reason, event->fault.words, out);
    else if (event->subscribe.filter_count > GN_MQTT_SUBSCRIPTIONS_MAX)
        session_fault(session, event, GN_MQTT_QUOTA, "more filters in a packet than MQTT_SUBSCRIPTIONS_MAX", out);
    else if (frame->type == GN_MQTT_SUBSCRIBE && session_shares_no_local(event))
        session_fault(session, event, GN_MQTT_PROTOCOL_ERROR, "no local on a shared subscription", out);
    else if (session_acks_full(session))
        event->kind = GN_MQTT_EVENT_WAIT;
    else
        event->kind = frame->type == GN_MQTT_SUBSCRIBE ? GN_MQTT_EVENT_SUBSCRIBE : GN_MQTT_EVENT_UNSUBSCRIBE;
}

/* --- the rest --- */

static void session_disconnect(struct gn_mqtt_session *session, const struct gn_mqtt_frame *frame, struct gn_buf *out,
                               struct gn_mqtt_event *event)
{
    if (gn_mqtt_decode_disconnect(frame, session->version, &event->ack, &event->fault)) {
        session_fault(session, event, event->fault.reason, event->fault.words, out);
        return;
    }
    const uint32_t expiry = gn_mqtt_props_number(&event->ack.props, GN_MQTT_P_SESSION_EXPIRY, session->expiry_s);
    if (session->expiry_s == 0 && expiry != 0) {
        session_fault(session, event, GN_MQTT_PROTOCOL_ERROR, "a session that was to end now is to be kept", out);
        return;
    }
    session->expiry_s = expiry < GN_MQTT_SESSION_EXPIRY_S_MAX ? expiry : GN_MQTT_SESSION_EXPIRY_S_MAX;
    session->state = GN_MQTT_ENDED;
    event->kind = GN_MQTT_EVENT_DISCONNECT;
}

static void session_auth(struct gn_mqtt_session *session, const struct gn_mqtt_frame *frame, struct gn_buf *out,
                         struct gn_mqtt_event *event)
{
    const uint8_t wanted = session->state == GN_MQTT_AUTHENTICATING ? GN_MQTT_CONTINUE_AUTH : GN_MQTT_REAUTHENTICATE;
    if (gn_mqtt_decode_disconnect(frame, session->version, &event->ack, &event->fault))
        session_fault(session, event, event->fault.reason, event->fault.words, out);
    else if (!session->with_auth)
        session_fault(session, event, GN_MQTT_PROTOCOL_ERROR, "AUTH in a session that did not begin with it", out);
    else if (event->ack.reason != wanted && event->ack.reason != GN_MQTT_CONTINUE_AUTH)
        session_fault(session, event, GN_MQTT_PROTOCOL_ERROR, "an AUTH that is not expected here", out);
    else
        event->kind = GN_MQTT_EVENT_AUTH;
}

static void session_open(struct gn_mqtt_session *session, const struct gn_mqtt_frame *frame, struct gn_buf *out,
                         struct gn_mqtt_event *event)
{
    switch (frame->type) {
    case GN_MQTT_PUBLISH:
        session_publish(session, frame, out, event);
        break;
    case GN_MQTT_PUBACK:
    case GN_MQTT_PUBREC:
    case GN_MQTT_PUBREL:
    case GN_MQTT_PUBCOMP:
        session_answer(session, frame, out, event);
        break;
    case GN_MQTT_AUTH:
        session_auth(session, frame, out, event);
        break;
    case GN_MQTT_SUBSCRIBE:
    case GN_MQTT_UNSUBSCRIBE:
        session_filters(session, frame, out, event);
        break;
    case GN_MQTT_PINGREQ:
        if (gn_mqtt_decode_ping(frame, &event->fault))
            session_fault(session, event, event->fault.reason, event->fault.words, out);
        else
            gn_mqtt_encode_ping(out, GN_MQTT_PINGRESP);
        break;
    case GN_MQTT_DISCONNECT:
        session_disconnect(session, frame, out, event);
        break;
    case GN_MQTT_CONNECT:
        session_fault(session, event, GN_MQTT_PROTOCOL_ERROR, "a second CONNECT", out);
        break;
    default:
        session_fault(session, event, GN_MQTT_PROTOCOL_ERROR, "a packet a client must not send here", out);
        break;
    }
}

void gn_mqtt_session_next(struct gn_mqtt_session *session, gn_bytes in, struct gn_buf *out, struct gn_mqtt_event *event)
{
    const bool is_new = session->state == GN_MQTT_NEW;
    const bool is_let_in = session->state == GN_MQTT_OPEN;
    struct gn_mqtt_frame frame;
    assert(is_new || is_let_in || session->state == GN_MQTT_AUTHENTICATING);
    assert(out->capacity - out->size >= GN_MQTT_ANSWER_BYTES_MAX);
    event->kind = GN_MQTT_EVENT_NONE;
    if (is_new && in.size > 0 && in.at[0] >> 4 != GN_MQTT_CONNECT) {
        session_fault(session, event, GN_MQTT_PROTOCOL_ERROR, "the first packet is not CONNECT", out);
        return;
    }
    const gn_err err =
        gn_mqtt_frame_next(in, is_let_in ? GN_MQTT_PACKET_BYTES_MAX : GN_MQTT_CONNECT_BYTES_MAX, &frame, &event->size);
    switch (err) {
    case GN_OK:
        event->size = frame.size;
        event->type = frame.type;
        if (is_new)
            session_connect(session, &frame, out, event);
        else if (!is_let_in && frame.type != GN_MQTT_AUTH && frame.type != GN_MQTT_DISCONNECT)
            session_fault(session, event, GN_MQTT_PROTOCOL_ERROR, "neither AUTH nor DISCONNECT before CONNACK", out);
        else
            session_open(session, &frame, out, event);
        break;
    case GN_ERR_AGAIN:
        event->kind = GN_MQTT_EVENT_MORE;
        break;
    case GN_ERR_FULL:
        session_fault(session, event, GN_MQTT_TOO_LARGE,
                      is_let_in ? "a packet larger than MQTT_PACKET_BYTES_MAX"
                                : "a CONNECT larger than MQTT_CONNECT_BYTES_MAX",
                      out);
        break;
    default:
        session_fault(session, event, GN_MQTT_MALFORMED, "not an MQTT packet", out);
        break;
    }
}
