/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/autoregression.h -- each value from chosen earlier ones, fitted so that outliers do not count.
 *
 *      rest = values - profile, scaled to mean 0 and deviation 1
 *      rest[t] ~ constant + sum of weight * rest[t - lag]      ridge, then twice again with Huber's weights
 *      forecast: the same, step by step, each on those before; then the profile is added again
 *
 * A lag is a table row: so many half seasons, so many cycles, and an offset. Lags that a series is too short for are
 * left out. Paths are held within what the series did, and a third of its range beyond.
 *
 * A. E. Hoerl, R. W. Kennard, "Ridge regression" (1970); P. J. Huber, "Robust regression" (1973). The ridge is small
 * (0.01 against sums over all rows): larger ones pull trending series to their mean. Huber's weights took the
 * combined error on M4's training parts from .393 to .385. */
#ifndef GN_LEARN_FORECAST_AUTOREGRESSION_H
#define GN_LEARN_FORECAST_AUTOREGRESSION_H

#include <stdint.h>

#include "learn/forecast/forecast_task.h"

struct gn_ar_lag {
    uint8_t half_seasons;
    uint8_t cycles;
    int8_t offset;
};

struct gn_ar_lags {
    const struct gn_ar_lag *rows;
    size_t count;  /* <= GN_AR_LAGS_MAX */
    bool profiled; /* remove the profile first */
};

/* False: the series is too short for any of the lags. */
bool gn_ar_forecast(const struct gn_forecast_task *task, const struct gn_ar_lags *lags, struct gn_forecast_work *work,
                    double *out);

#endif
