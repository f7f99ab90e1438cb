/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/forecast.h"

#include <math.h>
#include <string.h>

#include "learn/detect/robust.h"
#include "learn/detect/scalar.h"
#include "learn/forecast/autoregression.h"
#include "learn/forecast/damped.h"
#include "learn/forecast/seasonal_naive.h"
#include "learn/forecast/theta.h"

#define FORECAST_LOG_MAX 230.2585 /* of GN_ROBUST_VALUE_MAX */

/* The lags of the rows below: {half seasons, cycles, offset}. */
static const struct gn_ar_lag forecast_wide[] = {
    { 0, 0, 1 },  { 0, 0, 2 },  { 0, 0, 3 }, { 2, 0, -1 }, { 2, 0, 0 }, { 2, 0, 1 }, { 2, 0, 2 },
    { 4, 0, 0 },  { 4, 0, 1 },  { 6, 0, 0 }, { 6, 0, 1 },  { 8, 0, 0 }, { 8, 0, 1 }, { 12, 0, 0 },
    { 12, 0, 1 }, { 0, 1, -1 }, { 0, 1, 0 }, { 0, 1, 1 },  { 0, 1, 2 },
};
static const struct gn_ar_lag forecast_near[] = {
    { 0, 0, 1 },  { 0, 0, 2 },  { 0, 0, 3 },  { 0, 0, 4 }, { 0, 0, 6 }, { 0, 0, 9 },
    { 0, 0, 12 }, { 0, 0, 18 }, { 2, 0, -1 }, { 2, 0, 0 }, { 2, 0, 1 },
};
static const struct gn_ar_lag forecast_phase[] = {
    { 2, 0, 0 }, { 4, 0, 0 }, { 6, 0, 0 }, { 8, 0, 0 }, { 10, 0, 0 }, { 12, 0, 0 }, { 14, 0, 0 },
};

#define FORECAST_LAGS(rows_, profiled_)                                                                                \
    &(const struct gn_ar_lags)                                                                                         \
    {                                                                                                                  \
        .rows = (rows_), .count = sizeof(rows_) / sizeof((rows_)[0]), .profiled = (profiled_)                          \
    }

static bool forecast_wide_ar(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out)
{
    return gn_ar_forecast(task, FORECAST_LAGS(forecast_wide, true), work, out);
}

static bool forecast_bare_ar(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out)
{
    return gn_ar_forecast(task, FORECAST_LAGS(forecast_wide, false), work, out);
}

static bool forecast_near_ar(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out)
{
    return gn_ar_forecast(task, FORECAST_LAGS(forecast_near, true), work, out);
}

static bool forecast_phase_ar(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out)
{
    return gn_ar_forecast(task, FORECAST_LAGS(forecast_phase, true), work, out);
}

static bool forecast_naive(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out)
{
    (void)work;
    gn_seasonal_naive(task->values, task->count, task->season > 0 ? task->season : 1, out, task->horizon);
    return true;
}

static const struct gn_forecast_method forecast_table[] = {
    { "profile-ar",
      "shrunk seasonal profile; robust ridge AR on the rest, short lags, days and weeks (Hoerl 1970, Huber 1973)", true,
      forecast_wide_ar },
    { "ar", "the same lags on the values themselves", true, forecast_bare_ar },
    { "profile-near", "profile; AR on the rest with lags up to a day", true, forecast_near_ar },
    { "profile-phase", "profile; AR on the rest at the same phase of the last seven seasons", true, forecast_phase_ar },
    { "damped", "profile; exponential smoothing with a damped trend (Gardner and McKenzie 1985)", false,
      gn_damped_forecast },
    { "theta", "profile; the Theta method (Assimakopoulos and Nikolopoulos 2000)", false, gn_theta_forecast },
    { "seasonal-naive", "what was one season ago (Hyndman 2021)", false, forecast_naive },
};

enum { FORECAST_METHODS = sizeof forecast_table / sizeof forecast_table[0] };
_Static_assert((int)FORECAST_METHODS <= (int)GN_FORECAST_METHODS_MAX, "every method has its path");

const struct gn_forecast_method *gn_forecast_methods(size_t *out_count)
{
    *out_count = FORECAST_METHODS;
    return forecast_table;
}

/* Mean distance of a path from what came. */
static double forecast_error(const double *path, const double *truth, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += fabs(path[i] - truth[i]);
    return sum / (double)count;
}

/* Weights by how each method would have done one horizon ago; 0 for one that cannot forecast now. */
static void forecast_weigh(const struct gn_forecast_task *task, struct gn_forecast_memory *memory, double *weights)
{
    const size_t held = task->horizon < task->count / 3 ? task->horizon : task->count / 3;
    struct gn_forecast_task past = *task;
    past.count -= held;
    past.horizon = held;
    double errors[FORECAST_METHODS];
    double least = INFINITY;
    for (size_t i = 0; i < FORECAST_METHODS; i++) {
        const struct gn_forecast_method *row = &forecast_table[i];
        errors[i] = INFINITY;
        if (!row->combined || !row->run(task, &memory->work, memory->paths[i]))
            continue;
        /* Too short to look back: all that can forecast count the same. */
        errors[i] = 1;
        if (held > 0 && row->run(&past, &memory->work, memory->past))
            errors[i] = forecast_error(memory->past, past.values + past.count, held) + 1e-6;
        least = errors[i] < least ? errors[i] : least;
    }
    for (size_t i = 0; i < FORECAST_METHODS; i++) {
        const double ratio = isinf(errors[i]) ? 0 : least / errors[i];
        weights[i] = ratio * ratio * ratio * ratio;
    }
}

/* Copies what is looked at, as logarithms when all of it is positive. */
static bool forecast_take(const struct gn_forecast_task *task, struct gn_forecast_task *out, double *values)
{
    const size_t skip = task->count > GN_FORECAST_POINTS_MAX ? task->count - GN_FORECAST_POINTS_MAX : 0;
    *out = *task;
    out->count = task->count - skip;
    out->values = values;
    bool positive = true;
    for (size_t i = 0; i < out->count; i++) {
        values[i] = task->values[skip + i];
        positive = positive && values[i] > 0;
    }
    for (size_t i = 0; positive && i < out->count; i++)
        values[i] = log(values[i]);
    return positive;
}

static gn_err forecast_check(const struct gn_forecast_task *task)
{
    if (task->count == 0 || task->horizon == 0 || task->horizon > GN_FORECAST_HORIZON_MAX)
        return GN_ERR_INVAL;
    for (size_t i = 0; i < task->count; i++)
        if (!(fabs(task->values[i]) <= GN_ROBUST_VALUE_MAX))
            return GN_ERR_INVAL;
    return GN_OK;
}

gn_err gn_forecast(const struct gn_forecast_task *task, struct gn_forecast_memory *memory, double *out,
                   struct gn_forecast_shares *shares)
{
    const gn_err err = forecast_check(task);
    if (err)
        return err;
    struct gn_forecast_task own;
    const bool logs = forecast_take(task, &own, memory->values);
    double weights[FORECAST_METHODS];
    forecast_weigh(&own, memory, weights);
    double sum = 0;
    for (size_t i = 0; i < FORECAST_METHODS; i++)
        sum += weights[i];
    for (size_t i = 0; sum <= 0 && i < FORECAST_METHODS; i++)
        if (forecast_table[i].run(&own, &memory->work, memory->paths[i]))
            sum = weights[i] = 1;
    for (size_t i = 0; i < own.horizon; i++) {
        out[i] = 0;
        for (size_t j = 0; j < FORECAST_METHODS; j++)
            out[i] += weights[j] > 0 ? weights[j] / sum * memory->paths[j][i] : 0;
        out[i] = logs ? exp(gn_min(out[i], FORECAST_LOG_MAX)) : out[i];
    }
    if (shares != NULL) {
        memset(shares, 0, sizeof *shares);
        for (size_t i = 0; i < FORECAST_METHODS; i++)
            shares->share[i] = weights[i] / sum;
    }
    return GN_OK;
}
