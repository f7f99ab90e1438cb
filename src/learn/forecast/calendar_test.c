/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/timestamp.h"
#include "learn/forecast/calendar.h"

static int64_t day_of(int64_t year, int64_t month, int64_t day)
{
    return gn_days_of_date((struct gn_date){ .year = year, .month = month, .day = day });
}

static void a_day_knows_its_place(void **state)
{
    (void)state;
    assert_int_equal(gn_weekday(0), 3); /* 1970-01-01 was a Thursday */
    assert_int_equal(gn_weekday(-1), 2);
    assert_int_equal(gn_weekday(day_of(2026, 12, 1)), 1);
    assert_int_equal(gn_day_of_year(day_of(2016, 1, 1)), 1);
    assert_int_equal(gn_day_of_year(day_of(2016, 12, 31)), 366);
    assert_int_equal(gn_day_of_year(day_of(2017, 3, 1)), 60);
}

static void holidays_fall_where_they_did(void **state)
{
    (void)state;
    static const struct {
        int64_t year, month, day;
        int kind;
    } cases[] = {
        { 2017, 1, 1, 0 },    { 2017, 5, 29, 1 },  { 2015, 5, 25, 1 },  { 2018, 7, 4, 2 },
        { 2010, 7, 5, 2 }, /* a Monday */
        { 2011, 7, 5, -1 },   { 2017, 9, 4, 3 },   { 2017, 11, 23, 4 }, { 2017, 11, 24, 5 },
        { 2017, 11, 30, -1 }, { 2017, 12, 24, 6 }, { 2017, 12, 25, 7 }, { 2017, 12, 31, 8 },
        { 2018, 1, 15, 9 },   { 2018, 2, 19, 9 },  { 2017, 10, 9, 9 },  { 2018, 3, 30, 10 },
        { 2018, 4, 1, 10 },   { 2000, 4, 23, 10 }, { 2008, 3, 23, 10 }, { 2011, 4, 24, 10 },
        { 2038, 4, 25, 10 },  { 2018, 4, 2, -1 },  { 2018, 8, 1, -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_holiday_kind(&gn_region_us, day_of(cases[i].year, cases[i].month, cases[i].day)),
                         cases[i].kind);
}

static void kinds_are_within_their_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < gn_region_us.holiday_count; i++)
        assert_true(gn_region_us.holidays[i].kind < GN_HOLIDAY_KINDS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_knows_its_place),
        cmocka_unit_test(holidays_fall_where_they_did),
        cmocka_unit_test(kinds_are_within_their_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
