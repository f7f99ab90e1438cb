/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/forecast.h -- what comes next, from a series' own past: a table of methods, and their combination.
 *
 *                    ┌─ method 1 ─┐   errors of a forecast made one horizon ago
 *      log, if > 0 ──┼─ method 2 ─┼─▶ weight = (smallest error / error)^4 ─▶ weighted mean ─▶ exp
 *                    └─ ...      ─┘
 *
 * Every method forecasts twice: from one horizon before the end, where the truth is known, and from the end. A method
 * that is twice as wrong gets a sixteenth of the weight, so a bad one costs little, and none has to be chosen. Values
 * that are all positive are forecast as logarithms: errors then count in proportion, and levels cannot become negative.
 *
 * J. M. Bates, C. W. J. Granger, "The combination of forecasts" (1969). The exponent and the members were chosen on
 * M4's training parts (docs/accuracy.md). Pure: no clock, no allocation; the same values give the same bits. */
#ifndef GN_LEARN_FORECAST_FORECAST_H
#define GN_LEARN_FORECAST_FORECAST_H

#include "base/err.h"
#include "learn/forecast/forecast_task.h"

enum { GN_FORECAST_METHODS_MAX = 8 };

struct gn_forecast_method {
    const char *name;
    const char *method; /* one line, with the paper */
    bool combined;      /* takes part in the combination; the others only when none of those can */
    /* False: the series is too short for it. `task->count` > 0. */
    bool (*run)(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out);
};

/* The methods, and how many. */
const struct gn_forecast_method *gn_forecast_methods(size_t *out_count);

/* What the combination did, for who wants to say why. */
struct gn_forecast_shares {
    double share[GN_FORECAST_METHODS_MAX]; /* of each method, in the table's order; they add up to 1 */
};

struct gn_forecast_memory {
    struct gn_forecast_work work;
    double values[GN_FORECAST_POINTS_MAX];
    double paths[GN_FORECAST_METHODS_MAX][GN_FORECAST_HORIZON_MAX];
    double past[GN_FORECAST_HORIZON_MAX];
};

/* Fills out[0 .. horizon). INVAL: no values, one that is not finite or beyond 1e100, no horizon or one above the limit.
 * `shares` may be NULL. */
GN_MUST_USE gn_err gn_forecast(const struct gn_forecast_task *task, struct gn_forecast_memory *memory, double *out,
                               struct gn_forecast_shares *shares);

#endif
