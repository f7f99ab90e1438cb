/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/forecast/damped.h"

enum { COUNT = 200, HORIZON = 24 };

static struct gn_forecast_work work;
static double values[COUNT];
static double out[HORIZON];

static struct gn_forecast_task task_of(size_t count, size_t season)
{
    return (struct gn_forecast_task){ .values = values, .count = count, .season = season, .horizon = HORIZON };
}

static void a_trend_dies_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 5 + 2 * (double)i;
    const struct gn_forecast_task task = task_of(COUNT, 0);
    assert_true(gn_damped_forecast(&task, &work, out));
    assert_true(fabs(out[0] - values[COUNT - 1] - 2) < 0.5);
    for (size_t i = 2; i < HORIZON; i++) /* rises, and by less with every step */
        assert_true(out[i] > out[i - 1] && out[i] - out[i - 1] < out[i - 1] - out[i - 2]);
}

static void noise_around_a_level_is_smoothed(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(1);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 50 + gn_drawn_normal(&drawn);
    const struct gn_forecast_task task = task_of(COUNT, 0);
    assert_true(gn_damped_forecast(&task, &work, out));
    for (size_t i = 0; i < HORIZON; i++)
        assert_true(fabs(out[i] - 50) < 0.7);
}

static void the_season_is_added_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 10 + 3 * sin((double)i * 0.7853981634); /* eight a season */
    const struct gn_forecast_task task = task_of(COUNT, 8);
    assert_true(gn_damped_forecast(&task, &work, out));
    for (size_t i = 0; i < HORIZON; i++)
        assert_true(fabs(out[i] - (10 + 3 * sin((double)(COUNT + i) * 0.7853981634))) < 0.05);
}

static void too_few_values_are_refused(void **state)
{
    (void)state;
    const struct gn_forecast_task few = task_of(9, 0);
    const struct gn_forecast_task enough = task_of(10, 0);
    assert_false(gn_damped_forecast(&few, &work, out));
    assert_true(gn_damped_forecast(&enough, &work, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trend_dies_away),
        cmocka_unit_test(noise_around_a_level_is_smoothed),
        cmocka_unit_test(the_season_is_added_again),
        cmocka_unit_test(too_few_values_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
