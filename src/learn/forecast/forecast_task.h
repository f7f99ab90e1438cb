/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/forecast_task.h -- what every forecasting method is given, and the memory it may use.
 *
 *      values [0 .. count)  ─▶  out [0 .. horizon)        equally spaced, ascending in time, finite
 *
 *      season  24 of hourly values: the short rhythm      0: none known
 *      cycle   168: the long one, a multiple of it        0: none known
 *
 * The memory is the caller's, of fixed size, and holds nothing between calls. Only the last
 * GN_FORECAST_POINTS_MAX values are looked at. */
#ifndef GN_LEARN_FORECAST_FORECAST_TASK_H
#define GN_LEARN_FORECAST_FORECAST_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

enum {
    GN_AR_LAGS_MAX = 40,
    GN_AR_STRIDE = GN_AR_LAGS_MAX + 4, /* and a constant; a multiple of four */
};

struct gn_forecast_task {
    const double *values;
    size_t count;
    size_t season;
    size_t cycle;
    size_t horizon; /* <= GN_FORECAST_HORIZON_MAX */
};

struct gn_forecast_work {
    double profile[GN_FORECAST_POINTS_MAX];
    double rest[GN_FORECAST_POINTS_MAX + GN_FORECAST_HORIZON_MAX]; /* what the profile leaves */
    double trend[GN_FORECAST_POINTS_MAX];
    double weight[GN_FORECAST_POINTS_MAX];
    double sorted[GN_FORECAST_POINTS_MAX];
    double gram[GN_AR_STRIDE * GN_AR_STRIDE];
    double right[GN_AR_STRIDE];
};

#endif
