/* SPDX-License-Identifier: Apache-2.0 */
/* The Numenta Anomaly Benchmark, by its own score (suite nab) and by VUS-PR (suite nab-vus). Both suites score the
 * same numbers: those of `auto` in its deep tier, a reading at a time, each judged before it is learnt. */
#include "base/mem.h"
#include "eval/nab_data.h"
#include "eval/suite.h"
#include "eval/vus.h"
#include "eval/windowed_gaussian.h"
#include "learn/detect/ensemble.h"

enum { NAB_QUICK_STEP = 7 };

/* The series of TSB-AD-U-Eva that could be matched to files of the benchmark. */
static const char *const nab_vus_files[] = {
    "ec2_request_latency_system_failure",
    "Twitter_volume_GOOG",
    "occupancy_6005",
    "nyc_taxi",
    "art_load_balancer_spikes",
    "TravelTime_451",
    "exchange-3_cpc_results",
    "ec2_cpu_utilization_825cc2",
    "speed_t4013",
    "exchange-3_cpm_results",
    "ambient_temperature_system_failure",
    "art_increase_spike_density",
    "rogue_agent_key_hold",
    "ec2_cpu_utilization_5f5533",
    "art_daily_flatmiddle",
    "rds_cpu_utilization_cc0c53",
    "Twitter_volume_FB",
    "speed_6005",
    "ec2_cpu_utilization_24ae8d",
};

typedef gn_err (*nab_figures)(const struct gn_nab_data *data, double *out, size_t *out_items);

static void nab_score_ours(struct gn_nab_file *file, void *state)
{
    gn_ensemble_init(state, GN_ENSEMBLE_DEEP);
    for (size_t i = 0; i < file->count; i++) {
        struct gn_surprise surprise;
        gn_ensemble_score(state, file->times[i], file->values[i], &surprise);
        file->scores[i] = surprise.score;
    }
}

static gn_err nab_profile_scores(const struct gn_nab_data *data, double *out, size_t *out_items)
{
    struct gn_nab_series series[GN_EVAL_NAB_FILES_MAX];
    for (size_t i = 0; i < data->count; i++)
        series[i] = gn_nab_series_of(&data->files[i]);
    gn_err err = GN_OK;
    for (int i = 0; !err && i < GN_NAB_PROFILES; i++) {
        struct gn_nab_result result;
        err = gn_nab_score(series, data->count, (gn_nab_profile)i, &result);
        out[i] = err ? 0 : result.score;
    }
    *out_items = data->count;
    return err;
}

static bool nab_in_vus(const struct gn_nab_file *file)
{
    for (size_t i = 0; i < sizeof nab_vus_files / sizeof nab_vus_files[0]; i++)
        if (strcmp(nab_vus_files[i], file->name) == 0)
            return true;
    return false;
}

static gn_err nab_mean_vus(const struct gn_nab_data *data, double *out, size_t *out_items)
{
    double sum = 0;
    *out_items = 0;
    for (size_t i = 0; i < data->count; i++) {
        const struct gn_nab_series series = gn_nab_series_of(&data->files[i]);
        double area = 0;
        if (!nab_in_vus(&data->files[i]) || series.window_count == 0)
            continue;
        const gn_err err = gn_vus_pr(&series, gn_vus_period(data->files[i].values, series.count), &area);
        if (err)
            return err;
        sum += area;
        ++*out_items;
    }
    *out = *out_items > 0 ? sum / (double)*out_items : 0;
    return GN_OK;
}

static gn_err nab_run_both(const struct gn_suite_run *run, struct gn_nab_data *data, nab_figures figures,
                           struct gn_suite_result *out)
{
    void *state = gn_mem_take(gn_ensemble_size(GN_ENSEMBLE_DEEP), "eval nab");
    gn_err err = state != NULL ? GN_OK : GN_ERR_FULL;
    for (size_t i = 0; !err && i < data->count; i++)
        gn_windowed_gaussian(data->files[i].values, data->files[i].count, data->files[i].scores);
    if (!err)
        err = figures(data, out->naive, &out->items);
    for (size_t i = 0; !err && i < data->count; i++) {
        nab_score_ours(&data->files[i], state);
        gn_suite_progress(run, i + 1, data->count);
    }
    if (!err)
        err = figures(data, out->ours, &out->items);
    if (err)
        gn_diag_set(run->diag, 0, 0, "there is no memory for the scores");
    gn_mem_give(state);
    return err;
}

static gn_err nab_run_suite(const struct gn_suite_run *run, nab_figures figures, struct gn_suite_result *out)
{
    struct gn_nab_data *data = NULL;
    gn_err err = gn_nab_data_read(run->data_dir, run->quick ? NAB_QUICK_STEP : 1, &data, run->diag);
    if (!err)
        err = nab_run_both(run, data, figures, out);
    gn_nab_data_free(data);
    return err;
}

static gn_err nab_run(const struct gn_suite_run *run, struct gn_suite_result *out)
{
    return nab_run_suite(run, nab_profile_scores, out);
}

static gn_err nab_vus_run(const struct gn_suite_run *run, struct gn_suite_result *out)
{
    return nab_run_suite(run, nab_mean_vus, out);
}

const struct gn_suite gn_suite_nab = {
    .name = "nab",
    .summary = "anomalies: 58 series of the Numenta Anomaly Benchmark, as they stream in",
    .protocol = "NAB v1.1: one threshold a profile for the whole corpus, the first 15 % (at most 750 rows) free",
    .method = "auto, deep tier: level, reach, shift, energy, expect, season, discord, by rarity (learn/detect)",
    .naive = "windowed Gaussian, 1000 values, both sides",
    .best = "ARTime (NAB's own table, December 2024)",
    .figures = { { "standard", "", 2, 74.85 }, { "low_fp", "", 2, 65.15 }, { "low_fn", "", 2, 80.36 } },
    .run = nab_run,
};

const struct gn_suite gn_suite_nab_vus = {
    .name = "nab-vus",
    .summary = "the same scores of 19 of these series, by VUS-PR: how whole windows are ranked",
    .protocol = "TSB-AD: VUS-PR, 250 thresholds, widths up to the period; the labels are NAB's windows; every row",
    .method = "auto, deep tier, the scores of suite nab: causal, each reading judged before it is learnt",
    .naive = "windowed Gaussian, 1000 values, both sides",
    .best = "POLY, offline (table of TSB-AD, mean over these 19)",
    .figures = { { "vus_pr", "", 3, 0.486 } },
    .run = nab_vus_run,
};
