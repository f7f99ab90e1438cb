/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/theta.h"

#include <math.h>

#include "learn/forecast/profile.h"

enum { THETA_VALUES_MIN = 10, THETA_STEPS = 19 };

/* The least-squares slope of the values against their place. */
static double theta_slope(const double *rest, size_t count)
{
    const double middle = (double)(count - 1) / 2;
    double product = 0;
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        product += ((double)i - middle) * rest[i];
        square += ((double)i - middle) * ((double)i - middle);
    }
    return product / square;
}

/* The level after all values; what it erred by one step ahead goes to *out_error. */
static double theta_smooth(const double *rest, size_t count, double alpha, double *out_error)
{
    double level = rest[0];
    double sum = 0;
    for (size_t i = 1; i < count; i++) {
        const double error = rest[i] - level;
        sum += fabs(error) / (double)count;
        level += alpha * error;
    }
    *out_error = sum;
    return level;
}

bool gn_theta_forecast(const struct gn_forecast_task *task, struct gn_forecast_work *work, double *out)
{
    if (task->count < THETA_VALUES_MIN)
        return false;
    const size_t length = gn_profile_remove(task, true, work);
    double least = INFINITY;
    double level = 0;
    double alpha = 1;
    for (int i = 1; i <= THETA_STEPS; i++) {
        double error;
        const double tried = theta_smooth(work->rest, task->count, 0.05 * i, &error);
        if (error < least) {
            least = error;
            level = tried;
            alpha = 0.05 * i;
        }
    }
    const double drift = theta_slope(work->rest, task->count) / 2;
    const double behind =
        (1 - pow(1 - alpha, (double)task->count)) / alpha; /* how far a smoothed level lags its drift */
    for (size_t i = 0; i < task->horizon; i++)
        out[i] = level + drift * ((double)i + behind) + work->profile[i % length];
    return isfinite(least);
}
