/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_keep_rig.h"

static void a_session_and_what_waits_for_it_come_back(void **state)
{
    (void)state;
    for (int from_image = 0; from_image < 2; from_image++) {
        assert_int_equal(join_kept(&two, "b", 600), from_image);
        assert_int_equal(subscribe_kept(&two, "plant/#", 2), 2);
        assert_int_equal(subscribe_kept(&two, "other", 1), 1);
        rig_hang_up(&rig, &two);
        rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
        say(&one, "plant/1", "first", 1, false);
        assert_true(rig_is_silent(&rig, &one)); /* it waits for the disk, for the sake of the other */
        rig_durable(&rig);
        answered(&one, GN_MQTT_PUBACK);
        say(&one, "plant/2", "second", 2, false);
        rig_durable(&rig);
        answered(&one, GN_MQTT_PUBREC);
        start_again(from_image == 1);
        assert_true(join_kept(&two, "b", 600));
        hears(&two, "first");
        answer(&two, GN_MQTT_PUBACK, message.packet_id);
        hears(&two, "second");
        assert_int_equal(message.qos, 2);
        answer(&two, GN_MQTT_PUBREC, message.packet_id);
        rig_durable(&rig);
        answered(&two, GN_MQTT_PUBREL);
        answer(&two, GN_MQTT_PUBCOMP, message.packet_id);
        rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
        say(&one, "other", "live", 0, false);
        hears(&two, "live"); /* its subscriptions are back too */
        rig_hang_up(&rig, &one);
        rig_hang_up(&rig, &two);
    }
    start_again(false);
    assert_true(join_kept(&two, "b", 600));
    assert_true(rig_is_silent(&rig, &two)); /* what it has it is not sent again */
}

static void a_release_waits_for_the_disk_and_is_repeated(void **state)
{
    (void)state;
    (void)join_kept(&two, "b", 600);
    assert_int_equal(subscribe_kept(&two, "plant/#", 2), 2);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    say(&one, "plant/1", "x", 2, false);
    hears(&two, "x");
    const uint16_t id = message.packet_id;
    answer(&two, GN_MQTT_PUBREC, id);
    assert_true(rig_is_silent(&rig, &two));
    rig_durable(&rig);
    answered(&two, GN_MQTT_PUBREL);
    start_again(false);
    assert_true(join_kept(&two, "b", 600));
    answered(&two, GN_MQTT_PUBREL); /* not the message */
    answer(&two, GN_MQTT_PUBCOMP, id);
    assert_int_equal(rig_server(&rig)->clients.messages.count, 0);
}

/* A client that repeats itself, or answers what it was not yet sent, is told nothing before the disk, and nothing
 * twice. */
static void a_release_that_waits_for_the_disk_is_said_once(void **state)
{
    (void)state;
    (void)join_kept(&two, "b", 600);
    assert_int_equal(subscribe_kept(&two, "plant/#", 2), 2);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    say(&one, "plant/1", "x", 2, false);
    hears(&two, "x");
    const uint16_t id = message.packet_id;
    answer(&two, GN_MQTT_PUBREC, id);
    answer(&two, GN_MQTT_PUBREC, id);
    answer(&two, GN_MQTT_PUBCOMP, id);
    assert_true(rig_is_silent(&rig, &two));
    assert_int_equal(rig_server(&rig)->clients.messages.count, 1);
    rig_durable(&rig);
    answered(&two, GN_MQTT_PUBREL);
    assert_true(rig_is_silent(&rig, &two));
    answer(&two, GN_MQTT_PUBCOMP, id);
    assert_int_equal(rig_server(&rig)->clients.messages.count, 0);
}

static void a_message_of_qos_2_is_known_after_a_restart(void **state)
{
    (void)state;
    (void)join_kept(&one, "a", 600);
    say(&one, "things/press/properties/t", "1", 2, false);
    rig_durable(&rig);
    answered(&one, GN_MQTT_PUBREC);
    start_again(false);
    assert_true(join_kept(&one, "a", 600));
    say(&one, "things/press/properties/t", "1", 2, false);
    rig_durable(&rig); /* that of the first is, as far as the node knows, what it wrote last */
    answered(&one, GN_MQTT_PUBREC);
    assert_int_equal(rig.fake.reading_count, 0); /* it was taken in the life before */
    answer(&one, GN_MQTT_PUBREL, 77);
    assert_true(rig_is_silent(&rig, &one)); /* PUBCOMP waits for the disk as well */
    rig_durable(&rig);
    answered(&one, GN_MQTT_PUBCOMP);
    start_again(false);
    assert_true(join_kept(&one, "a", 600));
    say(&one, "things/press/properties/t", "2", 2, false); /* the id is free again */
    rig_durable(&rig);
    answered(&one, GN_MQTT_PUBREC);
    assert_int_equal(rig.fake.reading_count, 1);
}

static void retained_messages_come_back(void **state)
{
    (void)state;
    for (int from_image = 0; from_image < 2; from_image++) {
        rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
        say(&one, "plant/1", "one", 0, true);
        say(&one, "plant/2", "two", 1, true);
        assert_true(rig_is_silent(&rig, &one));
        rig_durable(&rig);
        answered(&one, GN_MQTT_PUBACK);
        say(&one, "plant/1", "", 0, true);
        start_again(from_image == 1);
        assert_int_equal(rig_server(&rig)->retained.count, 1);
        rig_join(&rig, &two, GN_MQTT_V5, "b", "press");
        assert_int_equal(rig_subscribe(&rig, &two, "#", 1), 1);
        hears(&two, "two");
        assert_true(message.retain && message.qos == 1);
        rig_hang_up(&rig, &two);
    }
}

static void what_has_ended_stays_ended(void **state)
{
    (void)state;
    (void)join_kept(&one, "a", 600);
    (void)join_kept(&two, "b", 5);
    rig_hang_up(&rig, &one);
    rig_hang_up(&rig, &two);
    rig_pass(&rig, 6000);                             /* the second runs out */
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press"); /* the first begins anew, and is not to be kept */
    rig_hang_up(&rig, &one);
    start_again(false);
    assert_int_equal(rig_server(&rig)->clients.away_count, 0);
    assert_false(join_kept(&one, "a", 60));
    rig_hang_up(&rig, &one);
    start_again(false);
    rig_pass(&rig, 59000);
    assert_true(join_kept(&one, "a", 60)); /* time goes on where it was */
}

static void a_subscription_is_confirmed_when_it_is_on_the_disk(void **state)
{
    RIG_SENDING(out);
    const struct gn_mqtt_filter filters[] = { { GN_STR("plant/1"), 1 }, { GN_STR("plant/2"), 1 } };
    (void)state;
    (void)join_kept(&two, "b", 600);
    assert_int_equal(subscribe_kept(&two, "plant/1", 1), 1); /* looks that it is silent before */
    gn_mqtt_encode_subscribe(&out, GN_MQTT_UNSUBSCRIBE, GN_MQTT_V5, 10, filters, 2);
    gn_mqtt_encode_ping(&out, GN_MQTT_PINGREQ);
    rig_send(&rig, &two, out.at, out.size);
    answered(&two, GN_MQTT_PINGRESP);
    assert_true(rig_is_silent(&rig, &two)); /* UNSUBACK waits as well */
    rig_durable(&rig);
    answered(&two, GN_MQTT_UNSUBACK);
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "plant/2", 1), 1); /* at once: nothing of it is kept */
    rig_hang_up(&rig, &one);
    start_again(false);
    assert_true(join_kept(&two, "b", 600));
    assert_int_equal(rig_server(&rig)->clients.subs.count, 0);
}

static void a_packet_that_must_be_kept_waits_for_room(void **state)
{
    (void)state;
    (void)join_kept(&two, "b", 600);
    assert_int_equal(subscribe_kept(&two, "plant/#", 1), 1);
    rig_hang_up(&rig, &two);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    has_room = false;
    say(&one, "plant/1", "x", 1, false);
    rig_durable(&rig);
    assert_true(rig_is_silent(&rig, &one));
    assert_int_equal(rig_server(&rig)->clients.messages.count, 0);
    has_room = true;
    gn_mqtt_adapter.resume(rig.self);
    rig_durable(&rig);
    answered(&one, GN_MQTT_PUBACK);
    assert_int_equal(rig_server(&rig)->clients.messages.count, 1);
    assert_int_equal(rig_server(&rig)->stats.unkept, 0);
}

static void strange_records_change_nothing(void **state)
{
    (void)state;
    (void)join_kept(&one, "a", 600);
    assert_int_equal(subscribe_kept(&one, "plant/#", 1), 1);
    say(&one, "plant/1", "x", 1, true);
    start_again(false);
    for (size_t at = 0; at < kept.size;) { /* every byte behind the head, one at a time */
        struct gn_record_head *record = (void *)(kept_bytes + at);
        for (size_t i = sizeof *record; i < record->size; i++) {
            kept_bytes[at + i] ^= 0x81;
            if (gn_record_valid((gn_bytes){ kept_bytes + at, record->size }))
                gn_mqtt_adapter.recall(rig.self, record);
            kept_bytes[at + i] ^= 0x81;
        }
        at += record->size;
    }
    assert_in_range(rig_server(&rig)->clients.away_count, 1, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_session_and_what_waits_for_it_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_release_waits_for_the_disk_and_is_repeated, setup, teardown),
        cmocka_unit_test_setup_teardown(a_release_that_waits_for_the_disk_is_said_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_message_of_qos_2_is_known_after_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(retained_messages_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_ended_stays_ended, setup, teardown),
        cmocka_unit_test_setup_teardown(a_subscription_is_confirmed_when_it_is_on_the_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(a_packet_that_must_be_kept_waits_for_room, setup, teardown),
        cmocka_unit_test_setup_teardown(strange_records_change_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
