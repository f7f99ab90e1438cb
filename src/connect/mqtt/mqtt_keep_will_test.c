/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_keep_rig.h"
#include "connect/mqtt/mqtt_keep_will.h"

/* A client of the press with a will that says "alas" on the event `gone`. */
static bool join_mortal(struct rig_client *client, uint32_t expiry_s, uint32_t delay_s)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "mortal", "press");
    bool present;
    packet.clean = false;
    packet.has_will = true;
    packet.will.topic = GN_STR("things/press/events/gone");
    packet.will.payload = (gn_bytes){ (const uint8_t *)"alas", 4 };
    packet.will.qos = 1;
    if (delay_s > 0)
        gn_mqtt_props_set(&packet.will.props, GN_MQTT_P_WILL_DELAY, delay_s);
    if (expiry_s > 0)
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_SESSION_EXPIRY, expiry_s);
    rig_dial(&rig, client);
    rig_send_connect(&rig, client, &packet);
    assert_int_equal(rig_connack(&rig, client, &present), 0);
    return present;
}

/* How often the will was published since the last start, when `ms` more have passed. */
static unsigned wills(int64_t ms)
{
    unsigned count = 0;
    rig_pass(&rig, ms);
    for (size_t i = 0; i < rig.fake.line_count; i++)
        count += strcmp(fake_line(&rig.fake, i), "event 0 gone alas") == 0;
    return count;
}

static void say_goodbye(struct rig_client *client)
{
    RIG_SENDING(out);
    const struct gn_mqtt_ack packet = { .reason = GN_MQTT_SUCCESS };
    gn_mqtt_encode_disconnect(&out, GN_MQTT_DISCONNECT, GN_MQTT_V5, &packet);
    rig_send(&rig, client, out.at, out.size);
    rig_hang_up(&rig, client);
}

static void who_was_connected_when_the_node_ended_has_its_will_published_once(void **state)
{
    (void)state;
    for (int from_image = 0; from_image < 2; from_image++) {
        (void)join_mortal(&one, 0, 30); /* the session ends with the connection, so the delay does not matter */
        assert_int_equal(wills(1000), 0);
        start_again(from_image == 1);
        assert_int_equal(wills(1000), 1);
        start_again(false);
        assert_int_equal(wills(600000), 0);
        kept.size = 0;
    }
}

static void the_delay_begins_with_the_start(void **state)
{
    (void)state;
    for (int from_image = 0; from_image < 2; from_image++) {
        (void)join_mortal(&one, 600, 30);
        start_again(from_image == 1);
        assert_int_equal(wills(29000), 0);
        assert_int_equal(wills(1000), 1);
        start_again(true);
        assert_int_equal(wills(600000), 0);
        kept.size = 0;
    }
}

static void who_is_back_in_time_takes_it_back(void **state)
{
    (void)state;
    (void)join_mortal(&one, 600, 30);
    start_again(false);
    rig_pass(&rig, 29000);
    assert_true(join_kept(&one, "mortal", 600));
    assert_int_equal(wills(60000), 0);
    start_again(false);
    assert_int_equal(wills(600000), 0);
}

static void a_will_without_delay_is_due_however_soon_the_client_is_back(void **state)
{
    (void)state;
    (void)join_mortal(&one, 600, 0);
    start_again(false);
    assert_true(join_kept(&one, "mortal", 600));
    assert_int_equal(wills(0), 1);
    start_again(false);
    assert_int_equal(wills(600000), 0);
}

static void the_delay_of_who_was_away_goes_on(void **state)
{
    (void)state;
    for (int from_image = 0; from_image < 2; from_image++) {
        (void)join_mortal(&one, 600, 30);
        rig_pass(&rig, 20000);
        rig_hang_up(&rig, &one);
        start_again(from_image == 1); /* sets the clocks back by those 20 s */
        assert_int_equal(wills(49000), 0);
        assert_int_equal(wills(1000), 1);
        kept.size = 0;
        start_again(false);
    }
}

static void a_session_that_ends_meanwhile_publishes_it_early(void **state)
{
    (void)state;
    (void)join_mortal(&one, 5, 30);
    start_again(false);
    assert_int_equal(wills(4000), 0);
    assert_int_equal(wills(2000), 1);
    assert_int_equal(rig_server(&rig)->clients.away_count, 0);
}

static void who_has_left_well_has_none(void **state)
{
    (void)state;
    for (int is_full = 0; is_full < 2; is_full++) {
        (void)join_mortal(&one, 600, 5);
        has_room = is_full == 0;
        say_goodbye(&one);
        has_room = true; /* what did not fit is written later */
        assert_int_equal(wills(1000), 0);
        start_again(false);
        assert_int_equal(wills(700000), 0);
    }
}

static void a_will_that_found_no_room_is_kept_later(void **state)
{
    (void)state;
    has_room = false;
    (void)join_mortal(&one, 0, 0);
    has_room = true;
    rig_pass(&rig, 1000);
    start_again(false);
    assert_int_equal(wills(1000), 1);
}

static void a_stop_leaves_wills_to_the_next_start(void **state)
{
    (void)state;
    (void)join_mortal(&one, 0, 0);
    hang_up();
    one.fd = -1;
    (void)join_mortal(&two, 600, 30);
    assert_int_equal(wills(0), 1); /* that of the first: the same client has come again */
    rig_stop(&rig);
    hang_up();
    begin();
    recall(gn_buf_bytes(&kept));
    assert_int_equal(wills(29000), 0);
    assert_int_equal(wills(1000), 1);
}

static void a_will_waits_for_room_and_is_not_lost_by_a_second_end(void **state)
{
    (void)state;
    (void)join_mortal(&one, 0, 0);
    start_again(false);
    has_room = false;
    assert_int_equal(wills(5000), 0);
    start_again(true);
    assert_int_equal(wills(1000), 1);
}

static void strange_records_of_wills_change_nothing(void **state)
{
    (void)state;
    (void)join_mortal(&one, 600, 30);
    start_again(false);
    for (size_t at = 0; at < kept.size;) {
        struct gn_record_head *record = (void *)(kept_bytes + at);
        for (size_t i = sizeof *record; i < record->size; i++) {
            kept_bytes[at + i] ^= 0x81;
            if (gn_record_valid((gn_bytes){ kept_bytes + at, record->size }))
                gn_mqtt_adapter.recall(rig.self, record);
            kept_bytes[at + i] ^= 0x81;
        }
        at += record->size;
    }
    gn_mqtt_adapter.recall(rig.self, NULL);
    (void)wills(60000);
    assert_in_range(rig_server(&rig)->clients.due_count, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_was_connected_when_the_node_ended_has_its_will_published_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_delay_begins_with_the_start, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_back_in_time_takes_it_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_without_delay_is_due_however_soon_the_client_is_back, setup, teardown),
        cmocka_unit_test_setup_teardown(the_delay_of_who_was_away_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_that_ends_meanwhile_publishes_it_early, setup, teardown),
        cmocka_unit_test_setup_teardown(who_has_left_well_has_none, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_that_found_no_room_is_kept_later, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stop_leaves_wills_to_the_next_start, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_waits_for_room_and_is_not_lost_by_a_second_end, setup, teardown),
        cmocka_unit_test_setup_teardown(strange_records_of_wills_change_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
