/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/forecast/day_ahead.h"

enum { DAYS = 60 };

static double values[DAYS * GN_DAY_HOURS];
static const struct gn_day_series series = {
    .values = values, .days = DAYS, .first_day = 17400, .region = &gn_region_us /* 2017-08-22, a Tuesday */
};

static void only_days_before_are_looked_at(void **state)
{
    (void)state;
    double before[GN_DAY_INPUTS];
    double after[GN_DAY_INPUTS];
    for (size_t i = 0; i < DAYS * GN_DAY_HOURS; i++)
        values[i] = (double)(i * 7919 % 101);
    gn_day_inputs(&series, 40, before);
    for (size_t i = (size_t)40 * GN_DAY_HOURS; i < DAYS * GN_DAY_HOURS; i++)
        values[i] = NAN;
    gn_day_inputs(&series, 40, after);
    assert_memory_equal(before, after, sizeof before);
    values[39 * GN_DAY_HOURS] += 1;
    gn_day_inputs(&series, 40, after);
    assert_memory_not_equal(before, after, sizeof before);
}

static void weekday_and_holiday_stand_first(void **state)
{
    (void)state;
    enum { WAVES = 7, HOLIDAYS = WAVES + 8, BESIDE = HOLIDAYS + GN_HOLIDAY_KINDS_MAX };
    double inputs[GN_DAY_INPUTS];
    for (size_t i = 0; i < DAYS * GN_DAY_HOURS; i++)
        values[i] = 1;
    gn_day_inputs(&series, 48, inputs); /* 2017-10-09, Columbus Day: a Monday, a quiet one */
    for (size_t i = 0; i < 7; i++)
        assert_true(inputs[i] == (i == 0));
    for (size_t i = 0; i < GN_HOLIDAY_KINDS_MAX; i++)
        assert_true(inputs[HOLIDAYS + i] == (i == 9));
    assert_true(inputs[BESIDE] == 0 && inputs[BESIDE + 1] == 0);
    gn_day_inputs(&series, 47, inputs);
    assert_true(inputs[6] == 1 && inputs[BESIDE] == 0 && inputs[BESIDE + 1] == 1);
    gn_day_inputs(&series, DAYS, inputs); /* the day behind the last */
}

static void the_same_time_of_the_year_counts_most(void **state)
{
    (void)state;
    assert_true(fabs(gn_day_importance(&series, 365, 0) - 1.1) < 0.01);
    assert_true(fabs(gn_day_importance(&series, 180, 0) - 0.1) < 0.01);
    assert_true(fabs(gn_day_importance(&series, 132, 136) - 1.09) < 0.01); /* across the new year */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_days_before_are_looked_at),
        cmocka_unit_test(weekday_and_holiday_stand_first),
        cmocka_unit_test(the_same_time_of_the_year_counts_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
