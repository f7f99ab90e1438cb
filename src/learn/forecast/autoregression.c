/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/autoregression.h"

#include <math.h>
#include <string.h>

#include "learn/detect/scalar.h"
#include "learn/forecast/cholesky.h"
#include "learn/forecast/profile.h"

#define AR_RIDGE   0.01
#define AR_NOTHING 1e-12
#define AR_BEYOND  0.3 /* of the range, that a path may leave it by */

enum { AR_ROUNDS = 3 };

struct ar_fit {
    size_t lags[GN_AR_LAGS_MAX];
    size_t count; /* of lags; the constant is one more */
    size_t from;  /* first row: the largest lag */
    double mean;
    double deviation;
};

/* The lags of this series, ascending order not needed; the same one only once. */
static void ar_resolve(const struct gn_forecast_task *task, const struct gn_ar_lags *wanted, struct ar_fit *fit)
{
    *fit = (struct ar_fit){ 0 };
    for (size_t i = 0; i < wanted->count; i++) {
        const struct gn_ar_lag row = wanted->rows[i];
        if ((row.half_seasons > 0 && task->season < 2) || (row.cycles > 0 && task->cycle < 2))
            continue;
        const long lag = (long)(row.half_seasons * task->season / 2 + row.cycles * task->cycle) + row.offset;
        bool known = lag < 1 || (size_t)lag > task->count / 2;
        for (size_t j = 0; j < fit->count && !known; j++)
            known = fit->lags[j] == (size_t)lag;
        if (known)
            continue;
        fit->lags[fit->count++] = (size_t)lag;
        fit->from = (size_t)lag > fit->from ? (size_t)lag : fit->from;
    }
}

static void ar_scale(struct ar_fit *fit, double *rest, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += rest[i];
    fit->mean = sum / (double)count;
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        rest[i] -= fit->mean;
        square += rest[i] * rest[i];
    }
    fit->deviation = sqrt(square / (double)count);
    for (size_t i = 0; i < count; i++)
        rest[i] /= fit->deviation > 0 ? fit->deviation : 1;
}

static double ar_predict(const struct ar_fit *fit, const double *rest, size_t at, const double *weights)
{
    double sum = weights[fit->count];
    for (size_t i = 0; i < fit->count; i++)
        sum += weights[i] * rest[at - fit->lags[i]];
    return sum;
}

/* Normal equations of all rows, each with its weight. */
static void ar_sum(const struct ar_fit *fit, const double *rest, size_t count, struct gn_forecast_work *work)
{
    double row[GN_AR_STRIDE] = { 0 };
    memset(work->gram, 0, sizeof work->gram);
    memset(work->right, 0, sizeof work->right);
    row[fit->count] = 1;
    for (size_t at = fit->from; at < count; at++) {
        for (size_t i = 0; i < fit->count; i++)
            row[i] = rest[at - fit->lags[i]];
        gn_gram_add(work->gram, fit->count + 1, GN_AR_STRIDE, row, work->weight[at]);
        for (size_t i = 0; i <= fit->count; i++)
            work->right[i] += work->weight[at] * row[i] * rest[at];
    }
}

/* Huber's weights: a row counts in full up to the median error, beyond it in inverse proportion. */
static void ar_weigh(const struct ar_fit *fit, const double *rest, size_t count, const double *weights,
                     struct gn_forecast_work *work)
{
    const size_t rows = count - fit->from;
    for (size_t i = 0; i < rows; i++)
        work->sorted[i] = work->weight[fit->from + i] =
            fabs(rest[fit->from + i] - ar_predict(fit, rest, fit->from + i, weights));
    const double usual = gn_median_of(work->sorted, rows) + AR_NOTHING;
    for (size_t at = fit->from; at < count; at++)
        work->weight[at] = gn_min(1, usual / gn_max(work->weight[at], AR_NOTHING));
}

static bool ar_solve(const struct ar_fit *fit, const double *rest, size_t count, struct gn_forecast_work *work)
{
    for (size_t at = 0; at < count; at++)
        work->weight[at] = 1;
    for (int round = 0; round < AR_ROUNDS; round++) {
        if (round > 0)
            ar_weigh(fit, rest, count, work->right, work);
        ar_sum(fit, rest, count, work);
        for (size_t i = 0; i <= fit->count; i++)
            work->gram[i * GN_AR_STRIDE + i] += i < fit->count ? AR_RIDGE : 1e-6;
        if (!gn_cholesky_factor(work->gram, fit->count + 1, GN_AR_STRIDE))
            return false;
        gn_cholesky_solve(work->gram, fit->count + 1, GN_AR_STRIDE, work->right);
    }
    return true;
}

bool gn_ar_forecast(const struct gn_forecast_task *task, const struct gn_ar_lags *lags, struct gn_forecast_work *work,
                    double *out)
{
    struct ar_fit fit;
    ar_resolve(task, lags, &fit);
    if (fit.count == 0 || task->count < fit.from + 2 * (fit.count + 1))
        return false;
    const size_t length = gn_profile_remove(task, lags->profiled, work);
    double *rest = work->rest;
    ar_scale(&fit, rest, task->count);
    const bool moves = fit.deviation > AR_NOTHING * fabs(fit.mean);
    if (moves && !ar_solve(&fit, rest, task->count, work))
        return false;
    double low = 0;
    double high = 0;
    for (size_t i = 0; i < task->count; i++) {
        low = gn_min(low, rest[i]);
        high = gn_max(high, rest[i]);
    }
    const double beyond = AR_BEYOND * (high - low);
    for (size_t i = 0; i < task->horizon; i++) {
        const double path = moves ? ar_predict(&fit, rest, task->count + i, work->right) : 0;
        rest[task->count + i] = gn_min(gn_max(path, low - beyond), high + beyond);
        out[i] = rest[task->count + i] * fit.deviation + fit.mean + work->profile[i % length];
    }
    return true;
}
