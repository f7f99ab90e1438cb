/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_packet_sample.h"
#include "connect/mqtt/mqtt_session.h"

static struct gn_mqtt_session session;
static struct gn_mqtt_ack_slot slots[GN_MQTT_RECEIVE_MAXIMUM];
static struct gn_mqtt_event event;
static uint8_t in_bytes[300000], out_bytes[4096];
static struct gn_buf in, out;
static union sample_packet answer;
static struct gn_mqtt_frame answer_frame;

static void begin(void)
{
    gn_mqtt_session_fini(&session);
    gn_mqtt_session_init(&session, slots, GN_MQTT_RECEIVE_MAXIMUM);
    in = gn_buf_over(in_bytes, sizeof in_bytes);
    out = gn_buf_over(out_bytes, sizeof out_bytes);
}

/* Hands in what `in` holds, which has to be one packet. */
static gn_mqtt_event_kind feed(void)
{
    assert_false(in.full);
    out = gn_buf_over(out_bytes, sizeof out_bytes);
    gn_mqtt_session_next(&session, gn_buf_bytes(&in), &out, &event);
    if (event.kind != GN_MQTT_EVENT_MORE && event.kind != GN_MQTT_EVENT_FAULT)
        assert_int_equal(event.size, in.size);
    in.size = 0;
    return event.kind;
}

static gn_mqtt_event_kind feed_bytes(const char *bytes, size_t size)
{
    gn_buf_add(&in, bytes, size);
    return feed();
}

#define FEED(literal) feed_bytes(literal, sizeof(literal) - 1)

/* What was answered: one packet of that type, or nothing (0). */
static void answered(uint8_t type)
{
    struct gn_mqtt_fault fault;
    size_t need;
    if (type == 0) {
        assert_int_equal(out.size, 0);
        return;
    }
    assert_int_equal(gn_mqtt_frame_next(gn_buf_bytes(&out), sizeof out_bytes, &answer_frame, &need), GN_OK);
    assert_int_equal(answer_frame.size, out.size);
    assert_int_equal(answer_frame.type, type);
    assert_int_equal(sample_decode(&answer_frame, session.version, &answer, &fault), GN_OK);
}

static struct gn_mqtt_connect connect_of(uint8_t version)
{
    return (struct gn_mqtt_connect){ .version = version, .clean = true, .keepalive_s = 60, .client_id = GN_STR("c") };
}

static gn_mqtt_event_kind feed_connect(const struct gn_mqtt_connect *connect)
{
    begin();
    gn_mqtt_encode_connect(&in, connect);
    return feed();
}

static void open_as(uint8_t version)
{
    const struct gn_mqtt_connect connect = connect_of(version);
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_CONNECT);
    assert_int_equal(session.state, GN_MQTT_ASKING);
    out = gn_buf_over(out_bytes, sizeof out_bytes);
    gn_mqtt_session_accept(&session, &event.connect, &(struct gn_mqtt_welcome){ 0 }, &out);
    assert_int_equal(session.state, GN_MQTT_OPEN);
}

/* The session ends with that reason: DISCONNECT in version 5, no word in 3.1.1. */
static void ends_with(uint8_t reason)
{
    assert_int_equal(event.kind, GN_MQTT_EVENT_FAULT);
    assert_int_equal(event.fault.reason, reason);
    assert_int_equal(session.state, GN_MQTT_ENDED);
    answered(session.version == GN_MQTT_V5 ? GN_MQTT_DISCONNECT : 0);
    if (session.version == GN_MQTT_V5)
        assert_int_equal(answer.ack.reason, reason);
}

/* --- CONNECT --- */

static void version_5_is_told_what_it_asked_and_what_the_limits_are(void **state)
{
    struct gn_mqtt_connect connect = connect_of(GN_MQTT_V5);
    (void)state;
    connect.keepalive_s = 0;
    connect.client_id = (gn_str){ 0 };
    gn_mqtt_props_set(&connect.props, GN_MQTT_P_SESSION_EXPIRY, UINT32_MAX);
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_CONNECT);
    gn_mqtt_props_set(&event.connect.props, GN_MQTT_P_REQUEST_RESPONSE, 1);
    const struct gn_mqtt_welcome welcome = { .assigned = GN_STR("gn-7"),
                                             .response_info = GN_STR("things/press"),
                                             .method = GN_STR("M"),
                                             .proof = { (const uint8_t *)"p", 1 },
                                             .present = true };
    gn_mqtt_session_accept(&session, &event.connect, &welcome, &out);
    answered(GN_MQTT_CONNACK);
    const struct gn_mqtt_props *props = &answer.connack.props;
    assert_true(answer.connack.session_present);
    static const enum gn_mqtt_property all_there[] = {
        GN_MQTT_P_MAXIMUM_QOS,        GN_MQTT_P_RETAIN_AVAILABLE,
        GN_MQTT_P_SHARED_AVAILABLE,   GN_MQTT_P_SUBSCRIPTION_ID_AVAILABLE,
        GN_MQTT_P_WILDCARD_AVAILABLE, GN_MQTT_P_SERVER_REFERENCE
    };
    for (size_t i = 0; i < sizeof all_there / sizeof all_there[0]; i++)
        assert_false(gn_mqtt_props_has(props, all_there[i])); /* nothing is left out */
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_TOPIC_ALIAS_MAXIMUM, 0), GN_MQTT_TOPIC_ALIAS_MAX);
    assert_true(gn_str_equal(gn_mqtt_props_text(props, GN_MQTT_P_RESPONSE_INFO), GN_STR("things/press")));
    assert_true(gn_str_equal(gn_mqtt_props_text(props, GN_MQTT_P_AUTH_METHOD), GN_STR("M")));
    assert_true(gn_str_equal(gn_mqtt_props_text(props, GN_MQTT_P_AUTH_DATA), GN_STR("p")));
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_RECEIVE_MAXIMUM, 9), GN_MQTT_RECEIVE_MAXIMUM);
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_MAXIMUM_PACKET, 9), GN_MQTT_PACKET_BYTES_MAX);
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_SERVER_KEEP_ALIVE, 9), GN_MQTT_KEEPALIVE_S_MAX);
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_SESSION_EXPIRY, 9), GN_MQTT_SESSION_EXPIRY_S_MAX);
    assert_true(gn_str_equal(gn_mqtt_props_text(props, GN_MQTT_P_ASSIGNED_CLIENT_ID), GN_STR("gn-7")));
    assert_int_equal(session.keepalive_s, GN_MQTT_KEEPALIVE_S_MAX);
}

static void version_3_1_1_gets_four_bytes(void **state)
{
    (void)state;
    open_as(GN_MQTT_V311);
    assert_int_equal(out.size, 4);
    assert_memory_equal(out_bytes, "\x20\x02\x00\x00", 4);
    assert_int_equal(session.keepalive_s, 60);
}

static void a_refusal_has_the_code_of_its_version(void **state)
{
    static const struct {
        uint8_t reason, code;
    } rows[] = { { GN_MQTT_BAD_CREDENTIALS, 5 }, { GN_MQTT_NOT_AUTHORIZED, 5 }, { GN_MQTT_BAD_CLIENT_ID, 2 },
                 { GN_MQTT_IMPLEMENTATION, 3 },  { GN_MQTT_BAD_VERSION, 1 },    { GN_MQTT_QUOTA, 5 } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
            const struct gn_mqtt_connect connect = connect_of(version);
            assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_CONNECT);
            gn_mqtt_session_refuse(&session, rows[i].reason, GN_STR("why"), &out);
            answered(GN_MQTT_CONNACK);
            assert_int_equal(answer.connack.code, version == GN_MQTT_V5 ? rows[i].reason : rows[i].code);
            assert_int_equal(session.state, GN_MQTT_ENDED);
        }
}

static void old_and_unknown_versions_are_told_so(void **state)
{
    (void)state;
    begin();
    assert_int_equal(FEED("\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01z"), GN_MQTT_EVENT_FAULT);
    assert_int_equal(out.size, 4);
    assert_memory_equal(out_bytes, "\x20\x02\x00\x01", 4);
    begin();
    assert_int_equal(FEED("\x10\x0d\x00\x04MQTT\x06\x02\x00\x3c\x00\x01z"), GN_MQTT_EVENT_FAULT);
    answered(GN_MQTT_CONNACK);
    assert_int_equal(answer.connack.code, GN_MQTT_BAD_VERSION);
    begin();
    assert_int_equal(FEED("\x10\x0d\x00\x04HTTP\x04\x02\x00\x3c\x00\x01z"), GN_MQTT_EVENT_FAULT);
    answered(0);
}

static void what_a_connect_may_not_ask_is_refused_by_name(void **state)
{
    static char long_id[GN_MQTT_CLIENT_ID_BYTES_MAX + 2];
    struct gn_mqtt_connect connect = connect_of(GN_MQTT_V5);
    (void)state;
    memset(long_id, 'i', sizeof long_id - 1);
    gn_mqtt_props_set_text(&connect.props, GN_MQTT_P_AUTH_DATA, GN_STR("n,,"));
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_FAULT);
    answered(GN_MQTT_CONNACK);
    assert_int_equal(answer.connack.code, GN_MQTT_PROTOCOL_ERROR);
    for (size_t size = GN_MQTT_CLIENT_ID_BYTES_MAX - 1; size <= GN_MQTT_CLIENT_ID_BYTES_MAX + 1; size++) {
        connect = connect_of(GN_MQTT_V5);
        connect.client_id = (gn_str){ long_id, size };
        const bool fits = size <= GN_MQTT_CLIENT_ID_BYTES_MAX;
        assert_int_equal(feed_connect(&connect), fits ? GN_MQTT_EVENT_CONNECT : GN_MQTT_EVENT_FAULT);
    }
    assert_int_equal(event.fault.reason, GN_MQTT_BAD_CLIENT_ID);
    connect = connect_of(GN_MQTT_V311);
    connect.client_id = (gn_str){ 0 };
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_CONNECT);
    connect.clean = false; /* nobody could find that session again */
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_FAULT);
    answered(GN_MQTT_CONNACK);
    assert_int_equal(answer.connack.code, GN_MQTT_V311_BAD_CLIENT_ID);
    connect = sample_connect(GN_MQTT_V5);
    connect.will.qos = 2;
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_CONNECT);
    assert_true(event.connect.will.retain && event.connect.will.qos == 2);
    gn_mqtt_props_set_text(&connect.will.props, GN_MQTT_P_RESPONSE_TOPIC, GN_STR("a/+"));
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_FAULT);
    assert_int_equal(event.fault.reason, GN_MQTT_PROTOCOL_ERROR);
}

/* --- order --- */

static void the_first_packet_is_connect_and_the_only_one(void **state)
{
    (void)state;
    begin();
    assert_int_equal(FEED("\x30\x03\x00\x01t"), GN_MQTT_EVENT_FAULT);
    answered(0);
    begin();
    assert_int_equal(FEED("\xc0"), GN_MQTT_EVENT_FAULT); /* known from its first byte */
    begin();
    assert_int_equal(FEED("GET / HTTP/1.1\r\n"), GN_MQTT_EVENT_FAULT);
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
        const struct gn_mqtt_connect connect = connect_of(version);
        open_as(version);
        gn_mqtt_encode_connect(&in, &connect);
        (void)feed();
        ends_with(GN_MQTT_PROTOCOL_ERROR);
    }
}

static void packets_only_a_server_sends_end_it(void **state)
{
    static const uint8_t types[] = { GN_MQTT_CONNACK, GN_MQTT_SUBACK, GN_MQTT_UNSUBACK, GN_MQTT_PINGRESP,
                                     GN_MQTT_AUTH };
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++)
        for (size_t i = 0; i < sizeof types; i++) {
            open_as(version);
            if (!sample_put(types[i], version, &in))
                continue;
            (void)feed();
            ends_with(GN_MQTT_PROTOCOL_ERROR);
        }
}

static void sizes_are_bounded_before_and_after_connect(void **state)
{
    (void)state;
    begin();
    assert_int_equal(FEED("\x10\xfd\x3f"), GN_MQTT_EVENT_MORE); /* 8189 + 3 */
    assert_int_equal(event.size, GN_MQTT_CONNECT_BYTES_MAX);
    assert_int_equal(FEED("\x10\xfe\x3f"), GN_MQTT_EVENT_FAULT);
    open_as(GN_MQTT_V5);
    assert_int_equal(FEED("\x30\xfc\xff\x0f"), GN_MQTT_EVENT_MORE);
    assert_int_equal(event.size, GN_MQTT_PACKET_BYTES_MAX);
    (void)FEED("\x30\xfd\xff\x0f");
    ends_with(GN_MQTT_TOO_LARGE);
    open_as(GN_MQTT_V5);
    (void)FEED("\x30\x80\x80\x80\x80\x01");
    ends_with(GN_MQTT_MALFORMED);
}

/* --- PUBLISH --- */

static gn_mqtt_event_kind feed_publish(const struct gn_mqtt_publish *publish)
{
    gn_mqtt_encode_publish(&in, session.version, publish);
    return feed();
}

static void qos_2_and_retain_are_taken(void **state)
{
    const struct gn_mqtt_publish publish = { .topic = GN_STR("t"), .qos = 2, .packet_id = 1, .retain = true };
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
        open_as(version);
        assert_int_equal(feed_publish(&publish), GN_MQTT_EVENT_PUBLISH);
        assert_true(event.publish.qos == 2 && event.publish.retain);
    }
}

static void every_step_of_qos_2_is_an_event(void **state)
{
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
        open_as(version);
        assert_int_equal(FEED("\x50\x02\x00\x05"), GN_MQTT_EVENT_PUBREC);
        assert_int_equal(event.ack.packet_id, 5);
        assert_int_equal(FEED("\x62\x02\x00\x06"), GN_MQTT_EVENT_PUBREL);
        assert_int_equal(event.ack.packet_id, 6);
        assert_int_equal(FEED("\x70\x02\x00\x07"), GN_MQTT_EVENT_PUBCOMP);
        (void)FEED("\x60\x02\x00\x06"); /* PUBREL has its reserved bits */
        ends_with(GN_MQTT_MALFORMED);
    }
}

static void a_number_stands_for_a_topic(void **state)
{
    struct gn_mqtt_publish publish = { .topic = GN_STR("plant/long") };
    (void)state;
    open_as(GN_MQTT_V5);
    gn_mqtt_props_set(&publish.props, GN_MQTT_P_TOPIC_ALIAS, GN_MQTT_TOPIC_ALIAS_MAX);
    assert_int_equal(feed_publish(&publish), GN_MQTT_EVENT_PUBLISH);
    publish.topic = (gn_str){ 0 };
    assert_int_equal(feed_publish(&publish), GN_MQTT_EVENT_PUBLISH);
    assert_true(gn_str_equal(event.publish.topic, GN_STR("plant/long")));
    publish.topic = GN_STR("other");
    assert_int_equal(feed_publish(&publish), GN_MQTT_EVENT_PUBLISH);
    publish.topic = (gn_str){ 0 };
    assert_int_equal(feed_publish(&publish), GN_MQTT_EVENT_PUBLISH);
    assert_true(gn_str_equal(event.publish.topic, GN_STR("other")));
    gn_mqtt_props_set(&publish.props, GN_MQTT_P_TOPIC_ALIAS, 1); /* stands for nothing */
    (void)feed_publish(&publish);
    ends_with(GN_MQTT_PROTOCOL_ERROR);
    for (uint32_t alias = 0; alias <= GN_MQTT_TOPIC_ALIAS_MAX + 1; alias += GN_MQTT_TOPIC_ALIAS_MAX + 1) {
        open_as(GN_MQTT_V5); /* and a new connection has none */
        publish.topic = GN_STR("t");
        gn_mqtt_props_set(&publish.props, GN_MQTT_P_TOPIC_ALIAS, alias);
        (void)feed_publish(&publish);
        ends_with(GN_MQTT_BAD_ALIAS);
    }
}

static void what_a_publish_may_not_have_ends_it(void **state)
{
    struct gn_mqtt_publish publish = { .topic = GN_STR("t") };
    (void)state;
    gn_mqtt_props_set(&publish.props, GN_MQTT_P_SUBSCRIPTION_ID, 1);
    open_as(GN_MQTT_V5);
    (void)feed_publish(&publish);
    ends_with(GN_MQTT_PROTOCOL_ERROR);
    publish = (struct gn_mqtt_publish){ .topic = GN_STR("t") };
    gn_mqtt_props_set_text(&publish.props, GN_MQTT_P_RESPONSE_TOPIC, GN_STR("answers/#"));
    open_as(GN_MQTT_V5);
    (void)feed_publish(&publish);
    ends_with(GN_MQTT_PROTOCOL_ERROR);
    publish = (struct gn_mqtt_publish){ 0 };
    open_as(GN_MQTT_V5);
    (void)feed_publish(&publish);
    ends_with(GN_MQTT_PROTOCOL_ERROR);
}

static void more_in_flight_than_announced_waits_or_ends(void **state)
{
    const struct gn_mqtt_publish one = { .topic = GN_STR("t"), .qos = 1, .packet_id = 1 };
    const struct gn_mqtt_publish unasked = { .topic = GN_STR("t") };
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
        open_as(version);
        for (int i = 0; i < GN_MQTT_RECEIVE_MAXIMUM; i++) {
            assert_int_equal(feed_publish(&one), GN_MQTT_EVENT_PUBLISH);
            assert_int_equal(gn_mqtt_acks_push(&session.acks, GN_MQTT_PUBACK, 5, 1, 0, (gn_str){ 0 }), GN_OK);
        }
        assert_int_equal(feed_publish(&unasked), GN_MQTT_EVENT_PUBLISH); /* QoS 0 needs no place */
        if (version == GN_MQTT_V311) {
            assert_int_equal(feed_publish(&one), GN_MQTT_EVENT_WAIT); /* 3.1.1 was not told: back-pressure */
            assert_int_equal(session.state, GN_MQTT_OPEN);
            assert_int_equal(FEED("\x62\x02\x00\x06"), GN_MQTT_EVENT_WAIT); /* its PUBCOMP needs a place too */
        } else {
            (void)feed_publish(&one);
            ends_with(GN_MQTT_RECEIVE_MAXIMUM_EXCEEDED);
            open_as(version);
            session.open_ids = GN_MQTT_RECEIVE_MAXIMUM; /* those of QoS 2 count as well */
            (void)feed_publish(&one);
            ends_with(GN_MQTT_RECEIVE_MAXIMUM_EXCEEDED);
        }
    }
}

/* --- SUBSCRIBE --- */

static void each_filter_has_its_code(void **state)
{
    const struct gn_mqtt_filter two[] = { { GN_STR("a/#"), 2 }, { GN_STR("b"), 0 } };
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
        uint8_t codes[] = { 2, GN_MQTT_NOT_AUTHORIZED };
        open_as(version);
        gn_mqtt_encode_subscribe(&in, GN_MQTT_SUBSCRIBE, version, 4, two, 2);
        assert_int_equal(feed(), GN_MQTT_EVENT_SUBSCRIBE);
        gn_mqtt_session_suback(&session, &event, codes, &out);
        answered(GN_MQTT_SUBACK);
        assert_int_equal(answer.suback.packet_id, 4);
        assert_int_equal(answer.suback.codes.size, 2);
        assert_int_equal(answer.suback.codes.at[0], 2);
        assert_int_equal(answer.suback.codes.at[1], version == GN_MQTT_V5 ? GN_MQTT_NOT_AUTHORIZED : 0x80);
        gn_mqtt_encode_subscribe(&in, GN_MQTT_UNSUBSCRIBE, version, 5, two, 2);
        assert_int_equal(feed(), GN_MQTT_EVENT_UNSUBSCRIBE);
        codes[1] = GN_MQTT_NO_SUBSCRIPTION;
        gn_mqtt_session_suback(&session, &event, codes, &out);
        answered(GN_MQTT_UNSUBACK);
        assert_int_equal(answer.suback.codes.size, version == GN_MQTT_V5 ? 2 : 0);
    }
}

static void the_filters_of_a_packet_are_bounded(void **state)
{
    static struct gn_mqtt_filter filters[GN_MQTT_SUBSCRIPTIONS_MAX + 1];
    static uint8_t codes[GN_MQTT_SUBSCRIPTIONS_MAX];
    (void)state;
    for (int i = 0; i <= GN_MQTT_SUBSCRIPTIONS_MAX; i++)
        filters[i] = (struct gn_mqtt_filter){ GN_STR("things/press/a"), 1 };
    for (size_t count = GN_MQTT_SUBSCRIPTIONS_MAX - 1; count <= GN_MQTT_SUBSCRIPTIONS_MAX + 1; count++) {
        open_as(GN_MQTT_V5);
        gn_mqtt_encode_subscribe(&in, GN_MQTT_SUBSCRIBE, GN_MQTT_V5, 4, filters, count);
        if (count <= GN_MQTT_SUBSCRIPTIONS_MAX) {
            assert_int_equal(feed(), GN_MQTT_EVENT_SUBSCRIBE);
            gn_mqtt_session_suback(&session, &event, codes, &out);
            assert_true(out.size <= GN_MQTT_ANSWER_BYTES_MAX);
            answered(GN_MQTT_SUBACK);
            assert_int_equal(answer.suback.codes.size, count);
        } else {
            (void)feed();
            ends_with(GN_MQTT_QUOTA);
        }
    }
}

static void a_shared_subscription_has_no_no_local(void **state)
{
    const struct gn_mqtt_filter shared = { GN_STR("$share/g/a"), 4 };
    (void)state;
    open_as(GN_MQTT_V5);
    gn_mqtt_encode_subscribe(&in, GN_MQTT_SUBSCRIBE, GN_MQTT_V5, 4, &shared, 1);
    (void)feed();
    ends_with(GN_MQTT_PROTOCOL_ERROR);
}

/* --- AUTH --- */

static void a_client_that_authenticates_says_nothing_else(void **state)
{
    struct gn_mqtt_connect connect = connect_of(GN_MQTT_V5);
    (void)state;
    gn_mqtt_props_set_text(&connect.props, GN_MQTT_P_AUTH_METHOD, GN_STR("M"));
    for (int round = 0; round < 2; round++) {
        assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_CONNECT);
        gn_mqtt_session_challenge(&session, GN_MQTT_CONTINUE_AUTH, GN_STR("M"), (gn_bytes){ 0 }, &out);
        answered(GN_MQTT_AUTH);
        assert_int_equal(answer.ack.reason, GN_MQTT_CONTINUE_AUTH);
        assert_int_equal(session.state, GN_MQTT_AUTHENTICATING);
        if (round == 0) {
            assert_int_equal(FEED("\xf0\x02\x18\x00"), GN_MQTT_EVENT_AUTH);
            continue;
        }
        (void)FEED("\xc0\x00");
        assert_int_equal(event.kind, GN_MQTT_EVENT_FAULT);
        answered(0); /* no CONNACK: nothing may follow but the end */
    }
    open_as(GN_MQTT_V5);
    (void)FEED("\xf0\x02\x19\x00");
    ends_with(GN_MQTT_PROTOCOL_ERROR); /* it did not begin with a method */
}

/* --- the end --- */

static void a_goodbye_may_shorten_a_session_but_not_begin_one(void **state)
{
    struct gn_mqtt_connect connect = connect_of(GN_MQTT_V5);
    (void)state;
    open_as(GN_MQTT_V5);
    (void)FEED("\xe0\x07\x00\x05\x11\x00\x00\x00\x09");
    ends_with(GN_MQTT_PROTOCOL_ERROR);
    gn_mqtt_props_set(&connect.props, GN_MQTT_P_SESSION_EXPIRY, 100);
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_CONNECT);
    gn_mqtt_session_accept(&session, &event.connect, &(struct gn_mqtt_welcome){ 0 }, &out);
    assert_int_equal(session.expiry_s, 100);
    assert_int_equal(FEED("\xe0\x07\x04\x05\x11\x00\x00\x00\x09"), GN_MQTT_EVENT_DISCONNECT);
    assert_int_equal(event.ack.reason, GN_MQTT_WITH_WILL);
    assert_int_equal(session.expiry_s, 9);
    assert_int_equal(session.state, GN_MQTT_ENDED);
    answered(0);
}

static void a_last_word_is_said_only_to_version_5(void **state)
{
    (void)state;
    open_as(GN_MQTT_V5);
    out = gn_buf_over(out_bytes, sizeof out_bytes);
    gn_mqtt_session_end(&session, GN_MQTT_TAKEN_OVER, GN_STR("another"), &out);
    answered(GN_MQTT_DISCONNECT);
    assert_int_equal(answer.ack.reason, GN_MQTT_TAKEN_OVER);
    assert_true(gn_str_equal(gn_mqtt_props_text(&answer.ack.props, GN_MQTT_P_REASON_STRING), GN_STR("another")));
    open_as(GN_MQTT_V311);
    out = gn_buf_over(out_bytes, sizeof out_bytes);
    gn_mqtt_session_end(&session, GN_MQTT_TAKEN_OVER, GN_STR("another"), &out);
    answered(0);
}

static void a_ping_is_answered(void **state)
{
    (void)state;
    open_as(GN_MQTT_V311);
    assert_int_equal(FEED("\xc0\x00"), GN_MQTT_EVENT_NONE);
    answered(GN_MQTT_PINGRESP);
    (void)FEED("\xc0\x01\x00");
    ends_with(GN_MQTT_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_5_is_told_what_it_asked_and_what_the_limits_are),
        cmocka_unit_test(version_3_1_1_gets_four_bytes),
        cmocka_unit_test(a_refusal_has_the_code_of_its_version),
        cmocka_unit_test(old_and_unknown_versions_are_told_so),
        cmocka_unit_test(what_a_connect_may_not_ask_is_refused_by_name),
        cmocka_unit_test(the_first_packet_is_connect_and_the_only_one),
        cmocka_unit_test(packets_only_a_server_sends_end_it),
        cmocka_unit_test(sizes_are_bounded_before_and_after_connect),
        cmocka_unit_test(qos_2_and_retain_are_taken),
        cmocka_unit_test(every_step_of_qos_2_is_an_event),
        cmocka_unit_test(a_number_stands_for_a_topic),
        cmocka_unit_test(what_a_publish_may_not_have_ends_it),
        cmocka_unit_test(more_in_flight_than_announced_waits_or_ends),
        cmocka_unit_test(each_filter_has_its_code),
        cmocka_unit_test(the_filters_of_a_packet_are_bounded),
        cmocka_unit_test(a_shared_subscription_has_no_no_local),
        cmocka_unit_test(a_client_that_authenticates_says_nothing_else),
        cmocka_unit_test(a_goodbye_may_shorten_a_session_but_not_begin_one),
        cmocka_unit_test(a_last_word_is_said_only_to_version_5),
        cmocka_unit_test(a_ping_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
