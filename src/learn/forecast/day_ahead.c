/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/day_ahead.h"

#include <assert.h>
#include <math.h>

#define DAY_YEAR     365.25
#define DAY_TURN     6.283185307179586
#define DAY_WIDTH    45.0 /* days of the year that count as the same time */
#define DAY_ANY_TIME 0.1  /* what a day of another time of the year counts */

enum { DAY_WAVES = 8, DAY_SLOW_WAVES = 4, DAY_WEEKDAYS = 7, DAY_MEANS = 10, DAY_MARKS = 6 };

static const size_t day_means_back[DAY_MEANS] = { 1, 2, 3, 4, 5, 6, 7, 14, 21, 28 };
static const size_t day_marks[DAY_MARKS] = { 3, 8, 14, 18, 21, 23 }; /* hours whose departure from the week is told */

struct day_out {
    double *at;
    size_t count;
};

static void day_add(struct day_out *out, double value)
{
    assert(out->count < GN_DAY_INPUTS);
    out->at[out->count++] = value;
}

static void day_add_products(struct day_out *out, const double *a, size_t a_count, const double *b, size_t b_count)
{
    for (size_t i = 0; i < a_count; i++)
        for (size_t j = 0; j < b_count; j++)
            day_add(out, a[i] * b[j]);
}

static const double *day_hours(const struct gn_day_series *series, size_t at)
{
    return series->values + at * GN_DAY_HOURS;
}

static double day_mean(const struct gn_day_series *series, size_t at)
{
    double sum = 0;
    for (size_t hour = 0; hour < GN_DAY_HOURS; hour++)
        sum += day_hours(series, at)[hour];
    return sum / GN_DAY_HOURS;
}

static void day_add_holidays(struct day_out *out, const struct gn_day_series *series, int64_t day)
{
    const int kind = gn_holiday_kind(series->region, day);
    for (int i = 0; i < GN_HOLIDAY_KINDS_MAX; i++)
        day_add(out, i == kind);
    day_add(out, gn_holiday_kind(series->region, day - 1) >= 0);
    day_add(out, gn_holiday_kind(series->region, day + 1) >= 0);
}

static void day_add_past(struct day_out *out, const struct gn_day_series *series, size_t at)
{
    for (size_t hour = 0; hour < GN_DAY_HOURS; hour++)
        day_add(out, day_hours(series, at - 1)[hour]);
    for (size_t hour = 0; hour < GN_DAY_HOURS; hour += 2)
        day_add(out, day_hours(series, at - 2)[hour]);
    for (size_t hour = 0; hour < GN_DAY_HOURS; hour++)
        day_add(out, day_hours(series, at - 7)[hour]);
}

void gn_day_inputs(const struct gn_day_series *series, size_t at, double out_inputs[static GN_DAY_INPUTS])
{
    assert(at >= GN_DAY_PAST && at <= series->days);
    struct day_out out = { .at = out_inputs };
    const int64_t day = series->first_day + (int64_t)at;
    double weekday[DAY_WEEKDAYS] = { 0 };
    double wave[DAY_WAVES];
    double mean[DAY_MEANS];
    double mark[DAY_MARKS];
    double week = 0;
    weekday[gn_weekday(day)] = 1;
    for (size_t i = 0; i < DAY_WAVES / 2; i++) {
        const double angle = DAY_TURN * (double)(i + 1) * gn_day_of_year(day) / DAY_YEAR;
        wave[2 * i] = sin(angle);
        wave[2 * i + 1] = cos(angle);
    }
    for (size_t i = 0; i < DAY_MEANS; i++)
        mean[i] = day_mean(series, at - day_means_back[i]);
    for (size_t i = 0; i < DAY_WEEKDAYS; i++)
        week += mean[i] / DAY_WEEKDAYS;
    for (size_t i = 0; i < DAY_MARKS; i++)
        mark[i] = day_hours(series, at - 1)[day_marks[i]] - week;
    const double recent[] = { mean[0] - week, mean[1] - week, mean[2] - week };
    const double one = 1;
    day_add_products(&out, &one, 1, weekday, DAY_WEEKDAYS);
    day_add_products(&out, &one, 1, wave, DAY_WAVES);
    day_add_holidays(&out, series, day);
    day_add_past(&out, series, at);
    day_add_products(&out, &one, 1, mean, DAY_MEANS);
    day_add_products(&out, weekday, DAY_WEEKDAYS, wave, DAY_SLOW_WAVES);
    day_add_products(&out, weekday, DAY_WEEKDAYS, mean, 1);
    day_add_products(&out, wave, DAY_WAVES, mark, DAY_MARKS);
    day_add_products(&out, wave, DAY_WAVES, recent, sizeof recent / sizeof recent[0]);
    assert(out.count == GN_DAY_INPUTS);
}

double gn_day_importance(const struct gn_day_series *series, size_t at, size_t around)
{
    const double apart = fabs((double)gn_day_of_year(series->first_day + (int64_t)at) -
                              (double)gn_day_of_year(series->first_day + (int64_t)around));
    const double nearest = apart < 366 - apart ? apart : 366 - apart;
    return DAY_ANY_TIME + exp(-(nearest / DAY_WIDTH) * (nearest / DAY_WIDTH));
}
