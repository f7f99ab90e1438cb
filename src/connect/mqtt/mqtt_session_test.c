/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>

#include "connect/mqtt/mqtt_packet_sample.h"
#include "connect/mqtt/mqtt_session.h"

static struct gn_mqtt_session session;
static struct gn_mqtt_ack_slot slots[GN_MQTT_RECEIVE_MAXIMUM];
static struct gn_mqtt_event event;
static struct gn_mqtt_subs subs;
static uint8_t subs_bytes[GN_MQTT_SUBS_BYTES_MAX];
static uint8_t in_bytes[300000], out_bytes[4096];
static struct gn_buf in, out;
static union sample_packet answer;
static struct gn_mqtt_frame answer_frame;

static void begin(void)
{
    gn_mqtt_session_init(&session, slots, GN_MQTT_RECEIVE_MAXIMUM);
    subs = (struct gn_mqtt_subs){ .at = subs_bytes, .capacity = sizeof subs_bytes };
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
    gn_mqtt_session_accept(&session, &event.connect, (gn_str){ 0 }, false, &out);
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

static void version_5_is_told_what_is_not_available(void **state)
{
    struct gn_mqtt_connect connect = connect_of(GN_MQTT_V5);
    (void)state;
    connect.keepalive_s = 0;
    connect.client_id = (gn_str){ 0 };
    gn_mqtt_props_set(&connect.props, GN_MQTT_P_SESSION_EXPIRY, UINT32_MAX);
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_CONNECT);
    gn_mqtt_session_accept(&session, &event.connect, GN_STR("gn-7"), true, &out);
    answered(GN_MQTT_CONNACK);
    const struct gn_mqtt_props *props = &answer.connack.props;
    assert_true(answer.connack.session_present);
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_MAXIMUM_QOS, 9), 1);
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_RETAIN_AVAILABLE, 9), 0);
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_SHARED_AVAILABLE, 9), 0);
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_SUBSCRIPTION_ID_AVAILABLE, 9), 0);
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_WILDCARD_AVAILABLE, 9), 1);
    assert_int_equal(gn_mqtt_props_number(props, GN_MQTT_P_TOPIC_ALIAS_MAXIMUM, 9), 0);
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
    gn_mqtt_props_set_text(&connect.props, GN_MQTT_P_AUTH_METHOD, GN_STR("SCRAM"));
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_FAULT);
    answered(GN_MQTT_CONNACK);
    assert_int_equal(answer.connack.code, GN_MQTT_BAD_AUTH_METHOD);
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
    connect = sample_connect(GN_MQTT_V5); /* its will is to be retained */
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_FAULT);
    assert_int_equal(event.fault.reason, GN_MQTT_NO_RETAIN);
    connect.will.qos = 2;
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_FAULT);
    assert_int_equal(event.fault.reason, GN_MQTT_NO_QOS);
    connect.version = GN_MQTT_V311; /* which has no words for it: taken as it is meant */
    assert_int_equal(feed_connect(&connect), GN_MQTT_EVENT_CONNECT);
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
    static const uint8_t types[] = { GN_MQTT_CONNACK, GN_MQTT_PUBREC,   GN_MQTT_PUBREL,   GN_MQTT_PUBCOMP,
                                     GN_MQTT_SUBACK,  GN_MQTT_UNSUBACK, GN_MQTT_PINGRESP, GN_MQTT_AUTH };
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

static void what_was_announced_is_insisted_on(void **state)
{
    struct gn_mqtt_publish publish = { .topic = GN_STR("t"), .qos = 2, .packet_id = 1 };
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
        open_as(version);
        (void)feed_publish(&publish);
        ends_with(GN_MQTT_NO_QOS);
    }
    publish = (struct gn_mqtt_publish){ .topic = GN_STR("t"), .retain = true };
    open_as(GN_MQTT_V5);
    (void)feed_publish(&publish);
    ends_with(GN_MQTT_NO_RETAIN);
    open_as(GN_MQTT_V311); /* nothing was announced: it is a reading like any other */
    assert_int_equal(feed_publish(&publish), GN_MQTT_EVENT_PUBLISH);
    publish = (struct gn_mqtt_publish){ .topic = GN_STR("t") };
    gn_mqtt_props_set(&publish.props, GN_MQTT_P_TOPIC_ALIAS, 1);
    open_as(GN_MQTT_V5);
    (void)feed_publish(&publish);
    ends_with(GN_MQTT_BAD_ALIAS);
    publish.props.has = 0;
    gn_mqtt_props_set(&publish.props, GN_MQTT_P_SUBSCRIPTION_ID, 1);
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
            assert_int_equal(gn_mqtt_acks_push(&session.acks, 5, 1, 0, (gn_str){ 0 }), GN_OK);
        }
        assert_int_equal(feed_publish(&unasked), GN_MQTT_EVENT_PUBLISH); /* QoS 0 needs no place */
        if (version == GN_MQTT_V311) {
            assert_int_equal(feed_publish(&one), GN_MQTT_EVENT_WAIT); /* 3.1.1 was not told: back-pressure */
            assert_int_equal(session.state, GN_MQTT_OPEN);
        } else {
            (void)feed_publish(&one);
            ends_with(GN_MQTT_RECEIVE_MAXIMUM_EXCEEDED);
        }
    }
}

/* --- SUBSCRIBE --- */

static uint8_t subscribe_one(const char *filter, uint8_t options)
{
    const struct gn_mqtt_filter one = { gn_str_of(filter), options };
    gn_mqtt_encode_subscribe(&in, GN_MQTT_SUBSCRIBE, session.version, 4, &one, 1);
    assert_int_equal(feed(), GN_MQTT_EVENT_SUBSCRIBE);
    gn_mqtt_session_subscribe(&session, &event, GN_STR("press"), &subs, &out);
    answered(GN_MQTT_SUBACK);
    assert_int_equal(answer.suback.packet_id, 4);
    assert_int_equal(answer.suback.codes.size, 1);
    return answer.suback.codes.at[0];
}

static void subscriptions_stay_within_the_things_own_tree(void **state)
{
    (void)state;
    open_as(GN_MQTT_V5);
    assert_int_equal(subscribe_one("things/press/actions/+", 1), 1);
    assert_int_equal(subscribe_one("things/press/#", 2), 1); /* QoS 2 is granted as 1 */
    assert_int_equal(subscribe_one("things/press/events/x", 0), 0);
    assert_int_equal(subscribe_one("things/pump/#", 1), GN_MQTT_NOT_AUTHORIZED);
    assert_int_equal(subscribe_one("#", 1), GN_MQTT_NOT_AUTHORIZED);
    assert_int_equal(subscribe_one("things/+/actions/+", 1), GN_MQTT_NOT_AUTHORIZED);
    assert_int_equal(subscribe_one("things/press/a#", 1), GN_MQTT_BAD_FILTER);
    assert_int_equal(subscribe_one("$share/g/things/press/#", 1), GN_MQTT_NO_SHARED);
    assert_int_equal(subs.count, 3);
    open_as(GN_MQTT_V311);
    assert_int_equal(subscribe_one("things/press/#", 1), 1);
    assert_int_equal(subscribe_one("things/pump/#", 1), 0x80);
    assert_int_equal(subscribe_one("things/press/a#", 1), 0x80);
    assert_int_equal(subs.count, 1);
}

static void their_number_is_bounded_in_packet_and_session(void **state)
{
    static struct gn_mqtt_filter filters[GN_MQTT_SUBSCRIPTIONS_MAX + 1];
    static char texts[GN_MQTT_SUBSCRIPTIONS_MAX + 1][32];
    (void)state;
    for (int i = 0; i <= GN_MQTT_SUBSCRIPTIONS_MAX; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "things/press/%d", i);
        filters[i] = (struct gn_mqtt_filter){ gn_str_of(texts[i]), 1 };
    }
    for (size_t count = GN_MQTT_SUBSCRIPTIONS_MAX - 1; count <= GN_MQTT_SUBSCRIPTIONS_MAX + 1; count++) {
        open_as(GN_MQTT_V5);
        gn_mqtt_encode_subscribe(&in, GN_MQTT_SUBSCRIBE, GN_MQTT_V5, 4, filters, count);
        if (count <= GN_MQTT_SUBSCRIPTIONS_MAX) {
            assert_int_equal(feed(), GN_MQTT_EVENT_SUBSCRIBE);
            gn_mqtt_session_subscribe(&session, &event, GN_STR("press"), &subs, &out);
            answered(GN_MQTT_SUBACK);
            assert_int_equal(answer.suback.codes.size, count);
            assert_int_equal(subs.count, count);
        } else {
            (void)feed();
            ends_with(GN_MQTT_QUOTA);
        }
    }
    open_as(GN_MQTT_V5);
    for (int i = 0; i <= GN_MQTT_SUBSCRIPTIONS_MAX; i++)
        assert_int_equal(subscribe_one(texts[i], 1), i < GN_MQTT_SUBSCRIPTIONS_MAX ? 1 : GN_MQTT_QUOTA);
}

static void unsubscribing_says_what_there_was(void **state)
{
    const struct gn_mqtt_filter two[] = { { GN_STR("things/press/#"), 0 }, { GN_STR("things/press/x"), 0 } };
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
        open_as(version);
        assert_int_equal(subscribe_one("things/press/#", 1), 1);
        gn_mqtt_encode_subscribe(&in, GN_MQTT_UNSUBSCRIBE, version, 5, two, 2);
        assert_int_equal(feed(), GN_MQTT_EVENT_UNSUBSCRIBE);
        gn_mqtt_session_subscribe(&session, &event, GN_STR("press"), &subs, &out);
        answered(GN_MQTT_UNSUBACK);
        assert_int_equal(subs.count, 0);
        if (version == GN_MQTT_V5) {
            assert_int_equal(answer.suback.codes.at[0], GN_MQTT_SUCCESS);
            assert_int_equal(answer.suback.codes.at[1], GN_MQTT_NO_SUBSCRIPTION);
        }
    }
}

static void subscription_ids_are_not_available(void **state)
{
    (void)state;
    open_as(GN_MQTT_V5);
    (void)FEED("\x82\x09\x00\x01\x02\x0b\x01\x00\x01t\x00");
    ends_with(GN_MQTT_NO_SUBSCRIPTION_IDS);
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
    gn_mqtt_session_accept(&session, &event.connect, (gn_str){ 0 }, false, &out);
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
        cmocka_unit_test(version_5_is_told_what_is_not_available),
        cmocka_unit_test(version_3_1_1_gets_four_bytes),
        cmocka_unit_test(a_refusal_has_the_code_of_its_version),
        cmocka_unit_test(old_and_unknown_versions_are_told_so),
        cmocka_unit_test(what_a_connect_may_not_ask_is_refused_by_name),
        cmocka_unit_test(the_first_packet_is_connect_and_the_only_one),
        cmocka_unit_test(packets_only_a_server_sends_end_it),
        cmocka_unit_test(sizes_are_bounded_before_and_after_connect),
        cmocka_unit_test(what_was_announced_is_insisted_on),
        cmocka_unit_test(more_in_flight_than_announced_waits_or_ends),
        cmocka_unit_test(subscriptions_stay_within_the_things_own_tree),
        cmocka_unit_test(their_number_is_bounded_in_packet_and_session),
        cmocka_unit_test(unsubscribing_says_what_there_was),
        cmocka_unit_test(subscription_ids_are_not_available),
        cmocka_unit_test(a_goodbye_may_shorten_a_session_but_not_begin_one),
        cmocka_unit_test(a_last_word_is_said_only_to_version_5),
        cmocka_unit_test(a_ping_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
