/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "act/act_fixture.h"
#include "act/words.h"

static void a_finding_says_everything_once(void **state)
{
    (void)state;
    struct gn_act_finding in = fixture_finding(0, 1);
    in.seq = 777;
    gn_act_on_finding(fixture.act, &in);
    const struct fixture_said *const finding = fixture_last("finding");
    char expected[2048];
    (void)snprintf(
        expected, sizeof expected,
        "{\"id\":\"f-777-1\",\"kind\":\"anomaly\",\"fault\":null,\"state\":\"open\",\"thing\":\"press-7\","
        "\"property\":\"temperature\",\"unit\":\"\302\260C\",\"series\":0,\"time\":%lld,\"since\":%lld,\"until\":null,"
        "\"value\":97.24,\"usual\":8,\"usual_low\":3,\"usual_high\":14,\"interval_alpha\":0.01,\"score\":4.13,"
        "\"p_value\":0.000312,\"evidence\":12,\"threshold\":9,\"reference\":{\"from\":%lld,\"to\":%lld,\"count\":1200},"
        "\"model\":{\"kind\":\"baseline\",\"version\":3,"
        "\"state\":\"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\"},\"seq\":777,\"alarm\":\"a-777-"
        "2\","
        "\"why\":\"temperature is 97.2 \302\260C, usually 3 to 14 \302\260C (4.1 spreads above). About 1 usual stretch "
        "in "
        "3 200 looks like this. Compared with 1 200 readings of 4 minutes.\"}",
        (long long)fixture.now_ms, (long long)fixture.now_ms - 400, (long long)fixture.now_ms - 254000,
        (long long)fixture.now_ms - 14000);
    assert_int_equal(finding->json.size, strlen(expected));
    assert_memory_equal(finding->json.at, expected, strlen(expected));
    assert_string_equal(finding->id, "f-777-1");
    assert_int_equal(finding->thing, 0);
    assert_true(finding->time_ms == fixture.now_ms);
}

static void going_on_is_said_once_a_second_at_most(void **state)
{
    (void)state;
    feed_start(0);
    fixture_forget();
    for (int i = 0; i < 9; i++) {
        feed_time(100);
        feed_going_on(0);
    }
    assert_string_equal(fixture_story(), "");
    feed_time(100);
    feed_going_on(0);
    assert_string_equal(fixture_story(), "finding open, alarm open");
    feed_going_on(0);
    assert_string_equal(fixture_story(), "");
}

static void the_worst_moment_is_kept_and_the_end_names_it(void **state)
{
    (void)state;
    feed_start(0);
    struct gn_act_finding worse = fixture_finding(0, 2);
    worse.value = 150.0;
    worse.score = 9.0;
    worse.p_value = 1e-5;
    worse.evidence = 40.0;
    feed_time(2000);
    gn_act_on_finding(fixture.act, &worse);
    struct gn_act_finding end = fixture_finding(0, 3);
    end.value = 8.0;
    end.score = 0.1;
    end.p_value = 0.9;
    end.evidence = 0.5;
    feed_time(2000);
    end.time_ms = fixture.now_ms;
    gn_act_on_finding(fixture.act, &end);
    assert_string_equal(said("finding", "state"), "over");
    assert_string_equal(said("finding", "value"), "150");
    assert_string_equal(said("finding", "score"), "9");
    assert_string_equal(said("finding", "evidence"), "40");
    assert_string_equal(said("finding", "p_value"), "0.00001");
    char until[32];
    (void)snprintf(until, sizeof until, "%lld", (long long)fixture.now_ms);
    assert_string_equal(said("finding", "until"), until);
    assert_true(gn_str_starts(gn_str_of(said("finding", "why")), GN_STR("temperature was 150 \302\260C, usually")));
}

static void a_second_start_only_updates(void **state)
{
    (void)state;
    feed_start(0);
    fixture_forget();
    feed_start(0);
    assert_string_equal(fixture_story(), "");
    feed_time(1000);
    feed_start(0);
    assert_string_equal(fixture_story(), "finding open, alarm open");
    feed_end(0);
    assert_string_equal(fixture_story(), "finding over, alarm cleared");
}

static void an_end_of_nothing_says_nothing(void **state)
{
    (void)state;
    feed_end(0);
    feed_finding(0, 3, "silent");
    assert_int_equal(fixture.said_count, 0);
}

static void a_going_on_that_nobody_opened_opens_one_without_a_state_hash(void **state)
{
    (void)state;
    feed_going_on(0);
    assert_string_equal(fixture_story(), "finding open, alarm open");
    assert_non_null(strstr(fixture_last("finding")->json.at, "\"version\":3,\"state\":null}"));
}

static void process_and_sensor_of_a_series_have_findings_of_their_own(void **state)
{
    (void)state;
    feed_start(0);
    feed_finding(0, 1, "stuck");
    assert_int_equal(fixture_count("finding"), 2);
    assert_string_equal(said("finding", "kind"), "sensor");
    assert_string_equal(said("finding", "fault"), "stuck");
    fixture_forget();
    feed_end(0);
    assert_string_equal(said("finding", "kind"), "anomaly");
    feed_finding(0, 3, "stuck");
    assert_string_equal(said("finding", "kind"), "sensor");
    assert_string_equal(fixture_story(), "finding over, alarm cleared, finding over, alarm cleared");
}

static void another_fault_of_a_sensor_is_another_finding(void **state)
{
    (void)state;
    feed_finding(0, 1, "stuck");
    fixture_forget();
    feed_finding(0, 1, "range");
    assert_string_equal(fixture_story(), "finding over, alarm cleared, finding open, alarm open");
    assert_string_equal(said("finding", "fault"), "range");
}

static void a_forgotten_series_ends_what_it_had_open(void **state)
{
    (void)state;
    feed_start(0);
    feed_finding(0, 1, "silent");
    feed_start(1);
    fixture_forget();
    gn_act_forget_series(fixture.act, ++fixture.seq, 0, fixture.now_ms);
    assert_string_equal(fixture_story(), "finding over, alarm open, finding over, alarm cleared");
    feed_end(0);
    assert_string_equal(fixture_story(), "");
    gn_act_forget_series(fixture.act, ++fixture.seq, GN_SERIES_MAX, fixture.now_ms);
    gn_act_forget_series(fixture.act, ++fixture.seq, 3, fixture.now_ms);
    assert_string_equal(fixture_story(), "");
}

static void faults_are_told_in_words_of_their_own(void **state)
{
    (void)state;
    static const char about[] = " This is about the sensor or its connection, not about the process.";
    static const struct {
        const char *fault, *why;
    } rows[] = {
        { "stuck", "temperature has stood at 97.2 \302\260C for 400 ms, far longer than it ever stood still before." },
        { "range",
          "temperature says 97.2 \302\260C, which is physically impossible: it lies outside -40 to 200 \302\260C." },
        { "worn", "temperature has the sensor fault 'worn'." },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[512];
        feed_finding(0, 1, rows[i].fault);
        (void)snprintf(expected, sizeof expected, "%s%s", rows[i].why, about);
        assert_string_equal(said("finding", "why"), expected);
        feed_finding(0, 3, rows[i].fault);
    }
}

static const char *said_silent(uint32_t series, int phase, const char *fault, bool whole)
{
    struct gn_act_finding in = fixture_finding(series, phase);
    in.fault = fault;
    in.whole = whole;
    in.since_ms = fixture.now_ms - 31000;
    in.time_ms = fixture.now_ms;
    in.period_ms = 5000;
    gn_act_on_finding(fixture.act, &in);
    return said("finding", "why");
}

static void a_silence_says_how_long_and_whose_it_is(void **state)
{
    (void)state;
    assert_string_equal(said_silent(0, 1, "silent", false),
                        "temperature: no data for 31 s, usually every 5 s. Other properties of the device go on: it is "
                        "this sensor.");
    assert_string_equal(said("finding", "usual_period_ms"), "5000");
    assert_string_equal(said("finding", "of"), "property");
    (void)said_silent(0, 3, "silent", false);
    fixture_forget();
    assert_string_equal(said_silent(0, 1, "silent", true),
                        "press-7: no data for 31 s, usually every 5 s. None of its 4 properties says anything.");
    assert_string_equal(said("alarm", "why"), said("finding", "why"));
    assert_string_equal(said_silent(0, 1, "offline", true),
                        "press-7: no data for 31 s, usually every 5 s. The device is not connected.");
    assert_string_equal(said("finding", "of"), "thing");
    assert_string_equal(said("alarm", "why"), said("finding", "why"));
    assert_string_equal(fixture_story(),
                        "finding open, alarm open, finding over, alarm cleared, finding open, alarm open");
    (void)said_silent(0, 3, "offline", true);
    assert_string_equal(said("alarm", "state"), "cleared");
    assert_string_equal(said("alarm", "why"),
                        "press-7: no data for 31 s, usually every 5 s. The device is not connected.");
}

static void a_why_has_at_most_sixty_words(void **state)
{
    (void)state;
    static const char *const faults[] = { NULL, "stuck", "silent", "range" };
    for (size_t i = 0; i < 4; i++) {
        struct gn_act_finding in = fixture_finding(0, 1);
        in.fault = faults[i];
        in.value = -123456789.0;
        in.usual_low = -1234567890123.0;
        in.usual_high = 1234567890123.0;
        in.p_value = 1.23e-9;
        in.reference_count = 123456789;
        in.since_ms = 1;
        gn_act_on_finding(fixture.act, &in);
        assert_in_range(gn_words_count(gn_str_of(said("finding", "why"))), 5, 60);
        assert_in_range(gn_words_count(gn_str_of(said("alarm", "why"))), 5, 60);
    }
}

static void figures_that_are_no_numbers_stay_well_formed(void **state)
{
    (void)state;
    struct gn_act_finding in = fixture_finding(2, 1);
    in.value = in.usual = in.usual_low = in.usual_high = in.score = in.p_value = in.evidence = (double)NAN;
    in.model = NULL;
    in.reference_count = 0;
    gn_act_on_finding(fixture.act, &in);
    assert_string_equal(said("finding", "value"), "null");
    assert_string_equal(said("finding", "model"), "null");
    assert_string_equal(
        said("finding", "why"),
        "vibration is unknown, usually unknown to unknown. About 1 usual stretch in 1 looks like this.");
    assert_string_equal(said("alarm", "other_share"), "0");
}

static void a_series_that_nobody_registered_is_left_alone(void **state)
{
    (void)state;
    feed_start(5);
    feed_start(GN_SERIES_MAX);
    feed_start(UINT32_MAX);
    struct gn_act_finding in = fixture_finding(0, 1);
    in.seq = 0;
    gn_act_on_finding(fixture.act, &in);
    in.seq = 1;
    in.phase = 0;
    gn_act_on_finding(fixture.act, &in);
    in.phase = 4;
    gn_act_on_finding(fixture.act, &in);
    assert_int_equal(fixture.said_count, 0);
}

static void beyond_the_table_findings_are_counted_and_come_back_when_there_is_room(void **state)
{
    (void)state;
    for (uint32_t thing = 3; thing < 9; thing++) {
        char id[16];
        (void)snprintf(id, sizeof id, "t%u", thing);
        fixture_add_thing(thing, id);
    }
    for (uint32_t series = 5; series <= GN_FINDINGS_OPEN_MAX + 5; series++) {
        char name[16];
        (void)snprintf(name, sizeof name, "p%u", series);
        fixture_add_series(series, 3 + (series - 5) / 256, name);
    }
    for (uint32_t series = 5; series < GN_FINDINGS_OPEN_MAX + 5; series++)
        feed_start(series);
    assert_int_equal(fixture_count("finding"), GN_FINDINGS_OPEN_MAX);
    assert_int_equal(fixture.act->state->counters.findings_dropped, 0);
    feed_start(GN_FINDINGS_OPEN_MAX + 5);
    assert_int_equal(fixture_count("finding"), GN_FINDINGS_OPEN_MAX);
    assert_int_equal(fixture.act->state->counters.findings_dropped, 1);
    feed_end(5);
    fixture_forget();
    feed_going_on(GN_FINDINGS_OPEN_MAX + 5);
    assert_string_equal(fixture_story(), "finding open, alarm open");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_CASE(a_finding_says_everything_once),
        FIXTURE_CASE(going_on_is_said_once_a_second_at_most),
        FIXTURE_CASE(the_worst_moment_is_kept_and_the_end_names_it),
        FIXTURE_CASE(a_second_start_only_updates),
        FIXTURE_CASE(an_end_of_nothing_says_nothing),
        FIXTURE_CASE(a_going_on_that_nobody_opened_opens_one_without_a_state_hash),
        FIXTURE_CASE(process_and_sensor_of_a_series_have_findings_of_their_own),
        FIXTURE_CASE(another_fault_of_a_sensor_is_another_finding),
        FIXTURE_CASE(a_forgotten_series_ends_what_it_had_open),
        FIXTURE_CASE(faults_are_told_in_words_of_their_own),
        FIXTURE_CASE(a_silence_says_how_long_and_whose_it_is),
        FIXTURE_CASE(a_why_has_at_most_sixty_words),
        FIXTURE_CASE(figures_that_are_no_numbers_stay_well_formed),
        FIXTURE_CASE(a_series_that_nobody_registered_is_left_alone),
        FIXTURE_CASE(beyond_the_table_findings_are_counted_and_come_back_when_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
