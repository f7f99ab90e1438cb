/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/intake_fake.h"
#include "connect/mqtt/mqtt_inbound.h"

static struct fake_intake fake;
static struct gn_payload payload;
static struct gn_mqtt_verdict verdict;

static int setup(void **state)
{
    (void)state;
    fake_init(&fake);
    verdict = (struct gn_mqtt_verdict){ 0 };
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_fini(&fake);
    return 0;
}

static gn_err publish(const char *topic, const char *text)
{
    const struct gn_mqtt_publish packet = {
        .qos = 1, .packet_id = 3, .topic = gn_str_of(topic), .payload = { (const uint8_t *)text, strlen(text) }
    };
    return gn_mqtt_inbound(&fake.table, &payload, FAKE_PRESS, &packet, &verdict);
}

static void refused(const char *topic, const char *text, uint8_t reason, bool close, const char *words)
{
    assert_int_equal(publish(topic, text), GN_ERR_INVAL);
    assert_int_equal(verdict.reason, reason);
    assert_int_equal(verdict.close, close);
    assert_string_equal(verdict.why.text, words);
}

static void each_topic_finds_its_way(void **state)
{
    (void)state;
    assert_int_equal(publish("things/press/properties/t", "21.5"), GN_OK);
    assert_int_equal(verdict.token, 1);
    assert_string_equal(fake.readings[0].property, "t");
    assert_true(fake.readings[0].value == 21.5);
    assert_int_equal(publish("things/press/properties", "{\"a\":1,\"b\":\"x\",\"time\":1767225600}"), GN_OK);
    assert_int_equal(verdict.token, 2);
    assert_int_equal(fake.reading_count, 3);
    assert_true(fake.readings[2].time_ms == INT64_C(1767225600000));
    assert_int_equal(publish("things/press/properties", "[{\"n\":\"c\",\"v\":3}]"), GN_OK);
    assert_string_equal(fake.readings[3].property, "c");
    assert_int_equal(publish("things/press/events/door", "open"), GN_OK);
    assert_int_equal(publish("things/press/actions/stop/status", "{\"id\":\"x-1\",\"state\":\"done\"}"), GN_OK);
    assert_int_equal(verdict.token, 5);
    assert_string_equal(fake_line(&fake, 0), "event 0 door open");
    assert_string_equal(fake_line(&fake, 1), "status 0 stop {\"id\":\"x-1\",\"state\":\"done\"}");
}

static void topics_the_policy_denies_are_refused(void **state)
{
    (void)state;
    refused("things/pump/properties", "{}", GN_MQTT_NOT_AUTHORIZED, true,
            "the Thing may not publish on 'things/pump/properties'");
    refused("things/press/properties/+", "1", GN_MQTT_BAD_TOPIC, true,
            "a topic has 1 to 512 bytes, at most 16 levels and no wildcard");
    refused("", "1", GN_MQTT_BAD_TOPIC, true, "a topic has 1 to 512 bytes, at most 16 levels and no wildcard");
    assert_int_equal(fake.reading_count, 0);
}

static void topics_without_a_meaning_are_only_handed_on(void **state)
{
    (void)state;
    assert_int_equal(publish("things/press/notes", "anything \xff"), GN_OK);
    assert_int_equal(verdict.token, 0);
    fake.is_open = true;
    assert_int_equal(publish("plant/1", ""), GN_OK);
    assert_int_equal(publish("things/pump/properties/t", "1"), GN_OK); /* not the press's: no reading of anybody */
    assert_int_equal(fake.reading_count, 0);
    assert_int_equal(fake.line_count, 0);
}

static void taking_a_retained_message_away_is_no_reading(void **state)
{
    const struct gn_mqtt_publish packet = { .retain = true, .topic = GN_STR("things/press/properties/t") };
    (void)state;
    assert_int_equal(gn_mqtt_inbound(&fake.table, &payload, FAKE_PRESS, &packet, &verdict), GN_OK);
    assert_int_equal(fake.reading_count, 0);
    assert_int_equal(publish("things/press/properties/t", ""), GN_ERR_INVAL); /* not retained: a broken reading */
}

static void payloads_that_cannot_be_kept_say_why(void **state)
{
    static char large[GN_TEXT_VALUE_BYTES_MAX + 2];
    (void)state;
    refused("things/press/properties", "{", GN_MQTT_BAD_PAYLOAD, false, "not JSON at byte 1: the text ends too early");
    refused("things/press/properties", "{\"bad\":1}", GN_MQTT_BAD_PAYLOAD, false, "'bad' cannot be kept");
    refused("things/press/properties", "{\"many\":1}", GN_MQTT_QUOTA, false,
            "not kept: a named limit is reached: drop, or wait");
    refused("things/press/events/e", "\xff", GN_MQTT_BAD_PAYLOAD, false, "an event is not UTF-8");
    memset(large, 'x', sizeof large - 1);
    refused("things/press/actions/a/status", large, GN_MQTT_BAD_PAYLOAD, false,
            "an action's status has more than TEXT_VALUE_BYTES_MAX (1024) bytes");
    large[GN_TEXT_VALUE_BYTES_MAX] = '\0';
    assert_int_equal(publish("things/press/events/e", large), GN_OK);
    assert_int_equal(publish("things/press/events/e", ""), GN_OK); /* that it happened is all it says */
}

static void a_full_ring_is_no_refusal(void **state)
{
    (void)state;
    fake.is_full = true;
    assert_int_equal(publish("things/press/properties/t", "1"), GN_ERR_AGAIN);
    assert_int_equal(publish("things/press/events/e", "1"), GN_ERR_AGAIN);
    fake.is_full = false;
    assert_int_equal(publish("things/press/properties/t", "1"), GN_OK);
    assert_int_equal(fake.reading_count, 1);
}

static void a_will_may_go_where_a_publish_may(void **state)
{
    (void)state;
    assert_true(gn_mqtt_inbound_topic(&fake.table, FAKE_PRESS, GN_STR("things/press/events/gone")));
    assert_true(gn_mqtt_inbound_topic(&fake.table, FAKE_PRESS, GN_STR("things/press/properties/online")));
    assert_false(gn_mqtt_inbound_topic(&fake.table, FAKE_PRESS, GN_STR("things/pump/events/gone")));
    assert_false(gn_mqtt_inbound_topic(&fake.table, FAKE_PRESS, GN_STR("#")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_topic_finds_its_way, setup, teardown),
        cmocka_unit_test_setup_teardown(topics_the_policy_denies_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(topics_without_a_meaning_are_only_handed_on, setup, teardown),
        cmocka_unit_test_setup_teardown(taking_a_retained_message_away_is_no_reading, setup, teardown),
        cmocka_unit_test_setup_teardown(payloads_that_cannot_be_kept_say_why, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_ring_is_no_refusal, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_may_go_where_a_publish_may, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
