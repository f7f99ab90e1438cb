/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_rig.h"

static struct rig rig;
static struct rig_client one, two;

static int setup(void **state)
{
    (void)state;
    rig_start(&rig);
    one.fd = two.fd = -1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (one.fd >= 0)
        (void)close(one.fd);
    if (two.fd >= 0)
        (void)close(two.fd);
    rig_stop(&rig);
    return 0;
}

/* --- CONNECT --- */

static void the_same_client_id_takes_over(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "same", "press");
    rig_join(&rig, &two, GN_MQTT_V5, "same", "press");
    assert_int_equal(rig_goodbye(&rig, &one), GN_MQTT_TAKEN_OVER);
    rig_publish(&rig, &two, 1, 1, "things/press/properties/t", "1");
    rig_durable(&rig);
    assert_int_equal(rig_puback(&rig, &two, 1), 0);
    assert_int_equal(rig.fake.line_count, 1); /* one link, never down */
    rig_hang_up(&rig, &one);
    rig_join(&rig, &one, GN_MQTT_V311, "same", "pump"); /* another Thing may have that id too */
    assert_true(rig_is_silent(&rig, &two));
}

static void a_session_is_present_after_a_return_and_not_after_a_clean_start(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "a", "press");
    bool present = true;
    (void)state;
    packet.clean = false;
    for (int round = 0; round < 2; round++) {
        rig_dial(&rig, &one);
        rig_send_connect(&rig, &one, &packet);
        assert_int_equal(rig_connack(&rig, &one, &present), 0);
        assert_int_equal(present, round == 1);
        if (round == 0)
            assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 1), 1);
        else
            assert_int_equal(rig_server(&rig)->clients.rows[0].clients.tqh_first->owner.count, 1);
        rig_hang_up(&rig, &one);
    }
    packet.clean = true;
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, &present), 0);
    assert_false(present);
    rig_hang_up(&rig, &one);
    packet.clean = false; /* the clean one left nothing behind */
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, &present), 0);
    assert_false(present);
}

static void a_client_without_an_id_is_given_one(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "", "press");
    struct gn_mqtt_frame frame;
    struct gn_mqtt_connack answer;
    struct gn_mqtt_fault fault;
    (void)state;
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_true(rig_next(&rig, &one, &frame));
    assert_int_equal(gn_mqtt_decode_connack(&frame, GN_MQTT_V5, &answer, &fault), GN_OK);
    const gn_str id = gn_mqtt_props_text(&answer.props, GN_MQTT_P_ASSIGNED_CLIENT_ID);
    assert_int_equal(id.size, 19);
    assert_non_null(gn_mqtt_clients_find(&rig_server(&rig)->clients, FAKE_PRESS, id));
    rig_join(&rig, &two, GN_MQTT_V311, "", "press"); /* and another gets another */
    assert_true(rig_is_silent(&rig, &one));
}

static void a_connect_without_credentials_is_refused(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "a", "press");
    (void)state;
    packet.has_user = packet.has_password = false;
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_V311_NOT_AUTHORIZED);
    assert_true(rig_is_closed(&rig, &one));
    assert_string_equal(rig.fake.refused, "a CONNECT without user name and password");
}

static void a_will_outside_the_own_tree_refuses_the_connect(void **state)
{
    static const char large[GN_MQTT_WILL_BYTES_MAX + 1] = "x";
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "a", "press");
    (void)state;
    packet.has_will = true;
    packet.will.topic = GN_STR("things/pump/events/gone");
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_NOT_AUTHORIZED);
    rig_hang_up(&rig, &one);
    packet.will.topic = GN_STR("things/press/events/gone");
    for (size_t size = GN_MQTT_WILL_BYTES_MAX - 1; size <= GN_MQTT_WILL_BYTES_MAX + 1; size++) {
        packet.will.payload = (gn_bytes){ (const uint8_t *)large, size };
        rig_dial(&rig, &one);
        rig_send_connect(&rig, &one, &packet);
        assert_int_equal(rig_connack(&rig, &one, NULL), size <= GN_MQTT_WILL_BYTES_MAX ? 0 : GN_MQTT_QUOTA);
        rig_hang_up(&rig, &one);
    }
    assert_int_equal(rig.fake.line_count, 6); /* twice: up, gone, down */
}

static void a_will_is_sent_when_the_line_breaks_and_not_after_goodbye(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "a", "press");
    (void)state;
    packet.has_will = true;
    packet.will.topic = GN_STR("things/press/events/gone");
    packet.will.payload = (gn_bytes){ (const uint8_t *)"alas", 4 };
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    rig_hang_up(&rig, &one);
    assert_string_equal(fake_line(&rig.fake, 1), "event 0 gone alas");
    assert_string_equal(fake_line(&rig.fake, 2), "link 0 down");
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    rig_send(&rig, &one, "\xe0\x00", 2);
    assert_true(rig_is_closed(&rig, &one));
    assert_int_equal(rig.fake.line_count, 5);
    assert_string_equal(fake_line(&rig.fake, 4), "link 0 down");
}

static void a_will_that_met_a_full_ring_is_not_lost(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "a", "press");
    (void)state;
    packet.has_will = true;
    packet.will.topic = GN_STR("things/press/properties/online");
    packet.will.payload = (gn_bytes){ (const uint8_t *)"false", 5 };
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    rig.fake.is_full = true;
    rig_hang_up(&rig, &one);
    assert_int_equal(rig.fake.reading_count, 0);
    rig.fake.is_full = false;
    gn_mqtt_adapter.resume(rig.self);
    assert_int_equal(rig.fake.reading_count, 1);
    assert_string_equal(rig.fake.readings[0].property, "online");
    assert_string_equal(fake_line(&rig.fake, 1), "link 0 down");
}

/* --- PUBLISH --- */

static void many_packets_in_one_read_are_all_taken(void **state)
{
    uint8_t bytes[4096];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    const struct gn_mqtt_publish packet = { .topic = GN_STR("things/press/properties/t"),
                                            .payload = { (const uint8_t *)"1", 1 } };
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    for (int i = 0; i < 100; i++)
        gn_mqtt_encode_publish(&out, GN_MQTT_V311, &packet);
    assert_false(out.full);
    rig_send(&rig, &one, out.at, out.size);
    assert_int_equal(rig.fake.reading_count, 100);
}

static void more_than_the_receive_maximum_waits_in_3_1_1(void **state)
{
    static uint8_t bytes[200000];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    const int count = 3 * GN_MQTT_RECEIVE_MAXIMUM + 7;
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    for (int i = 1; i <= count; i++) {
        const struct gn_mqtt_publish packet = { .qos = 1,
                                                .packet_id = (uint16_t)i,
                                                .topic = GN_STR("things/press/properties/t"),
                                                .payload = { (const uint8_t *)"1", 1 } };
        gn_mqtt_encode_publish(&out, GN_MQTT_V311, &packet);
    }
    assert_false(out.full);
    rig_send(&rig, &one, out.at, out.size);
    rig_turn(&rig);
    assert_int_equal(rig.fake.reading_count, GN_MQTT_RECEIVE_MAXIMUM);
    for (int i = 1; i <= count; i++) {
        rig_durable(&rig);
        assert_int_equal(rig_puback(&rig, &one, (uint16_t)i), 0);
    }
    assert_int_equal(rig.fake.reading_count, count);
}

static void a_hostile_topic_ends_it(void **state)
{
    static char topic[65001];
    static uint8_t bytes[70000];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    (void)state;
    memset(topic, '/', 65000);
    const struct gn_mqtt_publish packet = { .qos = 1, .packet_id = 1, .topic = { topic, 65000 } };
    gn_mqtt_encode_publish(&out, GN_MQTT_V5, &packet);
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    rig_send(&rig, &one, out.at, out.size);
    assert_int_equal(rig_goodbye(&rig, &one), GN_MQTT_BAD_TOPIC);
    assert_int_equal(rig.fake.refused_count, 1);
}

static void broken_protocol_is_counted_and_answered(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    rig_send(&rig, &one, "\x36\x06\x00\x01t\x00\x01\x00", 8); /* QoS 3 */
    assert_int_equal(rig_goodbye(&rig, &one), GN_MQTT_MALFORMED);
    assert_string_equal(rig.fake.refused, "the flags of PUBLISH contradict each other");
    assert_int_equal(rig_server(&rig)->stats.faults, 1);
    rig_join(&rig, &two, GN_MQTT_V311, "a", "press");
    rig_send(&rig, &two, "\x36\x05\x00\x01t\x00\x01", 7);
    assert_true(rig_is_closed(&rig, &two));
}

static void subscribing_is_answered_filter_by_filter(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/actions/+", 1), 1);
    assert_int_equal(rig_subscribe(&rig, &one, "things/pump/actions/+", 1), 0x80);
    rig_join(&rig, &two, GN_MQTT_V5, "b", "press");
    assert_int_equal(rig_subscribe(&rig, &two, "#", 1), GN_MQTT_NOT_AUTHORIZED);
}

/* shows 3.1.1: 4.8.0-2 */
static void no_memory_ends_one_connection_and_no_more(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "a", "press");
    (void)state;
    rig_join(&rig, &two, GN_MQTT_V311, "b", "press");
    rig_dial(&rig, &one);
    gn_mem_fail_after(1);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_IMPLEMENTATION);
    rig_hang_up(&rig, &one);
    packet.has_will = true;
    packet.will.topic = GN_STR("things/press/events/gone");
    rig_dial(&rig, &one);
    gn_mem_fail_after(2); /* the client is made, its will is not */
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_IMPLEMENTATION);
    gn_mem_fail_after(0);
    rig_publish(&rig, &two, 1, 1, "things/press/properties/t", "1");
    rig_durable(&rig);
    assert_int_equal(rig_puback(&rig, &two, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_client_id_takes_over, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_is_present_after_a_return_and_not_after_a_clean_start, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_client_without_an_id_is_given_one, setup, teardown),
        cmocka_unit_test_setup_teardown(a_connect_without_credentials_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_outside_the_own_tree_refuses_the_connect, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_is_sent_when_the_line_breaks_and_not_after_goodbye, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_that_met_a_full_ring_is_not_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(many_packets_in_one_read_are_all_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(more_than_the_receive_maximum_waits_in_3_1_1, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hostile_topic_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_protocol_is_counted_and_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(subscribing_is_answered_filter_by_filter, setup, teardown),
        cmocka_unit_test_setup_teardown(no_memory_ends_one_connection_and_no_more, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
