/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/theta.h -- the Theta method: half the long trend, and the level of now; after the seasonal profile.
 *
 *      straight line through all values (theta 0)  ┐
 *      values with twice their curvature (theta 2) ┘ extrapolated apart, then averaged
 *
 * That is simple exponential smoothing whose drift is half the slope of the line (R. J. Hyndman, B. Billah, "Unmasking
 * the Theta method", 2003), and so it is computed. V. Assimakopoulos, K. Nikolopoulos, "The theta model" (2000). The
 * smoothing constant is the one of a grid that erred least one step ahead. Pure. */
#ifndef GN_LEARN_FORECAST_THETA_H
#define GN_LEARN_FORECAST_THETA_H

#include "learn/forecast/forecast_task.h"

/* False: fewer than ten values. */
bool gn_theta_forecast(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out);

#endif
