/* SPDX-License-Identifier: Apache-2.0 */
#include "act/twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"

static bool is_linked;

static bool linked(void *self, uint32_t thing)
{
    (void)self;
    (void)thing;
    return is_linked;
}

static void desire(const char *property, const char *value, const char *key)
{
    char json[512];
    if (value != NULL)
        (void)snprintf(
            json, sizeof json,
            "{\"by\":\"anna\",\"properties\":{\"%s\":{\"value\":%s,\"topic\":\"a/%s/set\",\"payload\":\"p\"}}}",
            property, value, property);
    else
        (void)snprintf(json, sizeof json, "{\"by\":\"anna\",\"properties\":{\"%s\":null}}", property);
    gn_act_on_desired(fixture.act, ++fixture.seq, fixture.now_ms, 0, gn_str_of(json), gn_str_of(key));
}

static void report(uint32_t series, double value)
{
    gn_act_on_reported(fixture.act, ++fixture.seq, series, value, (gn_str){ 0 });
}

static int up(void **state)
{
    const int err = fixture_up(state);
    fixture.act->host.linked = linked;
    is_linked = true;
    return err;
}

static void a_desired_value_is_sent_until_it_is_reported(void **state)
{
    (void)state;
    desire("pressure", "5", "");
    assert_string_equal(fixture_story(), "desired sent");
    assert_int_equal(fixture.sent_count, 1);
    assert_string_equal(fixture.sent[0].action, "a/pressure/set");
    assert_string_equal(fixture.sent[0].payload, "p");
    report(1, 4);
    report(0, 5); /* another property */
    feed_time(GN_TWIN_AGAIN_MS - 1);
    assert_int_equal(fixture.sent_count, 1);
    feed_time(1);
    assert_int_equal(fixture.sent_count, 2);
    feed_time(GN_TWIN_AGAIN_MS);
    assert_int_equal(fixture.sent_count, 2); /* twice as long now */
    report(1, 5);
    assert_string_equal(fixture_story(), "desired reached");
    assert_string_equal(said("desired", "desired"), "5");
    feed_time(GN_TWIN_AGAIN_MS_MAX);
    assert_int_equal(fixture.sent_count, 2);
}

static void a_device_that_is_away_is_waited_for(void **state)
{
    (void)state;
    is_linked = false;
    desire("pressure", "5", "");
    feed_time(60000);
    assert_string_equal(fixture_story(), "desired waiting");
    assert_int_equal(fixture.sent_count, 0);
    is_linked = true;
    gn_act_on_link(fixture.act, ++fixture.seq, 1, fixture.now_ms);
    assert_int_equal(fixture.sent_count, 0); /* somebody else */
    gn_act_on_link(fixture.act, ++fixture.seq, 0, fixture.now_ms);
    assert_int_equal(fixture.sent_count, 1);
    gn_act_on_link(fixture.act, ++fixture.seq, 0, fixture.now_ms); /* it was away, and is back again */
    assert_int_equal(fixture.sent_count, 2);
    assert_string_equal(fixture_story(), "desired sent");
}

static void it_expires_and_is_withdrawn(void **state)
{
    (void)state;
    desire("pressure", "5", "");
    desire("flow", "true", "");
    desire("flow", NULL, "");
    assert_string_equal(fixture_story(), "desired sent, desired sent, desired withdrawn");
    desire("flow", NULL, ""); /* nothing there */
    feed_time(INT64_C(1000) * GN_DESIRED_EXPIRY_S - 1);
    fixture_forget();
    feed_time(1);
    assert_string_equal(fixture_story(), "desired expired");
}

static void the_envelope_holds_for_wishes_too(void **state)
{
    (void)state;
    desire("temperature", "300", "");
    assert_string_equal(said("desired", "state"), "refused");
    assert_string_equal(said("desired", "why"), "it must be -40 to 200; this is 300");
    for (int i = 0; i < GN_TWIN_WRITES; i++)
        desire("pressure", "5", "");
    assert_int_equal(fixture.sent_count, GN_TWIN_WRITES);
    desire("pressure", "6", "");
    assert_int_equal(fixture.sent_count, GN_TWIN_WRITES);
    assert_string_equal(said("desired", "why"), "a property is set at most 12 times a minute");
    fixture.registry.things[0].state = GN_THING_DISCOVERED;
    desire("flow", "1", "");
    assert_string_equal(said("desired", "why"), "the Thing is not adopted");
}

static void the_same_key_counts_once(void **state)
{
    (void)state;
    desire("pressure", "5", "k");
    desire("pressure", "5", "k");
    assert_int_equal(fixture.sent_count, 1);
    assert_string_equal(fixture_story(), "desired sent");
}

static void a_restart_forgets_nothing(void **state)
{
    (void)state;
    desire("pressure", "5", "k");
    static uint8_t copy[sizeof(struct gn_act_state)];
    const gn_bytes bytes = gn_act_state(fixture.act);
    memcpy(copy, bytes.at, bytes.size);
    gn_act_free(fixture.act);
    fixture.act = fixture_act();
    fixture.act->host.linked = linked;
    gn_act_use(fixture.act, fixture.solution);
    assert_int_equal(gn_act_restore(fixture.act, (gn_bytes){ copy, sizeof copy }), GN_OK);
    fixture_forget();
    desire("pressure", "5", "k");
    assert_string_equal(fixture_story(), "");
    report(1, 5);
    assert_string_equal(fixture_story(), "desired reached");
    struct gn_act_state *const broken = (void *)copy;
    broken->twins[0].state = GN_TWIN_REACHED;
    assert_int_equal(gn_act_restore(fixture.act, (gn_bytes){ copy, sizeof copy }), GN_ERR_CORRUPT);
}

static void records_that_are_none_change_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = { "",
                                         "[]",
                                         "{",
                                         "{\"properties\":7}",
                                         "{\"properties\":{\"pressure\":5}}",
                                         "{\"properties\":{\"pressure\":{\"value\":{}}}}",
                                         "{\"properties\":{\"pressure\":{\"value\":5}}}",
                                         "{\"properties\":{\"a/b\":{\"value\":5,\"topic\":\"x\"}}}" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        gn_act_on_desired(fixture.act, ++fixture.seq, fixture.now_ms, 0, gn_str_of(texts[i]), GN_STR(""));
    gn_act_on_desired(fixture.act, ++fixture.seq, fixture.now_ms, 99, GN_STR("{}"), GN_STR(""));
    assert_int_equal(fixture.said_count, 0);
}

static void beyond_the_table_they_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i <= GN_DESIRED_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "p%d", i);
        desire(name, "1", "");
        assert_string_equal(said("desired", "state"), i < GN_DESIRED_MAX ? "sent" : "refused");
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, up, fixture_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_desired_value_is_sent_until_it_is_reported),
        CASE(a_device_that_is_away_is_waited_for),
        CASE(it_expires_and_is_withdrawn),
        CASE(the_envelope_holds_for_wishes_too),
        CASE(the_same_key_counts_once),
        CASE(a_restart_forgets_nothing),
        CASE(records_that_are_none_change_nothing),
        CASE(beyond_the_table_they_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
