/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/td.h"

#include "portal/portal_fixture.h"

static struct fixture f;
static char room[65536];

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static const char *written(const char *description, const char *actions, const char *mqtt)
{
    static struct gn_series_list series;
    static const struct gn_thing thing = { .id = "press", .name = "The \"press\"" };
    series = (struct gn_series_list){ .count = 2 };
    (void)snprintf(series.series[0].property, sizeof series.series[0].property, "oil");
    (void)snprintf(series.series[1].property, sizeof series.series[1].property, "a b%%\303\244");
    series.series[1].kind = GN_SERIES_TEXT;
    const struct gn_td_source source = { .thing = &thing,
                                         .description = gn_str_of(description),
                                         .series = &series,
                                         .actions = gn_str_of(actions),
                                         .host = GN_STR("node.example:8080"),
                                         .mqtt = gn_str_of(mqtt),
                                         .cookie_name = "ganglion_8080" };
    struct gn_buf buf = gn_buf_over(room, sizeof room - 1);
    struct gn_jw w = gn_jw_over(&buf);
    gn_td_write(&f.api, &source, &w);
    assert_false(buf.full);
    room[buf.size] = '\0';
    return room;
}

static void assert_says(const char *text, const char *what)
{
    if (strstr(text, what) == NULL)
        fail_msg("%s is not in %s", what, text);
}

static void what_a_person_described_wins(void **state)
{
    (void)state;
    const char *td = written("{\"title\":\"Press 7\",\"description\":\"It presses.\",\"properties\":{\"oil\":{\"type\":"
                             "\"integer\",\"unit\":\"K\",\"maximum\":5},\"speed\":{\"type\":\"number\",\"readOnly\":"
                             "false}}}",
                             "[]", "");
    assert_says(td, "\"title\":\"Press 7\"");
    assert_says(td, "\"description\":\"It presses.\"");
    assert_says(td,
                "\"oil\":{\"type\":\"integer\",\"unit\":\"K\",\"readOnly\":true,\"observable\":true,\"maximum\":5,");
    assert_says(td, "\"speed\":{\"type\":\"number\",\"readOnly\":false");
    assert_says(td, "\"op\":[\"writeproperty\"],\"htv:methodName\":\"PUT\"");
    assert_null(strstr(td, "mqtt://"));
    td = written("", "[]", "");
    assert_says(td, "\"title\":\"The \\\"press\\\"\"");
    assert_says(td, "\"oil\":{\"type\":\"number\",\"unit\":\"degC\"");
}

static void names_are_escaped_in_addresses(void **state)
{
    (void)state;
    assert_says(written("", "[]", ""), "\"href\":\"things/press/properties/a%20b%25%C3%A4\"");
}

static void an_action_has_the_envelope_of_the_solution(void **state)
{
    (void)state;
    const char *td = written("{\"actions\":{\"slow\":{\"title\":\"Slow down\"},\"other\":{}}}",
                             "[{\"thing\":\"press\",\"name\":\"slow\",\"arguments\":[{\"name\":\"level\",\"type\":"
                             "\"number\",\"unit\":\"%\",\"range\":[0,50],\"one_of\":null,\"optional\":false},{\"name\":"
                             "\"how\",\"type\":\"text\",\"unit\":\"\",\"range\":null,\"one_of\":[\"a\",\"b\"],"
                             "\"optional\":true}],\"at_most\":null,\"expires_ms\":1}]",
                             "");
    assert_says(td,
                "\"slow\":{\"title\":\"Slow down\",\"input\":{\"type\":\"object\",\"properties\":{\"level\":{\"type\":"
                "\"number\",\"unit\":\"%\",\"minimum\":0,\"maximum\":50},\"how\":{\"type\":\"string\",\"enum\":"
                "[\"a\",\"b\"]}},\"required\":[\"level\"]}");
    assert_null(strstr(td, "\"other\"")); /* nobody gave it an envelope */
}

static void events_of_the_device_are_over_mqtt(void **state)
{
    (void)state;
    static const char description[] = "{\"events\":{\"jam\":{\"title\":\"Jam\"},\"alarm\":{}}}";
    const char *td = written(description, "[]", "mqtt://node.example:1883");
    assert_says(td, "\"jam\":{\"title\":\"Jam\",\"forms\":[{\"href\":\"mqtt://node.example:1883\"");
    assert_says(td, "\"mqv:filter\":\"things/press/events/jam\"");
    assert_null(strstr(written(description, "[]", ""), "jam"));
}

static void broken_actions_are_left_out(void **state)
{
    (void)state;
    static const char *const broken[] = { "", "{}", "[", "[1]", "[{\"name\":\"x\",\"arguments\":[{" };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        assert_says(written("", broken[i], ""), "\"actions\":{}");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_a_person_described_wins),
        CASE(names_are_escaped_in_addresses),
        CASE(an_action_has_the_envelope_of_the_solution),
        CASE(events_of_the_device_are_over_mqtt),
        CASE(broken_actions_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
