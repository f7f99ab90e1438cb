/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "act/act_fixture.h"
#include "act/alarm.h"

static void feed_evidence(uint32_t series, double evidence)
{
    struct gn_act_finding in = fixture_finding(series, 1);
    in.evidence = evidence;
    gn_act_on_finding(fixture.act, &in);
}

/* The numbers behind a key, wherever they stand. */
static size_t numbers_of(gn_str json, const char *key, double *out, size_t capacity)
{
    char pattern[64];
    size_t count = 0;
    (void)snprintf(pattern, sizeof pattern, "\"%s\":", key);
    const gn_str wanted = gn_str_of(pattern);
    for (size_t i = 0; i + wanted.size < json.size && count < capacity; i++) {
        if (memcmp(json.at + i, wanted.at, wanted.size) != 0)
            continue;
        size_t end = i + wanted.size;
        while (strchr(",}]", json.at[end]) == NULL)
            end++;
        assert_int_equal(gn_parse_f64((gn_str){ json.at + i + wanted.size, end - i - wanted.size }, &out[count++]),
                         GN_OK);
    }
    return count;
}

static void findings_that_start_within_ten_seconds_are_one_alarm(void **state)
{
    (void)state;
    feed_start(0);
    const char *const first = fixture_last_id("alarm");
    feed_time(GN_ALARM_JOIN_MS);
    feed_start(1);
    assert_string_equal(fixture_last_id("alarm"), first);
    feed_time(GN_ALARM_JOIN_MS); /* counted from the last start, not from the first */
    feed_start(2);
    assert_string_equal(fixture_last_id("alarm"), first);
    feed_time(GN_ALARM_JOIN_MS + 1);
    feed_start(3);
    assert_string_not_equal(fixture_last_id("alarm"), first);
    assert_string_equal(said("alarm", "finding_count"), "1");
}

static void things_do_not_share_alarms(void **state)
{
    (void)state;
    feed_start(0);
    feed_start(4);
    assert_string_equal(said("alarm", "thing"), "press-8");
    assert_string_equal(said("alarm", "finding_count"), "1");
}

static void sensor_faults_make_alarms_of_their_own(void **state)
{
    (void)state;
    feed_start(0);
    assert_string_equal(said("alarm", "sensor"), "false");
    feed_finding(1, 1, "stuck");
    assert_string_equal(said("alarm", "sensor"), "true");
    assert_string_equal(said("alarm", "finding_count"), "1");
    assert_string_equal(
        said("alarm", "why"),
        "A sensor of press-7 fails: pressure. This is about sensors or their connection, not about the process.");
    feed_finding(2, 1, "silent");
    assert_string_equal(said("alarm", "finding_count"), "2");
    assert_string_equal(said("alarm", "why"),
                        "2 sensors of press-7 failed together: pressure, vibration. This is about "
                        "sensors or their connection, not about the process.");
}

static void contributions_are_ranked_and_their_shares_sum_to_one(void **state)
{
    (void)state;
    feed_evidence(0, 10.0);
    feed_evidence(1, 30.0);
    feed_evidence(2, 20.0);
    const gn_str json = fixture_last("alarm")->json;
    double shares[8];
    assert_int_equal(numbers_of(json, "share", shares, 8), 3);
    assert_true(shares[0] == 0.5 && shares[1] > 0.33 && shares[1] < 0.34 && shares[2] > 0.16 && shares[2] < 0.17);
    assert_true(fabs((shares[0] + shares[1] + shares[2]) - 1.0) < 1e-12);
    assert_string_equal(said("alarm", "other_share"), "0");
    assert_string_equal(
        said("alarm", "why"),
        "3 properties of press-7 became unusual together: pressure 50 %, vibration 33 %, temperature 17 %. "
        "pressure is 97.2 bar, usually 3 to 14 bar (4.1 spreads above). About 1 usual stretch in 3 200 "
        "looks like this.");
}

static void an_alarm_is_cleared_when_its_last_finding_is_over(void **state)
{
    (void)state;
    feed_evidence(0, 10.0);
    feed_evidence(1, 30.0);
    fixture_forget();
    feed_time(3000);
    feed_end(1);
    assert_string_equal(fixture_story(), "finding over, alarm open");
    double shares[8];
    assert_int_equal(numbers_of(fixture_last("alarm")->json, "share", shares, 8), 2); /* what is over still counts */
    assert_true(shares[0] == 0.75);
    feed_time(3000);
    feed_end(0);
    assert_string_equal(fixture_story(), "finding over, alarm cleared");
    char until[32];
    (void)snprintf(until, sizeof until, "%lld", (long long)fixture.now_ms);
    assert_string_equal(said("alarm", "until"), until);
    assert_int_equal(numbers_of(fixture_last("alarm")->json, "share", shares, 8), 2);
    assert_string_equal(said("finding", "alarm"), fixture_last_id("alarm"));
    /* The next finding is not part of what is over. */
    const char *const before = fixture_last_id("alarm");
    feed_start(0);
    assert_string_not_equal(fixture_last_id("alarm"), before);
}

static void a_series_that_flaps_stays_in_one_alarm_while_others_are_open(void **state)
{
    (void)state;
    feed_start(0);
    for (int i = 0; i < 30; i++) {
        feed_start(1);
        feed_end(1);
    }
    assert_string_equal(said("alarm", "finding_count"), "31");
    double shares[GN_ALARM_CONTRIBUTIONS_MAX + 4], sum = 0.0, other[1];
    const size_t count = numbers_of(fixture_last("alarm")->json, "share", shares, GN_ALARM_CONTRIBUTIONS_MAX + 4);
    assert_int_equal(count, GN_ALARM_CONTRIBUTIONS_MAX);
    for (size_t i = 0; i < count; i++)
        sum += shares[i];
    assert_int_equal(numbers_of(fixture_last("alarm")->json, "other_share", other, 1), 1);
    assert_true(other[0] > 0.4);
    assert_true(fabs((sum + other[0]) - 1.0) < 1e-9);
}

static void faults_without_evidence_weigh_alike(void **state)
{
    (void)state;
    for (uint32_t series = 0; series < 4; series++) {
        struct gn_act_finding in = fixture_finding(series, 1);
        in.fault = "silent";
        in.evidence = 0.0;
        gn_act_on_finding(fixture.act, &in);
    }
    double shares[8];
    assert_int_equal(numbers_of(fixture_last("alarm")->json, "share", shares, 8), 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(shares[i] == 0.25);
}

static void the_end_of_an_alarm_is_the_latest_of_its_findings(void **state)
{
    (void)state;
    feed_start(0);
    feed_start(1);
    struct gn_act_finding end = fixture_finding(0, 3);
    end.time_ms = fixture.now_ms + 9000;
    gn_act_on_finding(fixture.act, &end);
    end = fixture_finding(1, 3);
    end.time_ms = fixture.now_ms + 4000;
    gn_act_on_finding(fixture.act, &end);
    char until[32];
    (void)snprintf(until, sizeof until, "%lld", (long long)fixture.now_ms + 9000);
    assert_string_equal(said("alarm", "until"), until);
}

static void names_that_are_nearly_all_escapes_still_fit(void **state)
{
    (void)state;
    char name[GN_PROPERTY_BYTES_MAX + 1];
    memset(name, '<', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    fixture_add_thing(3, "wide");
    for (uint32_t i = 0; i < GN_ALARM_CONTRIBUTIONS_MAX + 4; i++) {
        name[0] = (char)('a' + i);
        fixture_add_series(5 + i, 3, name);
    }
    fixture_use("things:\n  - thing: wide\n    properties: [ { name: '*', unit: '<<<<<<<<<<<<<<<<' } ]\n");
    for (uint32_t i = 0; i < GN_ALARM_CONTRIBUTIONS_MAX + 4; i++) {
        struct gn_act_finding in = fixture_finding(5 + i, 1);
        in.seq = UINT64_MAX - 1;
        in.value = -1.2345678901234567e-300;
        in.usual = in.usual_low = in.usual_high = -1.2345678901234567e-300;
        in.score = in.p_value = 1.2345678901234567e-300;
        gn_act_on_finding(fixture.act, &in);
    }
    double other[1], shares[GN_ALARM_CONTRIBUTIONS_MAX], sum = 0.0;
    const gn_str json = fixture_last("alarm")->json;
    const size_t count = numbers_of(json, "share", shares, GN_ALARM_CONTRIBUTIONS_MAX);
    assert_int_equal(numbers_of(json, "other_share", other, 1), 1);
    for (size_t i = 0; i < count; i++)
        sum += shares[i];
    assert_true(fabs((sum + other[0]) - 1.0) < 1e-9);
}

static void beyond_the_table_findings_have_no_alarm(void **state)
{
    (void)state;
    for (uint32_t i = 0; i <= GN_ALARMS_OPEN_MAX; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "t%u", i);
        fixture_add_thing(3 + i, id);
        fixture_add_series(5 + i, 3 + i, "p");
        feed_start(5 + i);
    }
    assert_int_equal(fixture_count("alarm"), GN_ALARMS_OPEN_MAX);
    assert_int_equal(fixture.act->state->counters.alarms_dropped, 1);
    assert_string_equal(said("finding", "alarm"), "null");
    fixture_forget();
    feed_end(5 + GN_ALARMS_OPEN_MAX);
    assert_string_equal(fixture_story(), "finding over");
    feed_end(5); /* makes room */
    feed_start(5 + GN_ALARMS_OPEN_MAX);
    assert_string_equal(fixture_story(), "finding over, alarm cleared, finding open, alarm open");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_CASE(findings_that_start_within_ten_seconds_are_one_alarm),
        FIXTURE_CASE(things_do_not_share_alarms),
        FIXTURE_CASE(sensor_faults_make_alarms_of_their_own),
        FIXTURE_CASE(contributions_are_ranked_and_their_shares_sum_to_one),
        FIXTURE_CASE(an_alarm_is_cleared_when_its_last_finding_is_over),
        FIXTURE_CASE(a_series_that_flaps_stays_in_one_alarm_while_others_are_open),
        FIXTURE_CASE(faults_without_evidence_weigh_alike),
        FIXTURE_CASE(the_end_of_an_alarm_is_the_latest_of_its_findings),
        FIXTURE_CASE(names_that_are_nearly_all_escapes_still_fit),
        FIXTURE_CASE(beyond_the_table_findings_have_no_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
