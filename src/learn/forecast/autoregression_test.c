/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/forecast/autoregression.h"

enum { COUNT = 700, HORIZON = 48 };

static struct gn_forecast_work work;
static double values[COUNT];
static double out[HORIZON];

static const struct gn_ar_lag wide[] = {
    { 0, 0, 1 },  { 0, 0, 2 },  { 0, 0, 3 }, { 2, 0, -1 }, { 2, 0, 0 }, { 2, 0, 1 }, { 2, 0, 2 },
    { 4, 0, 0 },  { 4, 0, 1 },  { 6, 0, 0 }, { 6, 0, 1 },  { 8, 0, 0 }, { 8, 0, 1 }, { 12, 0, 0 },
    { 12, 0, 1 }, { 0, 1, -1 }, { 0, 1, 0 }, { 0, 1, 1 },  { 0, 1, 2 },
};
static const struct gn_ar_lag near[] = {
    { 0, 0, 1 },  { 0, 0, 2 },  { 0, 0, 3 },  { 0, 0, 4 }, { 0, 0, 6 }, { 0, 0, 9 },
    { 0, 0, 12 }, { 0, 0, 18 }, { 2, 0, -1 }, { 2, 0, 0 }, { 2, 0, 1 },
};

static struct gn_forecast_task task_of(size_t count)
{
    return (
        struct gn_forecast_task){ .values = values, .count = count, .season = 24, .cycle = 168, .horizon = HORIZON };
}

/* The same method written with NumPy (least squares by its LAPACK, medians and quantiles its own). */
static void it_is_what_an_independent_implementation_says(void **state)
{
    (void)state;
    static const struct {
        struct gn_ar_lags lags;
        double wanted[3]; /* 1, 24 and 48 steps ahead */
    } cases[] = {
        { { wide, sizeof wide / sizeof wide[0], true }, { 4.733325080, 4.741088538, 4.703810081 } },
        { { wide, sizeof wide / sizeof wide[0], false }, { 4.734239313, 4.739090345, 4.696799002 } },
        { { near, sizeof near / sizeof near[0], true }, { 4.733098675, 4.737479389, 4.707935443 } },
    };
    for (size_t i = 0; i < COUNT; i++)
        values[i] = log(100 + 10 * sin(2 * M_PI * (double)i / 24) + 5 * sin(2 * M_PI * (double)i / 168) +
                        (double)(i * 7919 % 101) / 20);
    const struct gn_forecast_task task = task_of(COUNT);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(gn_ar_forecast(&task, &cases[i].lags, &work, out));
        assert_true(fabs(out[0] - cases[i].wanted[0]) < 2e-9);
        assert_true(fabs(out[23] - cases[i].wanted[1]) < 2e-9);
        assert_true(fabs(out[47] - cases[i].wanted[2]) < 2e-9);
    }
}

static void a_few_outliers_do_not_move_it(void **state)
{
    (void)state;
    static const struct gn_ar_lag one[] = { { 0, 0, 1 } };
    const struct gn_ar_lags lags = { one, 1, false };
    values[0] = 100;
    for (size_t i = 1; i < 400; i++) /* a decay of .9 towards 10, kicked now and then */
        values[i] = 10 + 0.9 * (values[i - 1] - 10) + (i % 50 == 0 ? 60 : (double)(i * 7919 % 101) / 500 - 0.1);
    const struct gn_forecast_task task = task_of(400);
    assert_true(gn_ar_forecast(&task, &lags, &work, out));
    assert_true(fabs((out[1] - out[0]) / (out[0] - values[399]) - 0.9) < 0.01);
}

static void a_constant_stays_and_nothing_runs_away(void **state)
{
    (void)state;
    const struct gn_ar_lags lags = { wide, sizeof wide / sizeof wide[0], true };
    const struct gn_forecast_task task = task_of(COUNT);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 0.1;
    assert_true(gn_ar_forecast(&task, &lags, &work, out));
    for (size_t i = 0; i < HORIZON; i++)
        assert_true(fabs(out[i] - 0.1) < 1e-12);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = exp((double)i / 10); /* explodes */
    assert_true(gn_ar_forecast(&task, &lags, &work, out));
    for (size_t i = 0; i < HORIZON; i++)
        assert_true(isfinite(out[i]) && out[i] < 2 * values[COUNT - 1]);
}

static void lags_a_series_is_too_short_for_are_left_out(void **state)
{
    (void)state;
    static const struct gn_ar_lag day[] = { { 2, 0, 0 }, { 0, 1, 0 } };
    const struct gn_ar_lags lags = { day, 2, false };
    for (size_t i = 0; i < 60; i++)
        values[i] = (double)(i % 24);
    struct gn_forecast_task task = task_of(60);
    assert_true(gn_ar_forecast(&task, &lags, &work, out)); /* lag 24 fits, 168 does not */
    assert_true(fabs(out[0] - 12) < 0.05);
    task.count = 47;
    assert_false(gn_ar_forecast(&task, &lags, &work, out));
    task.season = task.cycle = 0;
    assert_false(gn_ar_forecast(&task, &lags, &work, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_an_independent_implementation_says),
        cmocka_unit_test(a_few_outliers_do_not_move_it),
        cmocka_unit_test(a_constant_stays_and_nothing_runs_away),
        cmocka_unit_test(lags_a_series_is_too_short_for_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
