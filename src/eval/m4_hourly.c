/* SPDX-License-Identifier: Apache-2.0 */
/* The hourly series of the M4 competition: 414 series, 48 hours ahead.
 *
 *      sMAPE = mean 200 |y - f| / (|y| + |f|)      MASE = mean |y - f| / mean |y(t) - y(t - 24)| of the training part
 *      OWA   = (sMAPE / 18.383 + MASE / 2.395) / 2, both divided by those of the competition's Naive2
 *
 * sMAPE and MASE are means over a series' 48 hours, then over series. Coverage: the share of hours inside our 90 %
 * bounds. */
#include <math.h>

#include "base/mem.h"
#include "eval/dataset.h"
#include "eval/m4_file.h"
#include "eval/suite.h"
#include "learn/forecast/forecast_interval.h"
#include "learn/forecast/seasonal_naive.h"

enum { M4_HORIZON = 48, M4_SEASON = 24, M4_CYCLE = 168, M4_QUICK_STEP = 20 };

#define M4_ALPHA 0.1

struct m4_data {
    struct gn_m4_file train;
    struct gn_m4_file test;
    gn_str train_text;
    gn_str test_text;
    struct gn_interval_memory memory;
};

struct m4_sums {
    double smape;
    double mase;
    size_t covered; /* hours inside their interval */
    size_t count;
};

static void m4_add(struct m4_sums *sums, const struct gn_m4_series *train, const double *truth, const double *forecast)
{
    double smape = 0;
    double error = 0;
    double scale = 0;
    for (size_t i = 0; i < M4_HORIZON; i++) {
        const double size = fabs(truth[i]) + fabs(forecast[i]);
        error += fabs(truth[i] - forecast[i]);
        smape += size > 0 ? 200 * fabs(truth[i] - forecast[i]) / size : 0;
    }
    for (size_t i = M4_SEASON; i < train->count; i++)
        scale += fabs(train->values[i] - train->values[i - M4_SEASON]);
    scale /= (double)(train->count - M4_SEASON);
    sums->smape += smape / M4_HORIZON;
    sums->mase += scale > 0 ? error / M4_HORIZON / scale : 0;
    sums->count++;
}

static void m4_figures(const struct m4_sums *sums, double *out)
{
    out[0] = sums->smape / (double)sums->count;
    out[1] = sums->mase / (double)sums->count;
    out[2] = (out[0] / 18.383 + out[1] / 2.395) / 2;
}

static gn_err m4_check(const struct m4_data *data, struct gn_diag *diag)
{
    const char *why = NULL;
    size_t row = 0;
    if (data->test.count != data->train.count)
        why = "the training file has another number of series";
    for (; why == NULL && row < data->test.count; row++) {
        if (!gn_str_equal(data->test.series[row].id, data->train.series[row].id))
            why = "the training file has another series in this place";
        else if (data->test.series[row].count != M4_HORIZON)
            why = "a series has not 48 values";
        else if (data->train.series[row].count <= 2 * M4_SEASON)
            why = "its series in the training file is too short";
    }
    if (why == NULL && data->test.count > 0)
        return GN_OK;
    gn_diag_set(diag, row + 1, 1, "%s", why != NULL ? why : "there are no series");
    return GN_ERR_INVAL;
}

static gn_err m4_load(const struct gn_suite_run *run, struct m4_data *data)
{
    gn_err err = gn_dataset_read(run->data_dir, "m4/Hourly-train.csv", &data->train_text, run->diag);
    if (!err)
        err = gn_m4_file_read(data->train_text, &data->train, run->diag);
    if (!err)
        err = gn_dataset_read(run->data_dir, "m4/Hourly-test.csv", &data->test_text, run->diag);
    if (!err)
        err = gn_m4_file_read(data->test_text, &data->test, run->diag);
    if (!err)
        err = m4_check(data, run->diag);
    return err;
}

static void m4_free(struct m4_data *data)
{
    gn_m4_file_free(&data->train);
    gn_m4_file_free(&data->test);
    gn_dataset_free(data->train_text);
    gn_dataset_free(data->test_text);
    gn_mem_give(data);
}

static gn_err m4_score(const struct gn_suite_run *run, struct m4_data *data, struct m4_sums *ours,
                       struct m4_sums *naive)
{
    for (size_t i = 0; i < data->train.count; i += run->quick ? M4_QUICK_STEP : 1) {
        const struct gn_m4_series *train = &data->train.series[i];
        const struct gn_forecast_task task = { .values = train->values,
                                               .count = train->count,
                                               .season = M4_SEASON,
                                               .cycle = M4_CYCLE,
                                               .horizon = M4_HORIZON };
        double forecast[M4_HORIZON];
        double low[M4_HORIZON];
        double high[M4_HORIZON];
        if (gn_forecast_interval(&task, M4_ALPHA, &data->memory, forecast, low, high)) {
            gn_diag_set(run->diag, i + 2, 0, "a value is too large to be forecast");
            return GN_ERR_INVAL;
        }
        m4_add(ours, train, data->test.series[i].values, forecast);
        for (size_t hour = 0; hour < M4_HORIZON; hour++) {
            const double truth = data->test.series[i].values[hour];
            ours->covered += low[hour] <= truth && truth <= high[hour];
        }
        gn_seasonal_naive(train->values, train->count, M4_SEASON, forecast, M4_HORIZON);
        m4_add(naive, train, data->test.series[i].values, forecast);
        gn_suite_progress(run, i + 1, data->train.count);
    }
    return GN_OK;
}

static gn_err m4_run(const struct gn_suite_run *run, struct gn_suite_result *out)
{
    struct m4_data *data = gn_mem_take(sizeof *data, "eval m4-hourly");
    if (data == NULL) {
        gn_diag_set(run->diag, 0, 0, "there is no memory for the suite");
        return GN_ERR_FULL;
    }
    struct m4_sums ours = { 0 };
    struct m4_sums naive = { 0 };
    gn_err err = m4_load(run, data);
    if (!err)
        err = m4_score(run, data, &ours, &naive);
    if (!err) {
        m4_figures(&naive, out->naive);
        m4_figures(&ours, out->ours);
        out->naive[3] = NAN;
        out->ours[3] = 100 * (double)ours.covered / (double)(ours.count * M4_HORIZON);
        out->items = naive.count;
    }
    m4_free(data);
    return err;
}

const struct gn_suite gn_suite_m4_hourly = {
    .name = "m4-hourly",
    .summary = "forecasts: 414 hourly series of the M4 competition, 48 hours ahead",
    .protocol =
        "M4: one forecast a series, made from its training part alone; sMAPE, MASE (season 24), OWA against Naive2",
    .method =
        "combination (Bates and Granger 1969) of robust ridge AR with and without a shrunk profile of day and week",
    .naive = "seasonal naive, 24 hours",
    .best = "Doornik, M4 competition, hourly (Evaluation and Ranks, 2018)",
    .figures = { { "smape", "%", 2, 8.913 },
                 { "mase", "", 3, 0.801 },
                 { "owa", "", 3, 0.410 },
                 { "coverage90", "%", 1, NAN } },
    .run = m4_run,
};
