/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/damped.h"

#include <math.h>

#include "learn/forecast/profile.h"

enum { DAMPED_VALUES_MIN = 10 };

static const double damped_alphas[] = { 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9 };
static const double damped_betas[] = { 0, 0.01, 0.05, 0.1 };
static const double damped_dampings[] = { 0.8, 0.9, 0.98 };

struct damped_path {
    double alpha;
    double beta;
    double damping;
    double level;
    double trend;
    double error; /* mean, one step ahead */
};

static void damped_smooth(const double *rest, size_t count, struct damped_path *path)
{
    const size_t first = count / 10;
    path->level = rest[0];
    path->trend = 0;
    path->error = 0;
    for (size_t i = 1; i < count; i++) {
        const double expected = path->level + path->damping * path->trend;
        const double error = rest[i] - expected;
        path->error += i > first ? fabs(error) / (double)count : 0;
        path->level = expected + path->alpha * error;
        path->trend = path->damping * path->trend + path->beta * error;
    }
}

bool gn_damped_forecast(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out)
{
    if (task->count < DAMPED_VALUES_MIN)
        return false;
    const size_t length = gn_profile_remove(task, true, work);
    struct damped_path best = { .error = INFINITY };
    for (size_t i = 0; i < sizeof damped_alphas / sizeof damped_alphas[0]; i++)
        for (size_t j = 0; j < sizeof damped_betas / sizeof damped_betas[0]; j++)
            for (size_t k = 0; k < sizeof damped_dampings / sizeof damped_dampings[0]; k++) {
                struct damped_path path = { .alpha = damped_alphas[i],
                                            .beta = damped_betas[j],
                                            .damping = damped_dampings[k] };
                damped_smooth(work->rest, task->count, &path);
                if (path.error < best.error)
                    best = path;
            }
    double reach = 0;
    double damping = 1;
    for (size_t i = 0; i < task->horizon; i++) {
        damping *= best.damping;
        reach += damping;
        out[i] = best.level + reach * best.trend + work->profile[i % length];
    }
    return isfinite(best.error);
}
