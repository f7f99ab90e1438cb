/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/forecast_interval.h"

#include <assert.h>
#include <math.h>

#include "learn/forecast/profile.h"

/* Errors grow with the distance, and more slowly than those of a random walk. */
static double interval_growth(size_t step)
{
    return sqrt(sqrt((double)step + 1));
}

/* Only what gn_forecast looks at decides whether it takes logarithms. */
static bool interval_takes_logs(const struct gn_forecast_task *task)
{
    const size_t skip = task->count > GN_FORECAST_POINTS_MAX ? task->count - GN_FORECAST_POINTS_MAX : 0;
    for (size_t i = skip; i < task->count; i++)
        if (!(task->values[i] > 0))
            return false;
    return true;
}

/* The errors of one forecast made from an earlier end. */
static gn_err interval_look_back(const struct gn_forecast_task *task, size_t count, bool logs,
                                 struct gn_interval_memory *memory, double *misses)
{
    struct gn_forecast_task past = *task;
    past.count = count;
    const gn_err err = gn_forecast(&past, &memory->forecast, misses, NULL);
    if (err)
        return err;
    for (size_t i = 0; i < task->horizon; i++) {
        const double truth = task->values[count + i];
        const double miss = logs ? log(truth) - log(misses[i]) : truth - misses[i];
        misses[i] = fabs(miss) / interval_growth(i);
    }
    return GN_OK;
}

gn_err gn_forecast_interval(const struct gn_forecast_task *task, double alpha, struct gn_interval_memory *memory,
                            double *out, double *low, double *high)
{
    assert(alpha > 0 && alpha < 1);
    const gn_err err = gn_forecast(task, &memory->forecast, out, NULL);
    if (err)
        return err;
    if (task->count < 2 * task->horizon)
        return GN_ERR_NOT_FOUND;
    const bool logs = interval_takes_logs(task);
    /* The earliest end leaves half of the history to learn from. */
    const size_t spare = (task->count / 2 - task->horizon) / (GN_INTERVAL_ORIGINS - 1);
    const size_t step = spare < task->horizon ? spare : task->horizon;
    size_t count = 0;
    for (size_t i = 0; i < GN_INTERVAL_ORIGINS; i++, count += task->horizon) {
        const gn_err past_err =
            interval_look_back(task, task->count - task->horizon - i * step, logs, memory, memory->misses + count);
        if (past_err)
            return past_err;
    }
    gn_sort(memory->misses, count);
    const double rank = ceil((1 - alpha) * ((double)count + 1));
    const double width = memory->misses[rank > (double)count ? count - 1 : (size_t)rank - 1];
    for (size_t i = 0; i < task->horizon; i++) {
        const double reach = width * interval_growth(i);
        low[i] = logs ? out[i] * exp(-reach) : out[i] - reach;
        high[i] = logs ? out[i] * exp(reach) : out[i] + reach;
    }
    return GN_OK;
}
