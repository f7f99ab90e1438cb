/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

enum { TIME_DAY_MS = 86400000, TIME_MINUTE_MS = 60000 };

#define TIME_FIRST_MS INT64_C(-62167219200000) /* 0000-01-01T00:00:00.000Z */
#define TIME_LAST_MS  INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* Days before a month when the year begins in March, so that the leap day comes last: the lengths from
 * March on, 31 30 31 30 31 twice and then 31, sum up to a straight line of 153 days in five months. */
static int64_t time_days_before_month(int64_t month_from_march)
{
    return (153 * month_from_march + 2) / 5;
}

/* Days from 0000-03-01 to the first day of a year that begins in March. */
static int64_t time_days_before_year(int64_t year)
{
    return 365 * year + year / 4 - year / 100 + year / 400;
}

enum { TIME_EPOCH_DAYS = 719468 }; /* from 0000-03-01 to 1970-01-01 */

int64_t gn_days_of_date(struct gn_date date)
{
    /* The calendar repeats every 400 years, so January and February of year 0 need no negative year. */
    const int64_t year = date.year + 400 - (date.month < 3);
    const int64_t month = date.month < 3 ? date.month + 9 : date.month - 3;
    return time_days_before_year(year) + time_days_before_month(month) + date.day - 1 - time_days_before_year(400) -
           TIME_EPOCH_DAYS;
}

struct gn_date gn_date_of_days(int64_t days)
{
    const int64_t era_days = time_days_before_year(400);
    const int64_t from_march = days + TIME_EPOCH_DAYS + era_days; /* years 0000 to 9999: never negative */
    int64_t year = from_march / 366; /* at most a few too early: each step below mends one */
    while (time_days_before_year(year + 1) <= from_march)
        year++;
    const int64_t in_year = from_march - time_days_before_year(year);
    const int64_t month = (5 * in_year + 2) / 153;
    return (struct gn_date){
        .year = year - 400 + (month > 9),
        .month = month > 9 ? month - 9 : month + 3,
        .day = in_year - time_days_before_month(month) + 1,
    };
}

static int64_t time_month_days(int64_t year, int64_t month)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static void time_put(char *at, int64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
}

void gn_time_format(int64_t time_ms, char out[static GN_TIME_TEXT_BYTES])
{
    const int64_t clamped = time_ms < TIME_FIRST_MS ? TIME_FIRST_MS : time_ms > TIME_LAST_MS ? TIME_LAST_MS : time_ms;
    int64_t in_day = clamped % TIME_DAY_MS;
    if (in_day < 0)
        in_day += TIME_DAY_MS;
    const struct gn_date date = gn_date_of_days((clamped - in_day) / TIME_DAY_MS);
    memcpy(out, "0000-00-00T00:00:00.000Z", 25);
    time_put(out, date.year, 4);
    time_put(out + 5, date.month, 2);
    time_put(out + 8, date.day, 2);
    time_put(out + 11, in_day / 3600000, 2);
    time_put(out + 14, in_day / TIME_MINUTE_MS % 60, 2);
    time_put(out + 17, in_day / 1000 % 60, 2);
    time_put(out + 20, in_day % 1000, 3);
}

/* Exactly `digits` digits, at most `max`, then `behind` (0: nothing is eaten). */
static bool time_take(gn_str *text, size_t digits, int64_t min, int64_t max, char behind, int64_t *out)
{
    uint64_t value;
    const size_t size = digits + (behind != '\0');
    if (text->size < size || gn_parse_u64((gn_str){ text->at, digits }, &value))
        return false;
    if ((int64_t)value < min || (int64_t)value > max || (behind != '\0' && text->at[digits] != behind))
        return false;
    *text = (gn_str){ text->at + size, text->size - size };
    *out = (int64_t)value;
    return true;
}

/* ".125" and longer or shorter ones; cut at milliseconds. None is fine. */
static bool time_take_fraction(gn_str *text, int64_t *out_ms)
{
    int64_t scale = 100;
    size_t size = 1;
    *out_ms = 0;
    if (text->size == 0 || text->at[0] != '.')
        return true;
    for (; size < text->size && text->at[size] >= '0' && text->at[size] <= '9'; size++, scale /= 10)
        *out_ms += scale * (text->at[size] - '0');
    *text = (gn_str){ text->at + size, text->size - size };
    return size > 1;
}

/* "Z" or "+01:00", and then nothing. */
static bool time_take_offset(gn_str text, int64_t *out_ms)
{
    if (text.size == 1 && (text.at[0] == 'Z' || text.at[0] == 'z')) {
        *out_ms = 0;
        return true;
    }
    if (text.size == 0 || (text.at[0] != '+' && text.at[0] != '-'))
        return false;
    const int64_t sign = text.at[0] == '-' ? -1 : 1;
    int64_t hours;
    int64_t minutes;
    text = (gn_str){ text.at + 1, text.size - 1 };
    if (!time_take(&text, 2, 0, 23, ':', &hours) || !time_take(&text, 2, 0, 59, '\0', &minutes))
        return false;
    *out_ms = sign * (hours * 60 + minutes) * TIME_MINUTE_MS;
    return text.size == 0;
}

static bool time_parse_rfc3339(gn_str text, int64_t *out_ms)
{
    struct gn_date date;
    int64_t hour;
    int64_t minute;
    int64_t second;
    int64_t fraction_ms;
    int64_t offset_ms;
    if (!time_take(&text, 4, 0, 9999, '-', &date.year) || !time_take(&text, 2, 1, 12, '-', &date.month) ||
        !time_take(&text, 2, 1, time_month_days(date.year, date.month), '\0', &date.day))
        return false;
    if (text.size == 0 || (text.at[0] != 'T' && text.at[0] != 't' && text.at[0] != ' '))
        return false;
    text = (gn_str){ text.at + 1, text.size - 1 };
    if (!time_take(&text, 2, 0, 23, ':', &hour) || !time_take(&text, 2, 0, 59, ':', &minute) ||
        !time_take(&text, 2, 0, 60, '\0', &second))
        return false;
    if (!time_take_fraction(&text, &fraction_ms) || !time_take_offset(text, &offset_ms))
        return false;
    const int64_t whole_ms =
        gn_days_of_date(date) * TIME_DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 - offset_ms;
    /* A leap second reads as the second behind it, and comes only at midnight, UTC. */
    if (second == 60 && whole_ms % TIME_DAY_MS != 0)
        return false;
    *out_ms = whole_ms + fraction_ms;
    return true;
}

gn_err gn_time_parse(gn_str text, int64_t *out_ms)
{
    int64_t time_ms;
    if (gn_parse_i64(text, &time_ms) && !time_parse_rfc3339(text, &time_ms))
        return GN_ERR_INVAL;
    if (time_ms < TIME_FIRST_MS || time_ms > TIME_LAST_MS)
        return GN_ERR_INVAL;
    *out_ms = time_ms;
    return GN_OK;
}

gn_err gn_duration_parse(gn_str text, int64_t *out_ms)
{
    static const struct {
        const char *suffix;
        int64_t ms;
    } units[] = {
        { "ms", 1 }, { "s", 1000 }, { "m", TIME_MINUTE_MS }, { "h", 3600 * 1000 }, { "d", TIME_DAY_MS },
    };
    size_t digits = 0;
    while (digits < text.size && text.at[digits] >= '0' && text.at[digits] <= '9')
        digits++;
    uint64_t count;
    if (gn_parse_u64((gn_str){ text.at, digits }, &count))
        return GN_ERR_INVAL;
    const gn_str suffix = { text.at + digits, text.size - digits };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!gn_str_equal(suffix, gn_str_of(units[i].suffix)))
            continue;
        if (count > (uint64_t)(INT64_MAX / units[i].ms))
            return GN_ERR_INVAL;
        *out_ms = (int64_t)count * units[i].ms;
        return GN_OK;
    }
    return GN_ERR_INVAL;
}
