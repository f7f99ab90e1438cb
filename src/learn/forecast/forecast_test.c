/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "learn/detect/drawn.h"
#include "learn/forecast/forecast.h"
#include "learn/forecast/seasonal_naive.h"

enum { COUNT = 720, HORIZON = 48 };

static struct gn_forecast_memory memory;
static double values[COUNT + HORIZON];
static double out[GN_FORECAST_HORIZON_MAX];

static struct gn_forecast_task task_of(size_t count)
{
    return (
        struct gn_forecast_task){ .values = values, .count = count, .season = 24, .cycle = 168, .horizon = HORIZON };
}

static void draw(uint64_t seed)
{
    struct gn_drawn drawn = gn_drawn_from(seed);
    double wander = 0;
    for (size_t i = 0; i < COUNT + HORIZON; i++) {
        wander = 0.9 * wander + gn_drawn_normal(&drawn);
        values[i] = 100 + 20 * sin((double)i * 0.2617993878) + (i / 24 % 7 >= 5 ? 0 : 15) + wander;
    }
}

static double error_of(const double *path)
{
    double sum = 0;
    for (size_t i = 0; i < HORIZON; i++)
        sum += fabs(path[i] - values[COUNT + i]);
    return sum;
}

static void a_week_is_seen_coming(void **state)
{
    (void)state;
    double ours = 0;
    double naive = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        draw(seed);
        const struct gn_forecast_task task = task_of(COUNT);
        assert_int_equal(gn_forecast(&task, &memory, out, NULL), GN_OK);
        ours += error_of(out);
        gn_seasonal_naive(values, COUNT, 168, out, HORIZON);
        naive += error_of(out);
    }
    assert_true(ours < 0.8 * naive);
}

static void shares_add_up_and_the_same_values_give_the_same_bits(void **state)
{
    (void)state;
    struct gn_forecast_shares shares;
    double again[HORIZON];
    draw(3);
    const struct gn_forecast_task task = task_of(COUNT);
    assert_int_equal(gn_forecast(&task, &memory, out, &shares), GN_OK);
    double sum = 0;
    for (size_t i = 0; i < GN_FORECAST_METHODS_MAX; i++)
        sum += shares.share[i];
    assert_true(fabs(sum - 1) < 1e-12);
    memset(&memory, 0xa5, sizeof memory); /* what is left in the memory does not count */
    assert_int_equal(gn_forecast(&task, &memory, again, NULL), GN_OK);
    assert_memory_equal(out, again, sizeof again);
}

static void any_series_gets_a_finite_forecast(void **state)
{
    (void)state;
    static double odd[GN_FORECAST_POINTS_MAX + 100];
    static const double shapes[][2] = { { 0, 0 }, { 5, 5 }, { 0, 1 }, { -1e100, 1e100 }, { 1e-300, 1e100 }, { -3, 7 } };
    const size_t counts[] = { 1, 2, 3, 7, 30, 48, 49, 100, 400, GN_FORECAST_POINTS_MAX + 100 };
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
            for (size_t season = 0; season <= 24; season += 12) {
                for (size_t i = 0; i < counts[c]; i++)
                    odd[i] = shapes[s][i * 7 % 5 % 2];
                const struct gn_forecast_task task = {
                    .values = odd, .count = counts[c], .season = season, .cycle = 7 * season, .horizon = 100
                };
                assert_int_equal(gn_forecast(&task, &memory, out, NULL), GN_OK);
                for (size_t i = 0; i < 100; i++)
                    assert_true(isfinite(out[i]));
            }
}

static void what_cannot_be_forecast_is_refused(void **state)
{
    (void)state;
    draw(1);
    struct gn_forecast_task task = task_of(COUNT);
    task.horizon = GN_FORECAST_HORIZON_MAX;
    assert_int_equal(gn_forecast(&task, &memory, out, NULL), GN_OK);
    task.horizon = GN_FORECAST_HORIZON_MAX + 1;
    assert_int_equal(gn_forecast(&task, &memory, out, NULL), GN_ERR_INVAL);
    task.horizon = 0;
    assert_int_equal(gn_forecast(&task, &memory, out, NULL), GN_ERR_INVAL);
    task = task_of(0);
    assert_int_equal(gn_forecast(&task, &memory, out, NULL), GN_ERR_INVAL);
    task = task_of(COUNT);
    const double wrong[] = { NAN, INFINITY, -INFINITY, 1.1e100 };
    for (size_t i = 0; i < 4; i++) {
        values[17] = wrong[i];
        assert_int_equal(gn_forecast(&task, &memory, out, NULL), GN_ERR_INVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week_is_seen_coming),
        cmocka_unit_test(shares_add_up_and_the_same_values_give_the_same_bits),
        cmocka_unit_test(any_series_gets_a_finite_forecast),
        cmocka_unit_test(what_cannot_be_forecast_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
