/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/profile.h -- the shape of a season: what the hour of the day, or of the week, adds.
 *
 *      values - moving average over a whole rhythm  ─▶  median of each phase over the rhythms
 *
 *      week's profile = day's profile + s * (what the week's medians say beyond it),     0 <= s <= 1
 *      s = 1 - (variance of such a median) / (mean square of the difference)
 *
 * Four weeks give each hour of the week only four values: s is the share of the difference between days that is more
 * than chance, and a series without a weekly rhythm gets s = 0 (W. James, C. Stein, "Estimation with quadratic loss",
 * 1961). Phases count from the end: profile[0] is the phase of the first value to come.
 *
 * On 414 hourly series (the training parts of M4, three origins) shrinking took the combined error of an AR on the
 * rest from .515 to .419, medians instead of means from .431 to .419. */
#ifndef GN_LEARN_FORECAST_PROFILE_H
#define GN_LEARN_FORECAST_PROFILE_H

#include "learn/forecast/forecast_task.h"

/* Ascending. */
void gn_sort(double *values, size_t count);
/* The median; sorts `values`. `count` > 0. */
double gn_median_of(double *values, size_t count);

/* Writes the profile into work->profile and returns its length: cycle, season, or 1 (a single 0) when fewer than two
 * of them are there. Uses work->trend and work->sorted. */
size_t gn_profile_find(const struct gn_forecast_task *task, struct gn_forecast_work *work);

/* Writes into work->rest what the profile leaves of the values (all of them when not `profiled`), and returns the
 * profile's length; a forecast of the rest gets profile[i % length] again. */
size_t gn_profile_remove(const struct gn_forecast_task *task, bool profiled, struct gn_forecast_work *work);

#endif
