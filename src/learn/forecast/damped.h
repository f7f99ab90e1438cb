/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/damped.h -- exponential smoothing with a trend that dies away, after the seasonal profile.
 *
 *      expected = level + damping * trend            error = value - expected
 *      level    = expected + alpha * error           trend = damping * trend + beta * error
 *      forecast = level + (damping + damping^2 + ... + damping^h) * trend
 *
 * The three constants are those of a small grid that erred least one step ahead over the series, the first tenth apart.
 * E. S. Gardner, E. McKenzie, "Forecasting trends in time series" (1985). Pure. */
#ifndef GN_LEARN_FORECAST_DAMPED_H
#define GN_LEARN_FORECAST_DAMPED_H

#include "learn/forecast/forecast_task.h"

/* False: fewer than ten values. */
bool gn_damped_forecast(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out);

#endif
