/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"
#include "act/rule.h"

#define RULE(when, rest)                                                                                               \
    FIXTURE_THINGS "rules:\n  - name: r\n    when: " when "\n    do: { action: stop }\n    autonomy: observe\n" rest

static size_t fired(void)
{
    return fixture_count("decision");
}

static void a_rule_fires_on_the_findings_it_names(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-7, finding: anomaly, properties: [pressure, temp*] }", ""));
    feed_start(2);
    assert_int_equal(fired(), 0);
    feed_start(4);
    assert_int_equal(fired(), 0);
    feed_finding(0, 1, "stuck");
    assert_int_equal(fired(), 0);
    feed_start(0);
    assert_int_equal(fired(), 1);
    assert_string_equal(said("decision", "finding"), fixture_last_id("finding"));
    feed_start(1);
    assert_int_equal(fired(), 2);
}

static void a_rule_on_sensors_leaves_the_process_alone(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: '*', finding: sensor }", ""));
    feed_start(0);
    assert_int_equal(fired(), 0);
    feed_finding(4, 1, "silent");
    assert_int_equal(fired(), 1);
    assert_string_equal(said("decision", "thing"), "press-8");
}

static void a_chance_must_be_below_the_given_one(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-7, finding: anomaly, p_below: 0.000312 }", ""));
    feed_start(0); /* has exactly that */
    assert_int_equal(fired(), 0);
    struct gn_act_finding in = fixture_finding(0, 2);
    in.p_value = 0.000311;
    gn_act_on_finding(fixture.act, &in);
    assert_int_equal(fired(), 1);
}

static void a_finding_must_last_counted_from_its_onset(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-7, finding: anomaly, for: 2s }", ""));
    feed_start(0); /* its onset was 400 ms ago */
    feed_time(1599);
    assert_int_equal(fired(), 0);
    feed_time(1);
    assert_int_equal(fired(), 1);
}

static void a_finding_that_ends_too_early_fires_nothing(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-7, finding: anomaly, for: 2s }", ""));
    feed_start(0);
    feed_time(1500);
    feed_end(0);
    feed_time(5000);
    assert_int_equal(fired(), 0);
}

static void a_finding_is_answered_once(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-7, finding: anomaly }", ""));
    feed_start(0);
    for (int i = 0; i < 20; i++) {
        feed_time(500);
        feed_going_on(0);
    }
    assert_int_equal(fired(), 1);
    feed_end(0);
    feed_start(0);
    assert_int_equal(fired(), 2);
}

static void while_a_decision_is_open_findings_are_covered_by_it(void **state)
{
    (void)state;
    fixture_use(FIXTURE_THINGS
                "rules:\n  - name: r\n    when: { thing: press-7, finding: anomaly }\n    do: { action: stop }\n");
    feed_start(0);
    assert_int_equal(fired(), 1);
    feed_start(1);
    feed_time(1000);
    assert_int_equal(fired(), 1);
    feed_answer(fixture_last_id("decision"), "reject", "eve");
    assert_string_equal(said("decision", "state"), "rejected");
    fixture_forget();
    feed_time(60000);
    assert_string_equal(fixture_story(), ""); /* both findings are still open, and answered */
    feed_start(2);
    assert_string_equal(said("decision", "state"), "pending");
    assert_string_equal(said("decision", "property"), "vibration");
}

static void readings_fire_when_the_level_is_passed_and_again_only_after_it_was_left(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-7, property: temperature, above: 80 }", ""));
    feed_reading(0, 80.0);
    assert_int_equal(fired(), 0);
    feed_reading(0, 80.01);
    assert_int_equal(fired(), 1);
    assert_string_equal(said("decision", "finding"), "null");
    assert_string_equal(said("decision", "why"),
                        "'stop' of press-7, because temperature is above 80 \302\260C; it is 80.01 \302\260C.");
    feed_reading(0, 95.0);
    feed_time(60000);
    assert_int_equal(fired(), 1);
    feed_reading(0, 80.0);
    feed_reading(0, 81.0);
    assert_int_equal(fired(), 2);
    feed_reading(1, 1000.0); /* another property */
    feed_reading(4, 1000.0); /* another Thing */
    assert_int_equal(fired(), 2);
}

static void readings_below_count_the_other_way(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: '*', property: temperature, below: -1.5 }", ""));
    feed_reading(0, -1.5);
    assert_int_equal(fired(), 0);
    feed_reading(0, -2.0);
    feed_reading(4, -3.0); /* the other Thing has a past of its own */
    assert_int_equal(fired(), 2);
}

static void a_level_must_be_held_also_when_no_reading_comes(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-7, property: temperature, above: 80, for: 10s }", ""));
    feed_reading(0, 90.0);
    feed_time(9999);
    assert_int_equal(fired(), 0);
    feed_time(1);
    assert_int_equal(fired(), 1);
    assert_string_equal(said("decision", "why"),
                        "'stop' of press-7, because temperature has been above 80 \302\260C for "
                        "10 s; it is 90 \302\260C.");
}

static void a_dip_starts_the_duration_again(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-7, property: temperature, above: 80, for: 10s }", ""));
    feed_reading(0, 90.0);
    feed_time(9000);
    feed_reading(0, 70.0);
    feed_reading(0, 90.0);
    feed_time(9999);
    assert_int_equal(fired(), 0);
    feed_time(1);
    assert_int_equal(fired(), 1);
}

static void at_most_holds_a_rule_back_until_it_is_allowed_again(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-7, finding: anomaly }", "    at_most: 2 per 1m\n"));
    for (int i = 0; i < 5; i++) {
        feed_start(0);
        feed_time(1000);
        feed_end(0);
    }
    assert_int_equal(fired(), 2);
    feed_start(0); /* held back, but still there when the minute is over */
    assert_int_equal(fired(), 2);
    feed_time(54999);
    assert_int_equal(fired(), 2);
    feed_time(1);
    assert_int_equal(fired(), 3);
}

static void at_most_is_counted_for_each_thing(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: '*', finding: anomaly }", "    at_most: 1 per 1h\n"));
    feed_start(0);
    feed_start(4);
    feed_start(1);
    assert_int_equal(fired(), 2);
}

static void a_rule_keeps_its_past_when_the_solution_is_loaded_again(void **state)
{
    (void)state;
    static const char *const yaml = RULE("{ thing: press-7, finding: anomaly }", "");
    fixture_use(yaml);
    feed_start(0);
    fixture_use(yaml);
    feed_time(1000);
    assert_int_equal(fired(), 1);
    /* With another name it is another rule. */
    fixture_use(FIXTURE_THINGS "rules:\n  - name: q\n    when: { thing: press-7, finding: anomaly }\n"
                               "    do: { action: stop }\n    autonomy: observe\n");
    feed_time(1000);
    assert_int_equal(fired(), 2);
}

static void without_rules_nothing_fires(void **state)
{
    (void)state;
    fixture_use(NULL);
    feed_start(0);
    feed_reading(0, 1e9);
    feed_time(1000);
    assert_int_equal(fired(), 0);
    assert_false(gn_act_watches(fixture.act, 0));
}

static void only_rules_on_readings_watch_a_series(void **state)
{
    (void)state;
    fixture_use(FIXTURE_THINGS
                "rules:\n"
                "  - { name: a, when: { thing: press-7, finding: anomaly }, do: { action: stop } }\n"
                "  - { name: b, when: { thing: press-7, property: pressure, above: 3 }, do: { action: stop } }\n");
    assert_false(gn_act_watches(fixture.act, 0));
    assert_true(gn_act_watches(fixture.act, 1));
    assert_false(gn_act_watches(fixture.act, 4));
    assert_false(gn_act_watches(fixture.act, 5));
    assert_false(gn_act_watches(fixture.act, UINT32_MAX));
}

static void a_series_that_comes_later_is_watched_too(void **state)
{
    (void)state;
    fixture_use("things: [ { thing: '*', actions: [ { name: stop } ] } ]\n"
                "rules:\n  - { name: a, when: { thing: '*', property: late, above: 3 }, do: { action: stop }, "
                "autonomy: observe }\n");
    gn_act_on_reading(fixture.act, 5, ++fixture.seq, fixture.now_ms, 9.0); /* not registered yet */
    assert_int_equal(fired(), 0);
    fixture_add_series(5, 2, "late");
    assert_true(gn_act_watches(fixture.act, 5));
    feed_reading(5, 9.0);
    assert_int_equal(fired(), 1);
}

static void more_pasts_than_there_is_room_for_make_room_for_each_other(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: '*', finding: anomaly }", ""));
    for (uint32_t i = 0; i < GN_RULE_STATES_MAX + 100; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "t%u", i);
        fixture_add_thing(3 + i, id);
        fixture_add_series(5 + i, 3 + i, "p");
    }
    size_t before = 0;
    for (uint32_t i = 0; i < GN_RULE_STATES_MAX + 100; i++) {
        fixture.said_count = fixture.text_size = 0;
        feed_start(5 + i);
        before += fired();
        feed_end(5 + i);
    }
    assert_int_equal(before, GN_RULE_STATES_MAX + 100);
}

static void before_the_first_tick_the_readings_clock_counts(void **state)
{
    (void)state;
    struct gn_act *const act = fixture_act();
    gn_act_free(fixture.act);
    fixture.act = act;
    fixture_use(RULE("{ thing: press-7, property: temperature, above: 80, for: 1s }", ""));
    feed_reading(0, 90.0);
    assert_int_equal(fired(), 0);
    fixture.now_ms += 1000;
    feed_reading(0, 90.0);
    assert_int_equal(fired(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_CASE(a_rule_fires_on_the_findings_it_names),
        FIXTURE_CASE(a_rule_on_sensors_leaves_the_process_alone),
        FIXTURE_CASE(a_chance_must_be_below_the_given_one),
        FIXTURE_CASE(a_finding_must_last_counted_from_its_onset),
        FIXTURE_CASE(a_finding_that_ends_too_early_fires_nothing),
        FIXTURE_CASE(a_finding_is_answered_once),
        FIXTURE_CASE(while_a_decision_is_open_findings_are_covered_by_it),
        FIXTURE_CASE(readings_fire_when_the_level_is_passed_and_again_only_after_it_was_left),
        FIXTURE_CASE(readings_below_count_the_other_way),
        FIXTURE_CASE(a_level_must_be_held_also_when_no_reading_comes),
        FIXTURE_CASE(a_dip_starts_the_duration_again),
        FIXTURE_CASE(at_most_holds_a_rule_back_until_it_is_allowed_again),
        FIXTURE_CASE(at_most_is_counted_for_each_thing),
        FIXTURE_CASE(a_rule_keeps_its_past_when_the_solution_is_loaded_again),
        FIXTURE_CASE(without_rules_nothing_fires),
        FIXTURE_CASE(only_rules_on_readings_watch_a_series),
        FIXTURE_CASE(a_series_that_comes_later_is_watched_too),
        FIXTURE_CASE(more_pasts_than_there_is_room_for_make_room_for_each_other),
        FIXTURE_CASE(before_the_first_tick_the_readings_clock_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
