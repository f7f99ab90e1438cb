/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/forecast/profile.h"

static struct gn_forecast_work work;
static double values[700];

static void a_median_is_the_middle(void **state)
{
    (void)state;
    double odd[] = { 3, 1, 2 };
    double even[] = { 4, 1, 3, 2 };
    double many[21];
    for (size_t i = 0; i < 21; i++)
        many[i] = (double)(i * 8 % 21);
    assert_true(gn_median_of(odd, 3) == 2);
    assert_true(gn_median_of(even, 4) == 2.5);
    assert_true(gn_median_of(many, 21) == 10);
}

static void a_season_is_found_whatever_the_trend(void **state)
{
    (void)state;
    const size_t seasons[] = { 24, 7 };
    for (size_t s = 0; s < 2; s++) {
        const size_t season = seasons[s];
        for (size_t i = 0; i < 500; i++)
            values[i] = 3 * (double)i + (double)(i % season);
        const struct gn_forecast_task task = { .values = values, .count = 500, .season = season, .horizon = 1 };
        assert_int_equal(gn_profile_find(&task, &work), season);
        for (size_t i = 0; i < season; i++) /* a straight line has no season of its own */
            assert_true(fabs(work.profile[i] - ((double)((500 + i) % season) - (double)(season - 1) / 2)) < 1e-9);
    }
}

static void a_cycle_counts_as_far_as_it_is_more_than_chance(void **state)
{
    (void)state;
    const struct gn_forecast_task task = { .values = values, .count = 700, .season = 24, .cycle = 168, .horizon = 1 };
    for (size_t i = 0; i < 700; i++)
        values[i] = (i / 24 % 7 >= 5 ? 0 : 10) + (double)(i % 24);
    assert_int_equal(gn_profile_find(&task, &work), 168);
    /* The value to come, 700, is hour 4 of weekday 1; 100 later it is hour 8 of day 5, which is a free one. */
    assert_true(fabs((work.profile[0] - work.profile[100]) - (4 + 10 - 8)) < 1e-6);
    for (size_t i = 0; i < 700; i++) /* no week: the days differ by a walk of digits only */
        values[i] = (double)(i % 24) + (double)(i * 7919 % 101) / 20;
    assert_int_equal(gn_profile_find(&task, &work), 168);
    double beyond = 0;
    for (size_t i = 0; i < 168; i++)
        beyond = fmax(beyond, fabs(work.profile[i] - work.profile[i % 24]));
    assert_true(beyond < 0.8);
}

static void too_short_a_series_has_a_flat_profile(void **state)
{
    (void)state;
    const struct gn_forecast_task task = { .values = values, .count = 48, .season = 24, .cycle = 168, .horizon = 1 };
    assert_int_equal(gn_profile_find(&task, &work), 1);
    assert_true(work.profile[0] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_median_is_the_middle),
        cmocka_unit_test(a_season_is_found_whatever_the_trend),
        cmocka_unit_test(a_cycle_counts_as_far_as_it_is_more_than_chance),
        cmocka_unit_test(too_short_a_series_has_a_flat_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
