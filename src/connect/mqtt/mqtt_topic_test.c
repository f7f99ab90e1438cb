/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_topic.h"

static void filters_match_as_the_specification_says(void **state)
{
    static const struct {
        const char *filter, *topic;
        bool matches;
    } rows[] = {
        { "a/b", "a/b", true },     { "a/b", "a/c", false },      { "a/b", "a", false },
        { "a/b", "a/b/c", false },  { "a/+", "a/b", true },       { "a/+", "a", false },
        { "a/+", "a/", true },      { "a/+", "a/b/c", false },    { "+/b", "a/b", true },
        { "+", "a", true },         { "+", "/a", false },         { "/+", "/a", true },
        { "+/+", "/a", true },      { "#", "a/b/c", true },       { "a/#", "a", true },
        { "a/#", "a/b/c", true },   { "a/#", "ab", false },       { "a/#", "b/a", false },
        { "a/+/c", "a/b/c", true }, { "a/+/c", "a/b/d", false },  { "a/+/#", "a/b", true },
        { "a/+/#", "a", false },    { "a/b/#", "a/b/", true },    { "#", "$SYS/x", false },
        { "+/x", "$SYS/x", false }, { "$SYS/#", "$SYS/x", true }, { "/", "/", true },
        { "/", "a", false },        { "a//b", "a//b", true },     { "a/+/b", "a//b", true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const bool matches = gn_mqtt_topic_matches(gn_str_of(rows[i].filter), gn_str_of(rows[i].topic));
        if (matches != rows[i].matches)
            fail_msg("'%s' and '%s'", rows[i].filter, rows[i].topic);
        assert_true(gn_mqtt_filter_valid(gn_str_of(rows[i].filter)));
    }
}

static void wildcards_stand_only_as_whole_levels(void **state)
{
    static const char *const bad[] = { "", "a+", "+a", "a/b+/c", "#/a", "a/#/b", "a#", "##", "++", "a/#b" };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gn_mqtt_filter_valid(gn_str_of(bad[i])));
    assert_false(gn_mqtt_topic_valid(GN_STR("a/+")));
    assert_false(gn_mqtt_topic_valid(GN_STR("a/#")));
    assert_false(gn_mqtt_topic_valid(GN_STR("")));
    assert_true(gn_mqtt_topic_valid(GN_STR("a")));
}

static void levels_and_bytes_end_at_their_limits(void **state)
{
    static char text[65536];
    (void)state;
    memset(text, '/', sizeof text);
    for (size_t size = GN_MQTT_TOPIC_LEVELS_MAX - 2; size <= GN_MQTT_TOPIC_LEVELS_MAX; size++) {
        const gn_str topic = { text, size }; /* size slashes are size + 1 levels */
        assert_int_equal(gn_mqtt_topic_valid(topic), size + 1 <= GN_MQTT_TOPIC_LEVELS_MAX);
        assert_int_equal(gn_mqtt_filter_valid(topic), size + 1 <= GN_MQTT_TOPIC_LEVELS_MAX);
    }
    assert_false(gn_mqtt_topic_valid((gn_str){ text, 65000 }));
    assert_false(gn_mqtt_filter_valid((gn_str){ text, 65000 }));
    memset(text, 'x', sizeof text);
    for (size_t size = GN_MQTT_TOPIC_BYTES_MAX - 1; size <= GN_MQTT_TOPIC_BYTES_MAX + 1; size++)
        assert_int_equal(gn_mqtt_topic_valid((gn_str){ text, size }), size <= GN_MQTT_TOPIC_BYTES_MAX);
}

static void a_topic_is_a_property_an_event_or_a_status(void **state)
{
    static const struct {
        const char *topic;
        gn_mqtt_topic_kind kind;
        const char *name;
    } rows[] = {
        { "things/press/properties", GN_MQTT_TOPIC_PROPERTIES, "" },
        { "things/press/properties/t", GN_MQTT_TOPIC_PROPERTY, "t" },
        { "things/press/properties/", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press/properties/a/b", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press/properties/+", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press/propertiesx", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press/events/door", GN_MQTT_TOPIC_EVENT, "door" },
        { "things/press/events", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press/actions/stop/status", GN_MQTT_TOPIC_STATUS, "stop" },
        { "things/press/actions/stop", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press/actions//status", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press/actions/status", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press/actions/a/b/status", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press/certificate/request", GN_MQTT_TOPIC_CERTIFICATE, "" },
        { "things/press/certificate", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/pump/certificate/request", GN_MQTT_TOPIC_FOREIGN, "" },
        { "things/press/", GN_MQTT_TOPIC_UNKNOWN, "" },
        { "things/press", GN_MQTT_TOPIC_FOREIGN, "" },
        { "things/press2/properties", GN_MQTT_TOPIC_FOREIGN, "" },
        { "things/pres/properties", GN_MQTT_TOPIC_FOREIGN, "" },
        { "Things/press/properties", GN_MQTT_TOPIC_FOREIGN, "" },
        { "/things/press/properties", GN_MQTT_TOPIC_FOREIGN, "" },
        { "", GN_MQTT_TOPIC_FOREIGN, "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct gn_mqtt_topic topic = gn_mqtt_topic_parse(gn_str_of(rows[i].topic), GN_STR("press"));
        if (topic.kind != rows[i].kind || !gn_str_equal(topic.name, gn_str_of(rows[i].name)))
            fail_msg("'%s' is %d '%.*s'", rows[i].topic, topic.kind, GN_STR_ARGS(topic.name));
    }
}

static void a_filter_is_own_when_it_cannot_reach_further(void **state)
{
    static const char *const own[] = { "things/press/#", "things/press/+", "things/press/actions/+/status" };
    static const char *const others[] = { "#",        "+/press/#",     "things/+/#", "things/press", "things/press2/#",
                                          "things/#", "things/pump/#", "$SYS/#",     "things/press/" };
    (void)state;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        assert_true(gn_mqtt_filter_own(gn_str_of(own[i]), GN_STR("press")));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(gn_mqtt_filter_own(gn_str_of(others[i]), GN_STR("press")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_match_as_the_specification_says),
        cmocka_unit_test(wildcards_stand_only_as_whole_levels),
        cmocka_unit_test(levels_and_bytes_end_at_their_limits),
        cmocka_unit_test(a_topic_is_a_property_an_event_or_a_status),
        cmocka_unit_test(a_filter_is_own_when_it_cannot_reach_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
