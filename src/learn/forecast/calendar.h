/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/calendar.h -- what people's calendar says of a day: weekday, place in the year, holiday.
 *
 *      day 0 = 1970-01-01, a Thursday        weekday 0 = Monday
 *
 * Holidays are computed, not listed: a region is a table of rules. Days of one kind behave alike, so that what was
 * learnt of one Thanksgiving serves the next. Easter: the anonymous Gregorian algorithm (J. Meeus, *Astronomical
 * Algorithms*, 1991). Pure. */
#ifndef GN_LEARN_FORECAST_CALENDAR_H
#define GN_LEARN_FORECAST_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

typedef enum gn_holiday_rule {
    GN_HOLIDAY_FIXED,  /* the day `number` of the month; `offset` 1: also the Monday after a Sunday */
    GN_HOLIDAY_NTH,    /* the `number`-th `weekday` of the month, plus `offset` days; number 0: the last */
    GN_HOLIDAY_EASTER, /* Easter Sunday plus `offset` days */
} gn_holiday_rule;

struct gn_holiday {
    uint8_t kind; /* days of one kind behave alike */
    gn_holiday_rule rule;
    uint8_t month; /* 1 to 12 */
    uint8_t number;
    uint8_t weekday;
    int8_t offset;
};

enum { GN_HOLIDAY_KINDS_MAX = 12 };

struct gn_region {
    const char *name;
    const struct gn_holiday *holidays;
    size_t holiday_count;
};

extern const struct gn_region gn_region_us; /* United States: what empties offices, and the days beside them */

unsigned gn_weekday(int64_t day);
unsigned gn_day_of_year(int64_t day); /* from 1 */
/* The kind of holiday, or -1. */
int gn_holiday_kind(const struct gn_region *region, int64_t day);

#endif
