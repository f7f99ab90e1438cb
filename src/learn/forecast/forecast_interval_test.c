/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/forecast/forecast_interval.h"

enum { COUNT = 400, HORIZON = 24, SERIES = 40 };

static struct gn_interval_memory memory;
static double values[COUNT + HORIZON];
static double out[HORIZON];
static double low[HORIZON];
static double high[HORIZON];

static struct gn_forecast_task task_of(size_t count)
{
    return (struct gn_forecast_task){ .values = values, .count = count, .season = 24, .horizon = HORIZON };
}

static void draw(uint64_t seed, double level)
{
    struct gn_drawn drawn = gn_drawn_from(seed);
    double wander = 0;
    for (size_t i = 0; i < COUNT + HORIZON; i++) {
        wander = 0.8 * wander + gn_drawn_normal(&drawn);
        values[i] = level + 5 * sin((double)i * 0.2617993878) + wander;
    }
}

static void the_share_that_was_asked_for_is_inside(void **state)
{
    (void)state;
    const double levels[] = { 100, 0 }; /* with and without logarithms */
    for (size_t l = 0; l < 2; l++) {
        size_t inside = 0;
        for (uint64_t seed = 1; seed <= SERIES; seed++) {
            draw(seed, levels[l]);
            const struct gn_forecast_task task = task_of(COUNT);
            assert_int_equal(gn_forecast_interval(&task, 0.1, &memory, out, low, high), GN_OK);
            for (size_t i = 0; i < HORIZON; i++) {
                assert_true(low[i] <= out[i] && out[i] <= high[i]);
                inside += low[i] <= values[COUNT + i] && values[COUNT + i] <= high[i];
            }
        }
        assert_true(fabs((double)inside / (SERIES * HORIZON) - 0.9) < 0.05);
    }
}

static void surer_is_wider(void **state)
{
    (void)state;
    double wide[HORIZON];
    draw(1, 100);
    const struct gn_forecast_task task = task_of(COUNT);
    assert_int_equal(gn_forecast_interval(&task, 0.02, &memory, out, low, wide), GN_OK);
    assert_int_equal(gn_forecast_interval(&task, 0.2, &memory, out, low, high), GN_OK);
    for (size_t i = 0; i < HORIZON; i++)
        assert_true(wide[i] > high[i]);
}

static void a_short_history_has_a_forecast_and_no_bounds(void **state)
{
    (void)state;
    draw(1, 100);
    struct gn_forecast_task task = task_of(2 * HORIZON - 1);
    out[0] = 0;
    low[0] = high[0] = -7;
    assert_int_equal(gn_forecast_interval(&task, 0.1, &memory, out, low, high), GN_ERR_NOT_FOUND);
    assert_true(out[0] > 0 && low[0] == -7 && high[0] == -7);
    task.count = 2 * HORIZON;
    assert_int_equal(gn_forecast_interval(&task, 0.1, &memory, out, low, high), GN_OK);
    values[3] = NAN;
    assert_int_equal(gn_forecast_interval(&task, 0.1, &memory, out, low, high), GN_ERR_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_that_was_asked_for_is_inside),
        cmocka_unit_test(surer_is_wider),
        cmocka_unit_test(a_short_history_has_a_forecast_and_no_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
