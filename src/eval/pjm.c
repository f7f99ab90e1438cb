/* SPDX-License-Identifier: Apache-2.0 */
/* Electricity demand of PJM East, hourly from 2002: each of the last 365 days told at its first midnight.
 *
 *      days  ... 10 years to fit ... | warm-up: bands learn | 365 days that are scored
 *                                    └── every 28 days fitted again, on the ten years before ──┘
 *
 * A forecast sees what came before its day, never the day; a band sees the errors of earlier days. Hours that are
 * missing (one in March) repeat the hour before, hours that come twice (one in November) count as their mean. */
#include <math.h>

#include "base/mem.h"
#include "eval/column_file.h"
#include "eval/dataset.h"
#include "eval/suite.h"
#include "learn/forecast/band.h"
#include "learn/forecast/day_ahead.h"
#include "learn/forecast/robust_ridge.h"

enum {
    PJM_HOUR_MS = 3600000,
    PJM_SCORED = 365,
    PJM_WARM_UP = 365,
    PJM_BLOCK = 28,    /* days between fits */
    PJM_FITTED = 3650, /* days a fit looks back */
    PJM_QUICK_SCORED = 28,
    PJM_QUICK_FITTED = 730,
};

#define PJM_RIDGE 0.3
#define PJM_ALPHA 0.1

struct pjm_data {
    struct gn_column_file file;
    struct gn_day_series series;
    double *logs;       /* GN_DAY_HOURS a day */
    double *inputs;     /* GN_DAY_INPUTS a day */
    double *importance; /* of the days of a fit */
    double *map;
    double *work;
    struct gn_band bands[GN_DAY_HOURS];
    size_t fitted; /* days a fit looks back */
};

struct pjm_sums {
    double ours;
    double naive;
    size_t covered;
    size_t hours;
};

static struct gn_ridge_problem pjm_problem(const struct pjm_data *data, size_t from, size_t rows)
{
    return (struct gn_ridge_problem){ .inputs = data->inputs + from * GN_DAY_INPUTS,
                                      .targets = data->logs + from * GN_DAY_HOURS,
                                      .importance = data->importance,
                                      .rows = rows,
                                      .input_count = GN_DAY_INPUTS,
                                      .target_count = GN_DAY_HOURS,
                                      .ridge = PJM_RIDGE };
}

static bool pjm_take(struct pjm_data *data)
{
    const size_t days = data->series.days;
    const struct gn_ridge_problem largest = pjm_problem(data, 0, data->fitted);
    double **const parts[] = { &data->logs, &data->inputs, &data->importance, &data->map, &data->work };
    const size_t sizes[] = { days * GN_DAY_HOURS, days * GN_DAY_INPUTS, data->fitted,
                             (size_t)GN_DAY_HOURS * (GN_DAY_INPUTS + 1), gn_robust_ridge_work(&largest) };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if ((*parts[i] = gn_mem_take(sizes[i] * sizeof(double), "eval pjm")) == NULL)
            return false;
    return true;
}

static void pjm_free(struct pjm_data *data)
{
    double *const parts[] = { data->logs, data->inputs, data->importance, data->map, data->work };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        gn_mem_give(parts[i]);
    gn_column_file_free(&data->file);
    gn_mem_give(data);
}

/* Whole days from the second of the file to the last but one. */
static gn_err pjm_span(const struct gn_suite_run *run, struct pjm_data *data)
{
    const struct gn_column_file *file = &data->file;
    const int64_t day_ms = (int64_t)PJM_HOUR_MS * GN_DAY_HOURS;
    int64_t first = INT64_MAX;
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < file->rows; i++) {
        first = file->times_ms[i] < first ? file->times_ms[i] : first;
        last = file->times_ms[i] > last ? file->times_ms[i] : last;
        if (!(file->values[i] > 0)) {
            gn_diag_set(run->diag, i + 2, 0, "a demand that is not above 0");
            return GN_ERR_INVAL;
        }
    }
    const int64_t days = last / day_ms - first / day_ms - 1;
    const int64_t wanted = (int64_t)data->fitted + PJM_WARM_UP + PJM_SCORED + GN_DAY_PAST;
    if (first < 0 || days < wanted || (uint64_t)days * GN_DAY_HOURS > file->rows + file->rows / 8) {
        gn_diag_set(run->diag, 0, 0, "holds %zu rows over %lld days; %lld days without large holes are wanted",
                    file->rows, (long long)days, (long long)wanted);
        return GN_ERR_INVAL;
    }
    data->series =
        (struct gn_day_series){ .days = (size_t)days, .first_day = first / day_ms + 1, .region = &gn_region_us };
    return GN_OK;
}

/* Sums of the rows of each hour, then logarithms of their means. */
static void pjm_fill(struct pjm_data *data)
{
    const size_t hours = data->series.days * GN_DAY_HOURS;
    double *counts = data->inputs; /* not in use yet, and larger */
    for (size_t i = 0; i < data->file.rows; i++) {
        const int64_t hour = data->file.times_ms[i] / PJM_HOUR_MS - data->series.first_day * GN_DAY_HOURS;
        if (hour < 0 || (uint64_t)hour >= hours)
            continue;
        data->logs[hour] += data->file.values[i];
        counts[hour] += 1;
    }
    double before = data->file.values[0];
    for (size_t i = 0; i < hours; i++) {
        before = counts[i] > 0 ? data->logs[i] / counts[i] : before;
        data->logs[i] = log(before);
        counts[i] = 0;
    }
    data->series.values = data->logs;
    for (size_t day = GN_DAY_PAST; day < data->series.days; day++)
        gn_day_inputs(&data->series, day, data->inputs + day * GN_DAY_INPUTS);
}

static gn_err pjm_load(const struct gn_suite_run *run, struct pjm_data *data)
{
    gn_str text = { NULL, 0 };
    gn_err err = gn_dataset_read(run->data_dir, "energy_pjm/PJME_hourly.csv", &text, run->diag);
    if (err)
        return err;
    err = gn_column_file_read(text, &data->file, run->diag);
    gn_dataset_free(text);
    if (!err)
        err = pjm_span(run, data);
    if (!err && !pjm_take(data)) {
        gn_diag_set(run->diag, 0, 0, "there is no memory for the suite");
        err = GN_ERR_FULL;
    }
    if (!err)
        pjm_fill(data);
    return err;
}

/* Fits on the days before `at`, those of the same time of the year counting most. */
static bool pjm_fit(struct pjm_data *data, size_t at)
{
    const size_t rows = data->fitted < at - GN_DAY_PAST ? data->fitted : at - GN_DAY_PAST;
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        data->importance[i] = gn_day_importance(&data->series, at - rows + i, at + PJM_BLOCK / 2);
        sum += data->importance[i] / (double)rows;
    }
    for (size_t i = 0; i < rows; i++)
        data->importance[i] /= sum;
    const struct gn_ridge_problem problem = pjm_problem(data, at - rows, rows);
    return gn_robust_ridge_fit(&problem, data->map, data->work);
}

static void pjm_day(struct pjm_data *data, size_t day, bool scored, struct pjm_sums *sums)
{
    double forecast[GN_DAY_HOURS];
    const double *truth = data->logs + day * GN_DAY_HOURS;
    gn_robust_ridge_apply(data->map, GN_DAY_INPUTS, GN_DAY_HOURS, data->inputs + day * GN_DAY_INPUTS, forecast);
    for (size_t hour = 0; hour < GN_DAY_HOURS; hour++) {
        const double error = truth[hour] - forecast[hour];
        if (scored) {
            sums->ours += fabs(exp(-error) - 1);
            sums->naive += fabs(exp(truth[hour - GN_DAY_HOURS] - truth[hour]) - 1);
            sums->covered += fabs(error) <= gn_band_width(&data->bands[hour]);
            sums->hours++;
        }
        gn_band_learn(&data->bands[hour], error);
    }
}

static gn_err pjm_score(const struct gn_suite_run *run, struct pjm_data *data, struct pjm_sums *sums)
{
    const size_t scored = run->quick ? PJM_QUICK_SCORED : PJM_SCORED;
    const size_t warm_up = run->quick ? 2 * PJM_QUICK_SCORED : PJM_WARM_UP;
    const size_t from = data->series.days - scored - warm_up;
    for (size_t hour = 0; hour < GN_DAY_HOURS; hour++)
        gn_band_init(&data->bands[hour], PJM_ALPHA);
    for (size_t day = from; day < data->series.days; day++) {
        if ((day - from) % PJM_BLOCK == 0 && !pjm_fit(data, day)) {
            gn_diag_set(run->diag, 0, 0, "the demand cannot be fitted: it is not finite");
            return GN_ERR_INVAL;
        }
        pjm_day(data, day, day >= from + warm_up, sums);
        gn_suite_progress(run, day - from + 1, scored + warm_up);
    }
    return GN_OK;
}

static gn_err pjm_run(const struct gn_suite_run *run, struct gn_suite_result *out)
{
    struct pjm_sums sums = { 0 };
    struct pjm_data *data = gn_mem_take(sizeof *data, "eval pjm");
    if (data == NULL) {
        gn_diag_set(run->diag, 0, 0, "there is no memory for the suite");
        return GN_ERR_FULL;
    }
    data->fitted = run->quick ? PJM_QUICK_FITTED : PJM_FITTED;
    gn_err err = pjm_load(run, data);
    if (!err)
        err = pjm_score(run, data, &sums);
    if (!err) {
        out->ours[0] = 100 * sums.ours / (double)sums.hours;
        out->ours[1] = 100 * (double)sums.covered / (double)sums.hours;
        out->naive[0] = 100 * sums.naive / (double)sums.hours;
        out->naive[1] = NAN;
        out->items = sums.hours / GN_DAY_HOURS;
    }
    pjm_free(data);
    return err;
}

const struct gn_suite gn_suite_pjm = {
    .name = "pjm",
    .summary = "forecasts: demand of PJM East, each of the last 365 days told at its first midnight",
    .protocol = "PJM East day-ahead: 24 hours told at 00:00 from what was before; MAPE; how many hours lie in their 90 "
                "% interval",
    .method = "robust ridge on days before and calendar, same time of the year counting more; adaptive conformal bands",
    .naive = "the same hour of the day before",
    .best = "none fixed",
    .figures = { { "mape", "%", 2, NAN }, { "coverage90", "%", 1, NAN } },
    .run = pjm_run,
};
