/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/prom/prom_window.h"

#include <math.h>

#include "portal/portal_fixture.h"

static struct fixture f;
static uint32_t series;
static struct gn_prom_slot slots[GN_PROM_STEPS_MAX];
static double points[GN_PROM_STEPS_MAX];

/* A counter that begins again once: 0, 10, ... 290, 0, 10 ... each second for ten minutes, with a gap. */
static double value_at(int64_t second)
{
    return (double)(second % 30) * 10;
}

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    series = fixture_series(&f, fixture_thing(&f, "press", "Press"), "n", GN_SERIES_NUMBER);
    for (int64_t second = 0; second < 600; second++)
        if (second < 200 || second >= 260)
            fixture_reading(&f, series, second * 1000, value_at(second));
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

/* The same, reading by reading. */
static double naive(gn_prom_fold fold, int64_t at_ms, int64_t range_ms)
{
    double sum = 0, count = 0, min = INFINITY, max = -INFINITY, last = NAN, increase = 0;
    int64_t first_ms = 0, last_ms = 0;
    for (int64_t second = 0; second < 600; second++) {
        const int64_t time_ms = FIXTURE_BEGIN_MS + second * 1000;
        const double value = value_at(second);
        if ((second >= 200 && second < 260) || time_ms < at_ms - range_ms || time_ms >= at_ms)
            continue;
        increase += count == 0 ? 0 : value >= last ? value - last : value;
        first_ms = count == 0 ? time_ms : first_ms;
        last_ms = time_ms;
        sum += value;
        count++;
        min = fmin(min, value);
        max = fmax(max, value);
        last = value;
    }
    const double answers[] = {
        last, sum / count, min, max, sum, count, increase / ((double)(last_ms - first_ms) / 1000)
    };
    return count == 0 ? NAN : answers[fold];
}

static void check(int64_t start_ms, int64_t step_ms, uint32_t steps, int64_t range_ms)
{
    for (gn_prom_fold fold = GN_PROM_LAST; fold <= GN_PROM_RATE; fold++) {
        struct gn_prom_window window = { .reader = f.api.reader,
                                         .grid = { start_ms, step_ms, steps },
                                         .range_ms = range_ms,
                                         .fold = fold,
                                         .slots = slots };
        assert_int_equal(gn_prom_window(&window, series, points), GN_OK);
        for (uint32_t i = 0; i < steps; i++) {
            const double wanted = naive(fold, start_ms + (int64_t)i * step_ms, range_ms);
            assert_true(isnan(wanted) ? isnan(points[i]) : fabs(points[i] - wanted) <= 1e-9 * fabs(wanted));
        }
    }
}

static void windows_on_a_grid_are_what_reading_by_reading_says(void **state)
{
    (void)state;
    check(FIXTURE_BEGIN_MS, 60000, 14, 60000);
    check(FIXTURE_BEGIN_MS - 60000, 30000, 30, 120000);
    check(FIXTURE_BEGIN_MS, 60000, 12, 10000);
    check(FIXTURE_BEGIN_MS + 5000, 45000, 15, 300000);
}

static void windows_off_a_grid_too(void **state)
{
    (void)state;
    check(FIXTURE_BEGIN_MS + 123, 7001, 90, 13007);
    check(FIXTURE_BEGIN_MS + 300001, 1, 1, 60000);
    check(FIXTURE_BEGIN_MS + 299999, 1, 1, 3600000);
}

static void too_much_work_is_refused(void **state)
{
    (void)state;
    struct gn_prom_window window = { .reader = f.api.reader,
                                     .grid = { FIXTURE_BEGIN_MS, 1000, 600 },
                                     .range_ms = 60000,
                                     .fold = GN_PROM_AVG,
                                     .slots = slots,
                                     .work = GN_PROM_WORK_MAX - 5000 };
    assert_int_equal(gn_prom_window(&window, series, points), GN_ERR_FULL);
    window.work = GN_PROM_WORK_MAX;
    window.grid.start_ms++;
    window.range_ms = 7001;
    assert_int_equal(gn_prom_window(&window, series, points), GN_ERR_FULL);
    window.fold = GN_PROM_RATE;
    assert_int_equal(gn_prom_window(&window, series, points), GN_ERR_FULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(windows_on_a_grid_are_what_reading_by_reading_says),
        CASE(windows_off_a_grid_too),
        CASE(too_much_work_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
