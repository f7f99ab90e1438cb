/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/detect/quality.h"

static const int64_t period_ms = 200;

struct bench {
    struct gn_quality quality;
    struct gn_drawn drawn;
    int64_t time_ms;
    gn_sensor_fault fault;
    unsigned starts;
};

static void bench_open(struct bench *bench)
{
    gn_quality_init(&bench->quality, -1e300, 1e300);
    bench->drawn = gn_drawn_from(1);
    bench->time_ms = 1000000;
    bench->starts = 0;
}

static gn_phase feed(struct bench *bench, double value)
{
    bench->fault = GN_SENSOR_OK;
    bench->time_ms += period_ms;
    const gn_phase phase = gn_quality_judge(&bench->quality, bench->time_ms, value, &bench->fault);
    bench->starts += phase == GN_PHASE_START;
    assert_true(gn_quality_valid(&bench->quality));
    return phase;
}

static void feed_lively(struct bench *bench, int count)
{
    for (int i = 0; i < count; i++)
        (void)feed(bench, 20 + gn_drawn_normal(&bench->drawn));
}

static void out_of_range_is_told_at_once_and_ends_at_once(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    gn_quality_init(&bench.quality, 0, 100);
    assert_int_equal(feed(&bench, 0), GN_PHASE_QUIET);
    assert_int_equal(feed(&bench, 100), GN_PHASE_QUIET);
    assert_int_equal(feed(&bench, 100.0001), GN_PHASE_START);
    assert_int_equal(bench.fault, GN_SENSOR_RANGE);
    assert_int_equal(bench.quality.since_ms, bench.time_ms);
    assert_int_equal(feed(&bench, -0.0001), GN_PHASE_GOING_ON);
    assert_int_equal(feed(&bench, 50), GN_PHASE_END);
    assert_int_equal(bench.fault, GN_SENSOR_RANGE);
    assert_int_equal(feed(&bench, 50), GN_PHASE_QUIET);
    assert_int_equal(bench.fault, GN_SENSOR_OK);
}

static void a_lively_sensor_that_freezes_is_stuck(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    feed_lively(&bench, 2000);
    assert_int_equal(bench.starts, 0);
    const int64_t froze_ms = bench.time_ms + period_ms;
    int readings = 0;
    while (feed(&bench, 20.125) != GN_PHASE_START && readings < 1000)
        readings++;
    assert_int_equal(bench.fault, GN_SENSOR_STUCK);
    assert_int_equal(readings, 50); /* 10 s are more than 30 readings here */
    assert_int_equal(bench.quality.since_ms, froze_ms);
    assert_int_equal(feed(&bench, 20.125), GN_PHASE_GOING_ON);
    assert_int_equal(feed(&bench, 20.25), GN_PHASE_END);
    assert_int_equal(bench.fault, GN_SENSOR_STUCK);
    feed_lively(&bench, 1000);
    assert_int_equal(bench.starts, 1);
}

static void a_constant_is_not_stuck(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(feed(&bench, 42), GN_PHASE_QUIET);
}

static void a_switch_is_not_stuck(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (int i = 0; i < 4000; i++)
        (void)feed(&bench, i % 2);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(feed(&bench, 1), GN_PHASE_QUIET);
}

static void a_series_that_changes_rarely_is_given_time(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (int i = 0; i < 20000; i++) /* a slow temperature in steps of 0.1: one change in 20 readings */
        (void)feed(&bench, 20 + floor(i / 20.0) / 10);
    assert_int_equal(bench.starts, 0);
    for (int i = 0; i < 32 * 20 - 1; i++)
        assert_int_equal(feed(&bench, 999), GN_PHASE_QUIET);
    for (int i = 0; i < 3; i++)
        (void)feed(&bench, 999);
    assert_int_equal(bench.starts, 1);
}

static void zero_is_where_idle_things_rest(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    feed_lively(&bench, 3000);
    for (int i = 0; i < 300; i++)
        (void)feed(&bench, 0);
    assert_int_equal(bench.starts, 0); /* another value would have been stuck since the 51st */
    (void)feed(&bench, 0);
    assert_int_equal(bench.starts, 1);
}

static void too_little_seen_is_no_reason_to_complain(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    feed_lively(&bench, 99);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(feed(&bench, 20.125), GN_PHASE_QUIET);
}

static void a_pause_that_ended_by_itself_is_remembered(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    unsigned starts[6] = { 0 };
    for (int pause = 0; pause < 6; pause++) {
        feed_lively(&bench, 1000);
        bench.starts = 0;
        for (int i = 0; i < 100; i++)
            (void)feed(&bench, 20 + pause / 8.0);
        starts[pause] = bench.starts;
    }
    assert_int_equal(starts[0], 1);
    assert_int_equal(starts[5], 0);
}

static void silence_is_a_gap_and_the_next_reading_ends_it(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    feed_lively(&bench, 100);
    const int64_t last_ms = bench.time_ms;
    assert_int_equal(gn_quality_silence(&bench.quality, last_ms + 5000, 200), GN_PHASE_QUIET);
    assert_int_equal(gn_quality_silence(&bench.quality, last_ms + 5001, 200), GN_PHASE_START);
    assert_int_equal(bench.quality.since_ms, last_ms);
    assert_int_equal(gn_quality_silence(&bench.quality, last_ms + 6000, 200), GN_PHASE_GOING_ON);
    bench.time_ms = last_ms + 60000;
    assert_int_equal(feed(&bench, 20), GN_PHASE_END);
    assert_int_equal(bench.fault, GN_SENSOR_GAP);
    assert_int_equal(feed(&bench, 21), GN_PHASE_QUIET);
}

static void a_slow_device_may_be_silent_for_longer(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    feed_lively(&bench, 100);
    const int64_t last_ms = bench.time_ms;
    assert_int_equal(gn_quality_silence(&bench.quality, last_ms + 600000, 60000), GN_PHASE_QUIET);
    assert_int_equal(gn_quality_silence(&bench.quality, last_ms + 600001, 60000), GN_PHASE_START);
}

static void a_device_that_sleeps_now_and_then_is_known_for_it(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (int i = 0; i < 10; i++) {
        feed_lively(&bench, 20);
        bench.time_ms += 4000;
    }
    const int64_t last_ms = bench.time_ms - 4000;
    assert_int_equal(gn_quality_silence(&bench.quality, last_ms + 12000, 200), GN_PHASE_QUIET);
    assert_int_equal(gn_quality_silence(&bench.quality, last_ms + 13000, 200), GN_PHASE_START);
}

static void few_readings_have_no_usual_period(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    feed_lively(&bench, 19);
    assert_int_equal(gn_quality_silence(&bench.quality, INT64_MAX, 200), GN_PHASE_QUIET);
    feed_lively(&bench, 1);
    assert_int_equal(gn_quality_silence(&bench.quality, INT64_MAX, 200), GN_PHASE_START);
}

static void a_fault_keeps_its_name_until_it_ends(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    gn_quality_init(&bench.quality, -100, 100);
    feed_lively(&bench, 2000);
    for (int i = 0; i < 60; i++)
        (void)feed(&bench, 20.125);
    assert_int_equal(bench.fault, GN_SENSOR_STUCK);
    assert_int_equal(gn_quality_silence(&bench.quality, bench.time_ms + 3600000, 200), GN_PHASE_QUIET);
    assert_int_equal(feed(&bench, 500), GN_PHASE_END); /* it moved, if to a place it cannot be */
    assert_int_equal(bench.fault, GN_SENSOR_STUCK);
    assert_int_equal(feed(&bench, 500), GN_PHASE_START);
    assert_int_equal(bench.fault, GN_SENSOR_RANGE);
}

static void the_largest_values_and_times_are_taken(void **state)
{
    (void)state;
    struct gn_quality quality;
    gn_quality_init(&quality, -1e300, 1e300);
    gn_sensor_fault fault = GN_SENSOR_OK;
    static const double values[] = { 1e308, -1e308, 0, 1e300, -1e300 };
    static const int64_t times[] = { INT64_MIN, INT64_MAX, 0 };
    for (int i = 0; i < 1000; i++) {
        (void)gn_quality_judge(&quality, times[i % 3], values[i % 5], &fault);
        (void)gn_quality_silence(&quality, times[(i + 1) % 3], 1e12);
        assert_true(gn_quality_valid(&quality));
    }
}

static void bytes_that_are_no_state_are_refused(void **state)
{
    (void)state;
    struct gn_quality good;
    gn_quality_init(&good, 0, 1);
    assert_true(gn_quality_valid(&good));
    struct gn_quality bad = good;
    bad.fault = GN_SENSOR_FAULT_COUNT;
    assert_false(gn_quality_valid(&bad));
    bad = good;
    bad.value = NAN;
    assert_false(gn_quality_valid(&bad));
    bad = good;
    bad.change_share = 1.1;
    assert_false(gn_quality_valid(&bad));
    bad = good;
    bad.longest_gap_ms = -1;
    assert_false(gn_quality_valid(&bad));
    bad = good;
    bad.run = GN_QUALITY_COUNT_MAX + 1U;
    assert_false(gn_quality_valid(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_range_is_told_at_once_and_ends_at_once),
        cmocka_unit_test(a_lively_sensor_that_freezes_is_stuck),
        cmocka_unit_test(a_constant_is_not_stuck),
        cmocka_unit_test(a_switch_is_not_stuck),
        cmocka_unit_test(a_series_that_changes_rarely_is_given_time),
        cmocka_unit_test(zero_is_where_idle_things_rest),
        cmocka_unit_test(too_little_seen_is_no_reason_to_complain),
        cmocka_unit_test(a_pause_that_ended_by_itself_is_remembered),
        cmocka_unit_test(silence_is_a_gap_and_the_next_reading_ends_it),
        cmocka_unit_test(a_slow_device_may_be_silent_for_longer),
        cmocka_unit_test(a_device_that_sleeps_now_and_then_is_known_for_it),
        cmocka_unit_test(few_readings_have_no_usual_period),
        cmocka_unit_test(a_fault_keeps_its_name_until_it_ends),
        cmocka_unit_test(the_largest_values_and_times_are_taken),
        cmocka_unit_test(bytes_that_are_no_state_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
