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
static struct gn_mqtt_publish message;

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

static gn_err deliver(const char *id)
{
    const struct gn_action_out action = {
        .thing = FAKE_PRESS, .action = GN_STR("stop"), .id = gn_str_of(id), .payload = GN_STR("{\"action\":\"stop\"}")
    };
    return gn_mqtt_adapter.deliver(rig.self, &action);
}

/* Lines of the intake without the links. */
static size_t said(const char *line)
{
    size_t count = 0;
    for (size_t i = 0; i < rig.fake.line_count; i++)
        count += strcmp(fake_line(&rig.fake, i), line) == 0;
    return count;
}

static void an_action_is_sent_and_acknowledged(void **state)
{
    (void)state;
    assert_int_equal(deliver("x-1"), GN_ERR_NOT_FOUND); /* nobody is there */
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    assert_int_equal(deliver("x-1"), GN_ERR_NOT_FOUND); /* nobody listens */
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/actions/+", 1), 1);
    assert_int_equal(deliver("x-1"), GN_OK);
    rig_turn(&rig);
    assert_int_equal(said("x-1 sent"), 1);
    assert_int_equal(said("x-1 acknowledged"), 0);
    rig_message(&rig, &one, &message);
    assert_true(gn_str_equal(message.topic, GN_STR("things/press/actions/stop")));
    assert_int_equal(message.qos, 1);
    assert_false(message.dup || message.retain);
    assert_memory_equal(message.payload.at, "{\"action\":\"stop\"}", message.payload.size);
    rig_acknowledge(&rig, &one, (uint16_t)(message.packet_id + 1), 0); /* not that one */
    assert_int_equal(said("x-1 acknowledged"), 0);
    rig_acknowledge(&rig, &one, message.packet_id, 0);
    rig_acknowledge(&rig, &one, message.packet_id, 0); /* twice says no more */
    assert_int_equal(said("x-1 acknowledged"), 1);
    assert_int_equal(said("x-1 sent"), 1);
}

static void qos_0_is_sent_and_not_waited_for(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 0), 0);
    assert_int_equal(deliver("x-1"), GN_OK);
    rig_message(&rig, &one, &message);
    assert_int_equal(message.qos, 0);
    assert_int_equal(said("x-1 sent"), 1);
    assert_int_equal(rig_server(&rig)->clients.rows[0].clients.tqh_first->outbox.count, 0);
}

static void so_many_are_in_flight_and_then_it_is_busy(void **state)
{
    char id[16];
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/actions/stop", 1), 1);
    for (int i = 0; i < GN_MQTT_OUT_INFLIGHT_MAX; i++) {
        (void)snprintf(id, sizeof id, "x-%d", i);
        assert_int_equal(deliver(id), GN_OK);
    }
    assert_int_equal(deliver("x-more"), GN_ERR_AGAIN);
    rig_message(&rig, &one, &message);
    rig_acknowledge(&rig, &one, message.packet_id, 0);
    assert_int_equal(said("x-0 acknowledged"), 1);
    assert_int_equal(deliver("x-more"), GN_OK);
    assert_int_equal(deliver("x-still-more"), GN_ERR_AGAIN);
}

static void a_client_gets_no_more_at_once_than_it_said(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "a", "press");
    (void)state;
    gn_mqtt_props_set(&packet.props, GN_MQTT_P_RECEIVE_MAXIMUM, 1);
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 1), 1);
    assert_int_equal(deliver("x-1"), GN_OK);
    assert_int_equal(deliver("x-2"), GN_OK); /* waits here */
    rig_message(&rig, &one, &message);
    assert_true(rig_is_silent(&rig, &one));
    assert_int_equal(said("x-2 sent"), 0);
    rig_acknowledge(&rig, &one, message.packet_id, 0);
    rig_message(&rig, &one, &message);
    assert_false(message.dup);
    assert_int_equal(said("x-2 sent"), 1);
}

static void a_client_gets_no_larger_packet_than_it_takes(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "a", "press");
    (void)state;
    gn_mqtt_props_set(&packet.props, GN_MQTT_P_MAXIMUM_PACKET, 40);
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 1), 1);
    assert_int_equal(deliver("x-1"), GN_ERR_NOT_FOUND);
    assert_string_equal(rig.fake.refused, "the Thing takes no packet as large as an action");
}

static void what_was_not_acknowledged_is_sent_again_after_a_return(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "a", "press");
    bool present;
    (void)state;
    packet.clean = false;
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 1), 1);
    assert_int_equal(deliver("x-1"), GN_OK);
    rig_message(&rig, &one, &message);
    const uint16_t id = message.packet_id;
    rig_hang_up(&rig, &one);
    assert_int_equal(deliver("x-2"), GN_ERR_NOT_FOUND); /* away: the node keeps it */
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, &present), 0);
    assert_true(present);
    rig_message(&rig, &one, &message);
    assert_true(message.dup);
    assert_int_equal(message.packet_id, id);
    rig_acknowledge(&rig, &one, id, 0);
    assert_int_equal(said("x-1 sent"), 1);
    assert_int_equal(said("x-1 acknowledged"), 1);
}

static void a_step_that_met_a_full_ring_is_said_later_and_in_order(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 1), 1);
    rig.fake.is_full = true;
    assert_int_equal(deliver("x-1"), GN_OK);
    rig_message(&rig, &one, &message);
    rig_acknowledge(&rig, &one, message.packet_id, 0);
    assert_int_equal(said("x-1 sent"), 0);
    rig.fake.is_full = false;
    gn_mqtt_adapter.resume(rig.self);
    assert_string_equal(fake_line(&rig.fake, 1), "x-1 sent");
    assert_string_equal(fake_line(&rig.fake, 2), "x-1 acknowledged");
    assert_int_equal(rig_server(&rig)->clients.rows[0].clients.tqh_first->outbox.count, 0);
}

static void a_refusal_of_the_device_is_no_acknowledgement(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 1), 1);
    assert_int_equal(deliver("x-1"), GN_OK);
    rig_message(&rig, &one, &message);
    rig_acknowledge(&rig, &one, message.packet_id, GN_MQTT_QUOTA);
    assert_int_equal(said("x-1 acknowledged"), 0);
    assert_string_equal(rig.fake.refused, "the Thing refused a message with reason 0x97");
    assert_int_equal(deliver("x-2"), GN_OK); /* its place is free again */
}

/* --- between the clients of a Thing --- */

static void clients_of_a_thing_hear_each_other(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    rig_join(&rig, &two, GN_MQTT_V5, "b", "press");
    assert_int_equal(rig_subscribe(&rig, &two, "things/press/properties", 1), 1);
    rig_publish(&rig, &one, 1, 5, "things/press/properties", "{\"t\":1}");
    rig_message(&rig, &two, &message);
    assert_int_equal(message.qos, 1);
    assert_memory_equal(message.payload.at, "{\"t\":1}", 7);
    rig_acknowledge(&rig, &two, message.packet_id, 0);
    rig_publish(&rig, &one, 0, 0, "things/press/properties", "{\"t\":2}");
    rig_message(&rig, &two, &message);
    assert_int_equal(message.qos, 0); /* the lesser of both */
    rig_publish(&rig, &one, 1, 6, "things/press/properties", "{");
    rig_publish(&rig, &one, 1, 7, "things/press/events/e", "x");
    assert_true(rig_is_silent(&rig, &two)); /* neither the refused one nor another topic */
    rig_join(&rig, &one, GN_MQTT_V311, "c", "pump");
    rig_publish(&rig, &one, 0, 0, "things/pump/properties", "{\"t\":3}");
    assert_true(rig_is_silent(&rig, &two));
    assert_int_equal(rig_server(&rig)->stats.routed, 2);
}

static void a_client_hears_itself_unless_it_says_no_local(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 0), 0);
    rig_publish(&rig, &one, 0, 0, "things/press/properties", "{\"t\":1}");
    rig_message(&rig, &one, &message);
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", GN_MQTT_NO_LOCAL), 0);
    rig_publish(&rig, &one, 0, 0, "things/press/properties", "{\"t\":1}");
    assert_true(rig_is_silent(&rig, &one));
}

static void properties_travel_with_the_message(void **state)
{
    static const uint8_t raw[] = { 38, 0, 1, 'k', 0, 1, 'v', 3, 0, 1, 'c' };
    RIG_SENDING(out);
    const struct gn_mqtt_publish packet = { .topic = GN_STR("things/press/properties"),
                                            .payload = { (const uint8_t *)"{\"t\":1}", 7 },
                                            .props.raw = { raw, sizeof raw } };
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    rig_join(&rig, &two, GN_MQTT_V5, "b", "press");
    assert_int_equal(rig_subscribe(&rig, &two, "things/press/#", 1), 1);
    gn_mqtt_encode_publish(&out, GN_MQTT_V5, &packet);
    rig_send(&rig, &one, out.at, out.size);
    rig_message(&rig, &two, &message);
    assert_int_equal(message.props.user_count, 1);
    assert_true(gn_str_equal(gn_mqtt_props_text(&message.props, GN_MQTT_P_CONTENT_TYPE), GN_STR("c")));
}

static void who_is_away_gets_it_later_and_what_does_not_fit_is_counted(void **state)
{
    static char large[100000];
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "b", "press");
    static uint8_t bytes[110000];
    const int fit = GN_MQTT_OUTBOX_BYTES_MAX / (int)sizeof large;
    (void)state;
    packet.clean = false;
    gn_mqtt_props_set(&packet.props, GN_MQTT_P_SESSION_EXPIRY, 60);
    gn_mqtt_props_set(&packet.props, GN_MQTT_P_RECEIVE_MAXIMUM, 2);
    memset(large, 'x', sizeof large);
    rig_dial(&rig, &two);
    rig_send_connect(&rig, &two, &packet);
    assert_int_equal(rig_connack(&rig, &two, NULL), 0);
    assert_int_equal(rig_subscribe(&rig, &two, "things/press/#", 1), 1);
    rig_hang_up(&rig, &two);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    for (int i = 0; i < fit + 3; i++) {
        struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
        const struct gn_mqtt_publish large_one = { .qos = 1,
                                                   .packet_id = (uint16_t)(i + 1),
                                                   .topic = GN_STR("things/press/notes"),
                                                   .payload = { (const uint8_t *)large, sizeof large } };
        large[0] = (char)('A' + i);
        gn_mqtt_encode_publish(&out, GN_MQTT_V311, &large_one);
        rig_send(&rig, &one, out.at, out.size);
        assert_int_equal(rig_puback(&rig, &one, (uint16_t)(i + 1)), 0);
    }
    assert_int_equal(rig_server(&rig)->stats.unrouted, 3);
    rig_dial(&rig, &two);
    rig_send_connect(&rig, &two, &packet);
    assert_int_equal(rig_connack(&rig, &two, NULL), 0);
    for (int i = 0; i < fit; i++) {
        rig_message(&rig, &two, &message);
        assert_false(message.dup);
        assert_int_equal(message.payload.at[0], 'A' + i);
        rig_acknowledge(&rig, &two, message.packet_id, 0);
    }
    assert_true(rig_is_silent(&rig, &two));
    assert_int_equal(rig_server(&rig)->clients.messages.bytes, 0);
}

static void a_will_reaches_the_other_clients(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "a", "press");
    (void)state;
    rig_join(&rig, &two, GN_MQTT_V311, "b", "press");
    assert_int_equal(rig_subscribe(&rig, &two, "things/press/events/+", 1), 1);
    packet.has_will = true;
    packet.will.topic = GN_STR("things/press/events/gone");
    packet.will.payload = (gn_bytes){ (const uint8_t *)"a", 1 };
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    rig_hang_up(&rig, &one);
    rig_message(&rig, &two, &message);
    assert_true(gn_str_equal(message.topic, GN_STR("things/press/events/gone")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_action_is_sent_and_acknowledged, setup, teardown),
        cmocka_unit_test_setup_teardown(qos_0_is_sent_and_not_waited_for, setup, teardown),
        cmocka_unit_test_setup_teardown(so_many_are_in_flight_and_then_it_is_busy, setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_gets_no_more_at_once_than_it_said, setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_gets_no_larger_packet_than_it_takes, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_not_acknowledged_is_sent_again_after_a_return, setup, teardown),
        cmocka_unit_test_setup_teardown(a_step_that_met_a_full_ring_is_said_later_and_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal_of_the_device_is_no_acknowledgement, setup, teardown),
        cmocka_unit_test_setup_teardown(clients_of_a_thing_hear_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_hears_itself_unless_it_says_no_local, setup, teardown),
        cmocka_unit_test_setup_teardown(properties_travel_with_the_message, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_away_gets_it_later_and_what_does_not_fit_is_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_reaches_the_other_clients, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
