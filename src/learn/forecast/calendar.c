/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/calendar.h"

#include <stdbool.h>

#include "base/timestamp.h"

/* Kinds: 0 to 8 have habits of their own; 9 are the quiet Mondays, 10 the days of Easter. */
static const struct gn_holiday calendar_us[] = {
    { 0, GN_HOLIDAY_FIXED, 1, 1, 0, 0 },    /* New Year's Day */
    { 1, GN_HOLIDAY_NTH, 5, 0, 0, 0 },      /* Memorial Day: the last Monday of May */
    { 2, GN_HOLIDAY_FIXED, 7, 4, 0, 1 },    /* Independence Day */
    { 3, GN_HOLIDAY_NTH, 9, 1, 0, 0 },      /* Labor Day */
    { 4, GN_HOLIDAY_NTH, 11, 4, 3, 0 },     /* Thanksgiving: the fourth Thursday of November */
    { 5, GN_HOLIDAY_NTH, 11, 4, 3, 1 },     /* and the day after */
    { 6, GN_HOLIDAY_FIXED, 12, 24, 0, 0 },  /* Christmas Eve */
    { 7, GN_HOLIDAY_FIXED, 12, 25, 0, 0 },  /* Christmas Day */
    { 8, GN_HOLIDAY_FIXED, 12, 31, 0, 0 },  /* New Year's Eve */
    { 9, GN_HOLIDAY_NTH, 1, 3, 0, 0 },      /* Martin Luther King Jr. Day */
    { 9, GN_HOLIDAY_NTH, 2, 3, 0, 0 },      /* Presidents' Day */
    { 9, GN_HOLIDAY_NTH, 10, 2, 0, 0 },     /* Columbus Day */
    { 10, GN_HOLIDAY_EASTER, 0, 0, 0, -2 }, /* Good Friday */
    { 10, GN_HOLIDAY_EASTER, 0, 0, 0, 0 },  /* Easter Sunday */
};

const struct gn_region gn_region_us = {
    .name = "United States",
    .holidays = calendar_us,
    .holiday_count = sizeof calendar_us / sizeof calendar_us[0],
};

unsigned gn_weekday(int64_t day)
{
    const int64_t rest = (day + 3) % 7; /* day 0 was a Thursday */
    return (unsigned)(rest < 0 ? rest + 7 : rest);
}

unsigned gn_day_of_year(int64_t day)
{
    const struct gn_date first = { .year = gn_date_of_days(day).year, .month = 1, .day = 1 };
    return (unsigned)(day - gn_days_of_date(first)) + 1;
}

static int64_t calendar_easter(int64_t year)
{
    const int64_t a = year % 19;
    const int64_t b = year / 100;
    const int64_t c = year % 100;
    const int64_t g = (8 * b + 13) / 25;
    const int64_t h = (19 * a + b - b / 4 - g + 15) % 30;
    const int64_t l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    const int64_t m = (a + 11 * h + 19 * l) / 433;
    const int64_t month = (h + l - 7 * m + 90) / 25;
    const int64_t day = (h + l - 7 * m + 33 * month + 19) % 32;
    return gn_days_of_date((struct gn_date){ .year = year, .month = month, .day = day });
}

static int64_t calendar_nth(int64_t year, const struct gn_holiday *holiday)
{
    const struct gn_date first = { .year = year, .month = holiday->month, .day = 1 };
    if (holiday->number > 0) {
        const int64_t from = gn_days_of_date(first);
        return from + (int64_t)((holiday->weekday + 7 - gn_weekday(from)) % 7) + 7 * (holiday->number - 1);
    }
    const struct gn_date next = { .year = year + (first.month == 12), .month = first.month % 12 + 1, .day = 1 };
    const int64_t last = gn_days_of_date(next) - 1;
    return last - (int64_t)((gn_weekday(last) + 7 - holiday->weekday) % 7);
}

static bool calendar_is(const struct gn_holiday *holiday, int64_t day)
{
    const struct gn_date date = gn_date_of_days(day);
    switch (holiday->rule) {
    case GN_HOLIDAY_FIXED:
        if (date.month == holiday->month && date.day == holiday->number)
            return true;
        return holiday->offset == 1 && gn_weekday(day) == 0 && date.month == holiday->month &&
               date.day == holiday->number + 1;
    case GN_HOLIDAY_NTH:
        return day == calendar_nth(date.year, holiday) + holiday->offset;
    case GN_HOLIDAY_EASTER:
        return day == calendar_easter(date.year) + holiday->offset;
    }
    return false;
}

int gn_holiday_kind(const struct gn_region *region, int64_t day)
{
    for (size_t i = 0; i < region->holiday_count; i++)
        if (calendar_is(&region->holidays[i], day))
            return region->holidays[i].kind;
    return -1;
}
