/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "learn/detect/baseline.h"
#include "learn/detect/drawn.h"

/* A series under test: its model, its clock, and what was said of it. */
struct series {
    struct gn_baseline model;
    struct gn_drawn drawn;
    struct gn_verdict verdict;
    int64_t time_ms;
    int64_t period_ms;
    unsigned starts;
    unsigned ends;
    double walk;
};

static void series_open(struct series *series, int64_t period_ms, uint64_t seed)
{
    double values[GN_MODEL_PARAMETERS_MAX];
    assert_int_equal(gn_model_parameters(&gn_baseline_kind, values), GN_OK);
    memset(series, 0, sizeof *series);
    gn_baseline_kind.init(&series->model, values);
    series->drawn = gn_drawn_from(seed);
    series->time_ms = 1700000000000;
    series->period_ms = period_ms;
}

static void series_set(struct series *series, const char *key, double value)
{
    double values[GN_MODEL_PARAMETERS_MAX];
    memcpy(values, &series->model.parameters, sizeof series->model.parameters);
    assert_int_equal(gn_model_parameter_set(&gn_baseline_kind, values, gn_str_of(key), value, NULL), GN_OK);
    gn_baseline_kind.init(&series->model, values);
}

static gn_phase feed(struct series *series, double value)
{
    series->time_ms += series->period_ms;
    gn_baseline_kind.update(&series->model, &(struct gn_model_reading){ series->time_ms, value }, &series->verdict);
    series->starts += series->verdict.phase == GN_PHASE_START;
    series->ends += series->verdict.phase == GN_PHASE_END;
    return series->verdict.phase;
}

static void feed_noise(struct series *series, double level, int count)
{
    for (int i = 0; i < count; i++)
        (void)feed(series, level + gn_drawn_normal(&series->drawn));
}

/* Readings at a new level until START; `most` when there is none. */
static int readings_to_start(struct series *series, double level, int most)
{
    for (int i = 1; i <= most; i++) {
        if (feed(series, level + gn_drawn_normal(&series->drawn)) == GN_PHASE_START)
            return i;
    }
    return most;
}

static void it_learns_before_it_judges(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 1);
    for (int i = 0; i < GN_PACE_FIRST + GN_BASELINE_WARM_WINDOWS - 1; i++) {
        (void)feed(&series, 20 + 100 * (i % 7 == 0) + gn_drawn_normal(&series.drawn));
        assert_true(series.verdict.learning);
        assert_true(series.verdict.p_value >= 1);
        assert_int_equal(series.verdict.phase, GN_PHASE_QUIET);
    }
    feed_noise(&series, 20, 2);
    assert_false(series.verdict.learning);
}

static void after_a_minute_a_glaring_change_is_told_within_seconds(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct series series;
        series_open(&series, 200, seed);
        feed_noise(&series, 20, 70 * 5);
        assert_int_equal(series.starts, 0);
        const int readings = readings_to_start(&series, 50, 100);
        if (readings > 25) /* 5 s */
            fail_msg("seed %d: %d readings", (int)seed, readings);
    }
}

static void once_learned_three_windows_are_enough(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 200, 3);
    feed_noise(&series, 20, 3000);
    const int readings = readings_to_start(&series, 35, 100);
    assert_in_range(readings, 11, 20); /* 2.2 to 4 s at 5 Hz */
}

static void a_small_lasting_change_is_told_too(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 4);
    feed_noise(&series, 20, 2000);
    assert_in_range(readings_to_start(&series, 23, 100), 3, 20);
}

static void what_it_says_is_complete(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 5);
    feed_noise(&series, 20, 2000);
    const int64_t changed_ms = series.time_ms;
    assert_in_range(readings_to_start(&series, 35, 100), 3, 5);
    const struct gn_verdict *v = &series.verdict;
    assert_int_equal(v->fault, GN_SENSOR_OK);
    assert_false(v->learning);
    assert_true(v->value > 30);
    assert_true(fabs(v->usual - 20) < 0.5);
    assert_true(v->usual_low > 16 && v->usual_low < 18.5);
    assert_true(v->usual_high > 21.5 && v->usual_high < 24);
    assert_true(fabs(v->interval_alpha - 0.01) < 1e-12);
    assert_true(v->score > 10);
    assert_true(v->p_value > 0 && v->p_value < 0.01);
    assert_true(v->evidence >= v->threshold && v->threshold > 6);
    assert_int_equal(v->since_ms, changed_ms + 1000); /* the first reading at the new level */
    assert_true(v->reference_from_ms >= 1700000000000 && v->reference_from_ms < changed_ms);
    assert_true(v->reference_to_ms >= changed_ms && v->reference_to_ms < series.time_ms);
    assert_in_range(v->reference_count, 300, 2000);
}

static void it_goes_on_and_ends_when_usual_again(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 6);
    feed_noise(&series, 20, 1000);
    (void)readings_to_start(&series, 35, 10);
    for (int i = 0; i < 60; i++)
        assert_int_equal(feed(&series, 35 + gn_drawn_normal(&series.drawn)), GN_PHASE_GOING_ON);
    assert_true(fabs(series.verdict.usual - 20) < 0.5); /* it did not follow */
    int readings = 1;
    while (feed(&series, 20 + gn_drawn_normal(&series.drawn)) == GN_PHASE_GOING_ON && readings < 100)
        readings++;
    assert_int_equal(series.verdict.phase, GN_PHASE_END);
    assert_in_range(readings, 8, 20);
    feed_noise(&series, 20, 200);
    assert_int_equal(series.verdict.phase, GN_PHASE_QUIET);
    assert_int_equal(series.starts, 1);
}

static void a_fault_is_not_learnt(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 7);
    feed_noise(&series, 20, 1000);
    for (int again = 0; again < 3; again++) {
        (void)readings_to_start(&series, 40, 20);
        feed_noise(&series, 40, 600);
        feed_noise(&series, 20, 600);
        assert_int_equal(series.starts, again + 1); /* each time it is as unusual as the first */
        assert_int_equal(series.ends, again + 1);
    }
    assert_true(fabs(series.verdict.usual - 20) < 0.5);
    assert_true(series.verdict.usual_high < 25);
}

static void a_lasting_new_level_becomes_usual_in_the_end(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 8);
    feed_noise(&series, 20, 1000);
    assert_in_range(readings_to_start(&series, 40, 20), 3, 5);
    feed_noise(&series, 40, 1790);
    assert_int_equal(series.ends, 0);
    feed_noise(&series, 40, 20);
    assert_int_equal(series.ends, 1);
    assert_true(fabs(series.verdict.usual - 40) < 0.5);
    feed_noise(&series, 40, 3600);
    assert_int_equal(series.starts, 1);
    assert_in_range(readings_to_start(&series, 60, 60), 3, 12); /* and it still sees the next change */
}

static void a_new_level_that_never_settles_is_accepted_after_four_times_as_long(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 9);
    feed_noise(&series, 20, 1000);
    int readings = 0;
    while (series.ends == 0 && readings < 20000) /* a ramp away from all that was usual */
        (void)feed(&series, 50 + readings++ * 0.1 + gn_drawn_normal(&series.drawn));
    assert_in_range(readings, 7000, 7400);
}

static void single_spikes_are_never_announced(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 10);
    feed_noise(&series, 20, 500);
    for (int i = 0; i < 50; i++) {
        (void)feed(&series, 1e6);
        (void)feed(&series, -1e6);
        feed_noise(&series, 20, 200);
    }
    assert_int_equal(series.starts, 0);
    assert_true(fabs(series.verdict.usual - 20) < 0.5);
}

static void direction_looks_to_one_side_only(void **state)
{
    (void)state;
    for (int direction = -1; direction <= 1; direction += 2) {
        struct series series;
        series_open(&series, 1000, 11);
        series_set(&series, "direction", direction);
        feed_noise(&series, 20, 1000);
        assert_int_equal(readings_to_start(&series, 20 - 10 * direction, 60), 60);
        feed_noise(&series, 20, 1000);
        assert_in_range(readings_to_start(&series, 20 + 20 * direction, 60), 3, 10);
    }
}

static void a_budget_of_more_alarms_speaks_sooner(void **state)
{
    (void)state;
    int readings[2];
    for (int i = 0; i < 2; i++) {
        struct series series;
        series_open(&series, 1000, 12);
        series_set(&series, "budget_per_day", i == 0 ? 0.01 : 100);
        feed_noise(&series, 20, 2000);
        readings[i] = readings_to_start(&series, 22.5, 300);
    }
    assert_true(readings[1] < readings[0]);
}

static void a_range_fault_is_about_the_sensor_and_not_learnt(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 13);
    series_set(&series, "range_low", 0);
    series_set(&series, "range_high", 100);
    feed_noise(&series, 20, 500);
    const double usual = series.verdict.usual;
    assert_int_equal(feed(&series, -40), GN_PHASE_START);
    assert_int_equal(series.verdict.fault, GN_SENSOR_RANGE);
    assert_int_equal(series.verdict.since_ms, series.time_ms);
    for (int i = 0; i < 100; i++)
        assert_int_equal(feed(&series, -40), GN_PHASE_GOING_ON);
    assert_int_equal(feed(&series, 20), GN_PHASE_END);
    assert_int_equal(series.verdict.fault, GN_SENSOR_RANGE);
    assert_int_equal(feed(&series, 20), GN_PHASE_QUIET);
    assert_true(fabs(series.verdict.usual - usual) < 0.1);
}

static void a_stuck_sensor_is_told_once(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 14);
    feed_noise(&series, 20, 1000);
    gn_phase phase = GN_PHASE_QUIET;
    for (int i = 0; i < 40 && phase != GN_PHASE_START; i++)
        phase = feed(&series, 20.5);
    assert_int_equal(phase, GN_PHASE_START);
    assert_int_equal(series.verdict.fault, GN_SENSOR_STUCK);
    assert_int_equal(feed(&series, 20.5), GN_PHASE_GOING_ON);
    assert_int_equal(feed(&series, 20.6), GN_PHASE_END);
}

static void a_silence_is_told_by_the_tick(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 200, 15);
    feed_noise(&series, 20, 1000);
    struct gn_verdict verdict;
    gn_baseline_kind.check_silence(&series.model, series.time_ms + 4000, &verdict);
    assert_int_equal(verdict.phase, GN_PHASE_QUIET);
    gn_baseline_kind.check_silence(&series.model, series.time_ms + 6000, &verdict);
    assert_int_equal(verdict.phase, GN_PHASE_START);
    assert_int_equal(verdict.fault, GN_SENSOR_GAP);
    assert_int_equal(verdict.since_ms, series.time_ms);
    gn_baseline_kind.check_silence(&series.model, series.time_ms + 7000, &verdict);
    assert_int_equal(verdict.phase, GN_PHASE_GOING_ON);
    series.time_ms += 3600000;
    assert_int_equal(feed(&series, 20), GN_PHASE_END);
    assert_int_equal(series.verdict.fault, GN_SENSOR_GAP);
}

static void a_wandering_series_may_come_back_elsewhere_after_a_silence(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 16);
    for (int i = 0; i < 3000; i++)
        (void)feed(&series, series.walk += gn_drawn_normal(&series.drawn));
    series.starts = 0;
    struct gn_verdict verdict;
    gn_baseline_kind.check_silence(&series.model, series.time_ms + 600000, &verdict);
    assert_int_equal(verdict.phase, GN_PHASE_START);
    series.time_ms += 7200000;
    series.walk += 500;
    for (int i = 0; i < 300; i++)
        (void)feed(&series, series.walk += gn_drawn_normal(&series.drawn));
    assert_int_equal(series.starts, 0);
}

static void what_hardly_ever_changed_is_not_judged_yet(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 17);
    for (int i = 0; i < 1000; i++)
        (void)feed(&series, 0);
    for (int i = 0; i < 100; i++)
        (void)feed(&series, 1); /* a lamp, switched on for the first time: no anomaly */
    assert_int_equal(series.starts, 0);
    assert_true(series.verdict.learning);
}

static void what_stood_still_for_an_hour_is_judged(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 18);
    for (int i = 0; i < 4000; i++)
        (void)feed(&series, 0);
    assert_false(series.verdict.learning);
    (void)feed(&series, 7); /* once is chance */
    for (int i = 0; i < 200; i++)
        (void)feed(&series, 0);
    assert_int_equal(series.starts, 0);
    for (int i = 0; i < 5; i++)
        (void)feed(&series, 7);
    assert_int_equal(series.starts, 1);
}

static void accepting_an_anomaly_makes_its_level_usual(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 19);
    feed_noise(&series, 20, 1000);
    (void)readings_to_start(&series, 40, 20);
    feed_noise(&series, 40, 30);
    assert_int_equal(series.verdict.phase, GN_PHASE_GOING_ON);
    gn_baseline_kind.accept(&series.model, series.time_ms);
    feed_noise(&series, 40, 1);
    assert_int_equal(series.verdict.phase, GN_PHASE_QUIET);
    assert_true(series.verdict.learning);
    feed_noise(&series, 40, 1000);
    assert_int_equal(series.starts, 1);
    assert_true(fabs(series.verdict.usual - 40) < 0.5);
    assert_false(series.verdict.learning);
}

static void the_same_readings_give_the_same_bytes(void **state)
{
    (void)state;
    struct series a, b;
    series_open(&a, 200, 20);
    memset(&b, 0xa5, sizeof b); /* what lay there before must not show */
    series_open(&b, 200, 20);
    feed_noise(&a, 20, 1700);
    feed_noise(&b, 20, 1700);
    assert_memory_equal(&a.model, &b.model, sizeof a.model);

    struct gn_baseline copy; /* a snapshot in the middle of a window and of an anomaly */
    feed_noise(&a, 60, 23);
    feed_noise(&b, 60, 23);
    assert_int_equal(a.model.open, 1);
    memcpy(&copy, &b.model, sizeof copy);
    assert_true(gn_baseline_kind.valid(&copy));
    memset(&b.model, 0, sizeof b.model);
    memcpy(&b.model, &copy, sizeof copy);
    feed_noise(&a, 20, 5000);
    feed_noise(&b, 20, 5000);
    assert_memory_equal(&a.model, &b.model, sizeof a.model);
    assert_memory_equal(&a.verdict, &b.verdict, sizeof a.verdict);
}

static void the_largest_values_stay_numbers(void **state)
{
    (void)state;
    static const double values[] = { 1e308, -1e308, 0, 5e-324, 1e300, -1e299, 1, 1e100, -1e-300 };
    struct series series;
    series_open(&series, 1000, 21);
    for (int i = 0; i < 20000; i++) {
        (void)feed(&series, values[(i * i + i / 100) % 9]);
        const struct gn_verdict *v = &series.verdict;
        assert_true(isfinite(v->usual) && isfinite(v->usual_low) && isfinite(v->usual_high));
        assert_true(isfinite(v->score) && v->score >= 0 && v->p_value > 0 && v->p_value <= 1);
        assert_true(isfinite(v->evidence) && isfinite(v->threshold));
        assert_true(gn_baseline_kind.valid(&series.model));
    }
}

/* Ten days of one reading a second in which nothing happens, on each of these: the budget allows one
 * announcement a series, and chance a second one. */
static double draw_normal(struct series *series)
{
    return gn_drawn_normal(&series->drawn);
}

static double draw_heavy(struct series *series)
{
    return tan(3.14159 * (gn_drawn_uniform(&series->drawn) - 0.5)); /* Cauchy: no mean, no variance */
}

static double draw_neighbours(struct series *series)
{
    return series->walk = 0.9 * series->walk + 0.436 * gn_drawn_normal(&series->drawn);
}

static double draw_day(struct series *series)
{
    return 10 * sin((double)(series->time_ms % 86400000) * 7.27e-8) + gn_drawn_normal(&series->drawn);
}

static double draw_counts(struct series *series)
{
    return floor(-2 * log(gn_drawn_uniform(&series->drawn)));
}

static double draw_switch(struct series *series)
{
    const double flips = series->walk > 0.5 ? 1.0 / 30 : 1.0 / 120;
    series->walk = gn_drawn_uniform(&series->drawn) < flips ? 1 - series->walk : series->walk;
    return series->walk;
}

static double draw_still(struct series *series)
{
    return gn_drawn_uniform(&series->drawn) < 0.01 ? 3 : 0;
}

static void the_budget_is_kept_where_nothing_happens(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double (*draw)(struct series *series);
    } rows[] = { { "normal", draw_normal }, { "heavy", draw_heavy },   { "neighbours", draw_neighbours },
                 { "day", draw_day },       { "counts", draw_counts }, { "switch", draw_switch },
                 { "still", draw_still } };
    enum { ROWS = sizeof rows / sizeof *rows, DAYS = 3 };
    unsigned sum = 0;
    for (size_t i = 0; i < ROWS; i++) {
        struct series series;
        series_open(&series, 1000, 22 + i);
        for (int r = 0; r < DAYS * 86400; r++)
            (void)feed(&series, rows[i].draw(&series));
        if (series.starts > 1)
            fail_msg("%s: %u announcements in %d days", rows[i].name, series.starts, DAYS);
        sum += series.starts;
    }
    assert_true(sum <= 3); /* 21 series-days at 0.1 */
}

static void bytes_that_are_no_state_are_refused(void **state)
{
    (void)state;
    struct series series;
    series_open(&series, 1000, 23);
    feed_noise(&series, 20, 300);
    assert_true(gn_baseline_kind.valid(&series.model));
    struct gn_baseline bad = series.model;
    bad.parameters.budget_per_day = NAN;
    assert_false(gn_baseline_kind.valid(&bad));
    bad = series.model;
    bad.parameters.budget_per_day = 0.2; /* not the one its evidence was made for */
    assert_false(gn_baseline_kind.valid(&bad));
    bad = series.model;
    bad.open = 2;
    assert_false(gn_baseline_kind.valid(&bad));
    bad = series.model;
    bad.held_count = GN_BASELINE_HELD + 1;
    assert_false(gn_baseline_kind.valid(&bad));
    bad = series.model;
    bad.held_stride = 0;
    assert_false(gn_baseline_kind.valid(&bad));
    bad = series.model;
    bad.p_value = 0;
    assert_false(gn_baseline_kind.valid(&bad));
    bad = series.model;
    bad.conformal.sorted[0] = NAN;
    assert_false(gn_baseline_kind.valid(&bad));
    memset(&bad, 0, sizeof bad);
    assert_false(gn_baseline_kind.valid(&bad));
    memset(&bad, 0xff, sizeof bad);
    assert_false(gn_baseline_kind.valid(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_learns_before_it_judges),
        cmocka_unit_test(after_a_minute_a_glaring_change_is_told_within_seconds),
        cmocka_unit_test(once_learned_three_windows_are_enough),
        cmocka_unit_test(a_small_lasting_change_is_told_too),
        cmocka_unit_test(what_it_says_is_complete),
        cmocka_unit_test(it_goes_on_and_ends_when_usual_again),
        cmocka_unit_test(a_fault_is_not_learnt),
        cmocka_unit_test(a_lasting_new_level_becomes_usual_in_the_end),
        cmocka_unit_test(a_new_level_that_never_settles_is_accepted_after_four_times_as_long),
        cmocka_unit_test(single_spikes_are_never_announced),
        cmocka_unit_test(direction_looks_to_one_side_only),
        cmocka_unit_test(a_budget_of_more_alarms_speaks_sooner),
        cmocka_unit_test(a_range_fault_is_about_the_sensor_and_not_learnt),
        cmocka_unit_test(a_stuck_sensor_is_told_once),
        cmocka_unit_test(a_silence_is_told_by_the_tick),
        cmocka_unit_test(a_wandering_series_may_come_back_elsewhere_after_a_silence),
        cmocka_unit_test(what_hardly_ever_changed_is_not_judged_yet),
        cmocka_unit_test(what_stood_still_for_an_hour_is_judged),
        cmocka_unit_test(accepting_an_anomaly_makes_its_level_usual),
        cmocka_unit_test(the_same_readings_give_the_same_bytes),
        cmocka_unit_test(the_largest_values_stay_numbers),
        cmocka_unit_test(the_budget_is_kept_where_nothing_happens),
        cmocka_unit_test(bytes_that_are_no_state_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
