/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/day_ahead.h -- what of the days before, and of the calendar, tells the 24 hours of a day.
 *
 *      days  ... | -7 | ... | -2 | -1 | the day       values: one an hour, often logarithms of a load
 *
 *      inputs: hours of yesterday, of the day before, of a week ago; means of ten earlier days; weekday, time of the
 * year, holidays on and beside it; and products: weekday x time of year, time of year x how yesterday differed from its
 * week (a warm evening means more load in July and less in January)
 *
 * For what people's habits and weather drive: load, flow, occupancy. The map from inputs to hours is fitted by
 * robust_ridge.h, with days of the same time of the year counting more (gn_day_importance). Inputs and weights were
 * chosen on three years before the ones scored (docs/accuracy.md). Pure. */
#ifndef GN_LEARN_FORECAST_DAY_AHEAD_H
#define GN_LEARN_FORECAST_DAY_AHEAD_H

#include "learn/forecast/calendar.h"

enum {
    GN_DAY_HOURS = 24,
    GN_DAY_PAST = 30, /* days before the first that can be told */
    GN_DAY_INPUTS = 206,
};

struct gn_day_series {
    const double *values; /* GN_DAY_HOURS a day */
    size_t days;
    int64_t first_day; /* since 1970-01-01 */
    const struct gn_region *region;
};

/* The inputs of the day at index `at` >= GN_DAY_PAST; only days before it are looked at, it may be the one behind
 * the last. */
void gn_day_inputs(const struct gn_day_series *series, size_t at, double out[static GN_DAY_INPUTS]);

/* How much the day at index `at` counts for a forecast of days around index `around`. */
double gn_day_importance(const struct gn_day_series *series, size_t at, size_t around);

#endif
