/* SPDX-License-Identifier: Apache-2.0 */
/* Electricity transformer data, hourly: 7 series, 96 hours ahead, from every hour of the test months.
 *
 *      rows   0 ............ 8640 ...... 11520 ...... 14400      months of 30 days: 12 to fit, 4 to choose, 4 to score
 *
 * All values are scaled by mean and deviation of the first part; errors are means over origins, series and hours.
 * H. Zhou et al., "Informer" (AAAI 2021) for data and split; no origin is left out (2785 of them). */
#include <math.h>

#include "base/mem.h"
#include "eval/column_file.h"
#include "eval/dataset.h"
#include "eval/suite.h"
#include "learn/forecast/direct.h"
#include "learn/forecast/seasonal_naive.h"
#include "learn/forecast/window_moments.h"

enum {
    ETT_TRAIN = 8640,
    ETT_VALID = 11520,
    ETT_ROWS = 14400,
    ETT_SERIES = 7,
    ETT_SEASON = 24,
    ETT_HORIZON = 96,
    ETT_LOOK_BACKS = 3,
    ETT_POOLINGS = 3,
    ETT_CANDIDATES = ETT_LOOK_BACKS * ETT_POOLINGS * 2,
    ETT_LOOK_MAX = 504,
    ETT_WINDOW = ETT_LOOK_MAX + ETT_HORIZON,
    ETT_SIDE = ETT_WINDOW + 1,
    ETT_QUICK_STEP = 40, /* of the origins */
};

static const size_t ett_look_backs[ETT_LOOK_BACKS] = { 96, 336, 504 }; /* 4, 14, 21 days */
static const double ett_own_shares[ETT_POOLINGS] = { 0, 0.5,
                                                     1 }; /* of a series' own moments; the rest is all series' */
static const struct gn_direct_shape ett_shape = { .look_back_max = ETT_LOOK_MAX, .horizon = ETT_HORIZON };

struct ett_sums {
    double square;
    double absolute;
    size_t count;
};

struct ett_data {
    struct gn_column_file file;
    double *train;  /* moments, one series after the other */
    double *valid;  /* of the series in hand */
    double *common; /* mean of `train` */
    double *pooled; /* what a candidate is fitted on */
    double *maps;   /* of all candidates */
    double *map;    /* their mean */
    double *work;
};

static void ett_scale(double *values)
{
    double mean = 0;
    double square = 0;
    for (size_t i = 0; i < ETT_TRAIN; i++)
        mean += values[i] / ETT_TRAIN;
    for (size_t i = 0; i < ETT_TRAIN; i++)
        square += (values[i] - mean) * (values[i] - mean) / ETT_TRAIN;
    const double deviation = square > 0 ? sqrt(square) : 1;
    for (size_t i = 0; i < ETT_ROWS; i++)
        values[i] = (values[i] - mean) / deviation;
}

static double *ett_series(const struct ett_data *data, size_t series)
{
    return data->file.values + series * data->file.rows;
}

static bool ett_take(struct ett_data *data)
{
    const size_t moments = (size_t)ETT_SIDE * ETT_SIDE;
    double **const parts[] = { &data->train, &data->valid, &data->common, &data->pooled,
                               &data->maps,  &data->map,   &data->work };
    const size_t sizes[] = { ETT_SERIES * moments,
                             moments,
                             moments,
                             moments,
                             ETT_CANDIDATES * gn_direct_map_size(ett_shape),
                             gn_direct_map_size(ett_shape),
                             gn_direct_work_size(ett_shape) };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if ((*parts[i] = gn_mem_take(sizes[i] * sizeof(double), "eval etth1")) == NULL)
            return false;
    return true;
}

static void ett_free(struct ett_data *data)
{
    double *const parts[] = { data->train, data->valid, data->common, data->pooled, data->maps, data->map, data->work };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        gn_mem_give(parts[i]);
    gn_column_file_free(&data->file);
}

static gn_err ett_load(const struct gn_suite_run *run, struct ett_data *data)
{
    gn_str text = { NULL, 0 };
    gn_err err = gn_dataset_read(run->data_dir, "ett/ETTh1.csv", &text, run->diag);
    if (err)
        return err;
    err = gn_column_file_read(text, &data->file, run->diag);
    if (!err && (data->file.columns != ETT_SERIES || data->file.rows < ETT_ROWS)) {
        gn_diag_set(run->diag, 1, 1, "has %zu series of %zu rows; 7 of 14400 at least are wanted", data->file.columns,
                    data->file.rows);
        err = GN_ERR_INVAL;
    }
    gn_dataset_free(text);
    if (err)
        return err;
    if (!ett_take(data)) {
        gn_diag_set(run->diag, 0, 0, "there is no memory for the suite");
        return GN_ERR_FULL;
    }
    for (size_t i = 0; i < ETT_SERIES; i++)
        ett_scale(ett_series(data, i));
    return GN_OK;
}

/* Moments of the windows of the first part, of each series and of all. */
static void ett_learn(struct ett_data *data)
{
    const size_t moments = (size_t)ETT_SIDE * ETT_SIDE;
    for (size_t i = 0; i < ETT_SERIES; i++) {
        double *own = data->train + i * moments;
        gn_window_moments(ett_series(data, i), 0, ETT_TRAIN - ETT_WINDOW + 1, ETT_WINDOW, own);
        for (size_t j = 0; j < moments; j++)
            data->common[j] += own[j] / ETT_SERIES;
    }
}

/* Fits every candidate on the first part, judges it on the second, and leaves the mean of the good ones in `map`. */
static void ett_fit(struct ett_data *data, size_t series, bool quick)
{
    const size_t moments = (size_t)ETT_SIDE * ETT_SIDE;
    const size_t size = gn_direct_map_size(ett_shape);
    const double *own = data->train + series * moments;
    double errors[ETT_CANDIDATES];
    double weights[ETT_CANDIDATES];
    gn_window_moments(ett_series(data, series), ETT_TRAIN - ETT_LOOK_MAX, ETT_VALID - ETT_WINDOW + 1, ETT_WINDOW,
                      data->valid);
    for (size_t i = 0; i < ETT_CANDIDATES; i++) {
        const double share = ett_own_shares[i / (ETT_LOOK_BACKS * 2)];
        const size_t look_back = ett_look_backs[i / 2 % ETT_LOOK_BACKS];
        double *map = data->maps + i * size;
        for (size_t j = 0; i % (ETT_LOOK_BACKS * 2) == 0 && j < moments; j++)
            data->pooled[j] = (1 - share) * data->common[j] + share * own[j];
        errors[i] = INFINITY;
        if (quick && look_back > ett_look_backs[0])
            continue;
        if (gn_direct_fit(ett_shape, data->pooled, look_back, i % 2 == 1, map, data->work))
            errors[i] = gn_direct_error(ett_shape, data->valid, look_back, map, data->work);
    }
    gn_direct_choose(errors, ETT_CANDIDATES, weights);
    for (size_t j = 0; j < size; j++) {
        data->map[j] = 0;
        for (size_t i = 0; i < ETT_CANDIDATES; i++)
            data->map[j] += weights[i] > 0 ? weights[i] * data->maps[i * size + j] : 0;
    }
}

static void ett_add(struct ett_sums *sums, const double *forecast, const double *truth)
{
    for (size_t i = 0; i < ETT_HORIZON; i++) {
        const double error = forecast[i] - truth[i];
        sums->square += error * error;
        sums->absolute += fabs(error);
        sums->count++;
    }
}

static void ett_figures(const struct ett_sums *sums, double *out)
{
    out[0] = sums->square / (double)sums->count;
    out[1] = sums->absolute / (double)sums->count;
}

static gn_err ett_run(const struct gn_suite_run *run, struct gn_suite_result *out)
{
    struct ett_data data = { 0 };
    struct ett_sums ours = { 0 };
    struct ett_sums naive = { 0 };
    const gn_err err = ett_load(run, &data);
    const size_t series_count = run->quick ? 1 : ETT_SERIES;
    if (!err)
        ett_learn(&data);
    for (size_t series = 0; !err && series < series_count; series++) {
        const double *values = ett_series(&data, series);
        gn_suite_progress(run, series, series_count);
        ett_fit(&data, series, run->quick);
        out->items = 0;
        for (size_t at = ETT_VALID; at + ETT_HORIZON <= ETT_ROWS; at += run->quick ? ETT_QUICK_STEP : 1) {
            double forecast[ETT_HORIZON];
            gn_direct_forecast(ett_shape, data.map, values + at - ETT_LOOK_MAX, forecast);
            ett_add(&ours, forecast, values + at);
            gn_seasonal_naive(values, at, ETT_SEASON, forecast, ETT_HORIZON);
            ett_add(&naive, forecast, values + at);
            out->items++;
        }
    }
    if (!err) {
        ett_figures(&ours, out->ours);
        ett_figures(&naive, out->naive);
    }
    ett_free(&data);
    return err;
}

const struct gn_suite gn_suite_etth1 = {
    .name = "etth1",
    .summary = "forecasts: 7 series of an electricity transformer, 96 hours ahead, from every hour of 4 months",
    .protocol = "ETTh1, 12/4/4 months of 30 days, z-scored by the first 12; every origin of the last 4; nothing is "
                "fitted after month 12",
    .method =
        "direct ridge maps (after NLinear, AAAI 2023), pooled over sibling series, averaged as months 13 to 16 tell",
    .naive = "seasonal naive, 24 hours",
    .best = "Time-MoE-ultra (pre-trained); PatchTST, the best without foreign data, has .370 / .400 (the papers)",
    .figures = { { "mse", "", 3, 0.323 }, { "mae", "", 3, 0.365 } },
    .run = ett_run,
};
