/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/silence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const int64_t begin_ms = 1700000000000;

struct bench {
    struct gn_silence silence;
    int64_t at_ms;
};

static void hear(struct bench *bench, int64_t after_ms, bool alive)
{
    bench->at_ms += after_ms;
    gn_silence_hear(&bench->silence, begin_ms + bench->at_ms, bench->at_ms, alive);
}

static struct bench regular(int64_t period_ms, int count)
{
    struct bench bench = { .at_ms = 0 };
    for (int i = 0; i < count; i++)
        hear(&bench, period_ms, true);
    return bench;
}

static void three_periods_are_waited_for(void **state)
{
    (void)state;
    const struct bench bench = regular(10000, 30);
    assert_int_equal(gn_silence_patience_ms(&bench.silence), 30000);
    assert_false(gn_silence_is_overdue(&bench.silence, bench.at_ms + 29999));
    assert_false(gn_silence_is_overdue(&bench.silence, bench.at_ms + 30000));
    assert_true(gn_silence_is_overdue(&bench.silence, bench.at_ms + 30001));
    assert_int_equal(bench.silence.heard_ms, begin_ms + bench.at_ms);
}

static void a_fast_series_is_given_five_seconds(void **state)
{
    (void)state;
    const struct bench bench = regular(200, 100);
    assert_false(gn_silence_is_overdue(&bench.silence, bench.at_ms + GN_SILENCE_MS_LEAST));
    assert_true(gn_silence_is_overdue(&bench.silence, bench.at_ms + GN_SILENCE_MS_LEAST + 1));
}

static void few_arrivals_are_no_period(void **state)
{
    (void)state;
    struct bench bench = regular(5000, GN_SILENCE_ARRIVALS_LEAST - 1);
    assert_false(gn_silence_is_overdue(&bench.silence, INT64_C(1) << 50));
    hear(&bench, 5000, true);
    assert_true(gn_silence_is_overdue(&bench.silence, bench.at_ms + 15001));
}

static void readings_that_come_together_are_one_arrival(void **state)
{
    (void)state;
    struct bench bench = { .at_ms = 0 };
    for (int i = 0; i < 12 * 60; i++)
        hear(&bench, i % 60 == 0 ? 60000 : 0, true);
    assert_int_equal(bench.silence.count, 12);
    assert_int_equal(gn_silence_patience_ms(&bench.silence), 180000);
}

static void a_longer_pause_is_remembered_and_fades(void **state)
{
    (void)state;
    struct bench bench = regular(10000, 50);
    hear(&bench, 25000, true);
    assert_in_range(gn_silence_patience_ms(&bench.silence), 74900, 75000);
    for (int i = 0; i < 2000; i++)
        hear(&bench, 10000, true);
    assert_in_range(gn_silence_patience_ms(&bench.silence), 30000, 30300);
}

static void what_speaks_in_bursts_is_not_missed(void **state)
{
    (void)state;
    struct bench bench = { .at_ms = 0 };
    for (int i = 0; i < 200; i++)
        hear(&bench, i % 20 == 0 ? 3600000 : 1000, true);
    assert_int_equal(gn_silence_patience_ms(&bench.silence), INT64_MAX);
}

static void a_habit_is_learnt_in_full_an_absence_by_half(void **state)
{
    (void)state;
    struct bench habit = regular(10000, 50), absence = habit;
    habit.silence.told_at = absence.silence.told_at = 1;
    hear(&habit, 70000, true);
    hear(&absence, 70000, false);
    assert_int_equal(gn_silence_patience_ms(&habit.silence), 210000);
    assert_int_equal(gn_silence_patience_ms(&absence.silence), 60000);
    assert_int_equal(habit.silence.told_at, 0);
}

static void odd_times_and_bytes_do_no_harm(void **state)
{
    (void)state;
    struct bench bench = regular(1000, 20);
    assert_true(gn_silence_valid(&bench.silence));
    gn_silence_hear(&bench.silence, INT64_C(1) << 59, INT64_C(1) << 59, true);
    gn_silence_hear(&bench.silence, 5, 0, false); /* back in time: the same arrival */
    assert_true(gn_silence_valid(&bench.silence));
    struct gn_silence bad = bench.silence;
    bad.mean_ms = (double)NAN;
    assert_false(gn_silence_valid(&bad));
    bad = bench.silence;
    bad.longest_ms = -1;
    assert_false(gn_silence_valid(&bad));
    bad = bench.silence;
    bad.heard_at = -1;
    assert_false(gn_silence_valid(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_periods_are_waited_for),
        cmocka_unit_test(a_fast_series_is_given_five_seconds),
        cmocka_unit_test(few_arrivals_are_no_period),
        cmocka_unit_test(readings_that_come_together_are_one_arrival),
        cmocka_unit_test(a_longer_pause_is_remembered_and_fades),
        cmocka_unit_test(what_speaks_in_bursts_is_not_missed),
        cmocka_unit_test(a_habit_is_learnt_in_full_an_absence_by_half),
        cmocka_unit_test(odd_times_and_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
