/* SPDX-License-Identifier: Apache-2.0 */
/* The Battle of the Attack Detection Algorithms: a year of a water network without attacks to learn from, and three
 * months with seven attacks to find, hour by hour.
 *
 *      S = (S_TTD + S_CM) / 2      S_TTD = 1 - mean(hours to the first alarm / hours of the attack), 1 a miss
 *                                  S_CM  = (share of attacked hours alarmed + share of the others not alarmed) / 2
 *
 * R. Taormina et al., "Battle of the Attack Detection Algorithms" (2018). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "eval/column_file.h"
#include "eval/dataset.h"
#include "eval/suite.h"
#include "learn/detect/joint.h"

static const double batadal_threshold = 1.3; /* chosen on dataset 04 */
static const double batadal_naive_share = 0.99;
static const double batadal_naive_hours = 12;

struct batadal {
    struct gn_joint joint;
    struct gn_column_file usual;
    struct gn_column_file test;
    gn_str usual_text;
    gn_str test_text;
    size_t series; /* the last column is the label */
    double *scratch;
    double *scores; /* of the longer file's rows */
};

enum { BATADAL_SCORE, BATADAL_TTD, BATADAL_TPR, BATADAL_TNR, BATADAL_HOURS, BATADAL_FOUND };

static gn_err batadal_check(const struct batadal *data, struct gn_diag *diag)
{
    const char *why = NULL;
    const double *labels = data->test.values + data->series * data->test.rows;
    size_t attacked = 0;
    for (size_t i = 0; i < data->test.rows; i++)
        attacked += labels[i] > 0;
    if (data->usual.columns < 2 || data->usual.columns != data->test.columns)
        why = "has not the columns of the file without attacks";
    else if (attacked == 0 || attacked == data->test.rows)
        why = "has no attacks in its last column, or nothing else";
    for (size_t i = 0; why == NULL && i < data->series; i++)
        if (!gn_str_equal(data->usual.names[i], data->test.names[i]))
            why = "has its columns in another order than the file without attacks";
    if (why == NULL)
        return GN_OK;
    gn_diag_set(diag, 1, 0, "%s", why);
    return GN_ERR_INVAL;
}

static gn_err batadal_load(const struct gn_suite_run *run, struct batadal *data)
{
    gn_err err = gn_dataset_read(run->data_dir, "batadal/BATADAL_dataset03.csv", &data->usual_text, run->diag);
    if (!err)
        err = gn_column_file_read(data->usual_text, &data->usual, run->diag);
    if (!err)
        err = gn_dataset_read(run->data_dir, "batadal/aeed_test_dataset_labelled.csv", &data->test_text, run->diag);
    if (!err)
        err = gn_column_file_read(data->test_text, &data->test, run->diag);
    if (err)
        return err;
    data->series = data->test.columns - 1;
    err = batadal_check(data, run->diag);
    if (err)
        return err;
    const size_t rows = data->usual.rows > data->test.rows ? data->usual.rows : data->test.rows;
    data->scratch = gn_mem_take(gn_joint_scratch(data->series, rows) * sizeof *data->scratch, "eval batadal");
    data->scores = gn_mem_take(rows * sizeof *data->scores, "eval batadal");
    if (data->scratch != NULL && data->scores != NULL)
        return GN_OK;
    gn_diag_set(run->diag, 0, 0, "there is no memory for the suite");
    return GN_ERR_FULL;
}

/* All figures of the alarms: scores of the test rows above the threshold. */
static void batadal_figures(const struct batadal *data, double threshold, double *out)
{
    const size_t rows = data->test.rows;
    const double *labels = data->test.values + data->series * rows;
    double attacks = 0;
    double late = 0;
    double hours = 0;
    double found = 0;
    double alarmed[2] = { 0, 0 };
    double count[2] = { 0, 0 };
    for (size_t from = 0; from < rows;) {
        const bool attacked = labels[from] > 0;
        size_t to = from;
        size_t first = 0; /* hours to the first alarm */
        bool alarm = false;
        for (; to < rows && (labels[to] > 0) == attacked; to++) {
            const bool now = data->scores[to] > threshold;
            alarm = alarm || now;
            first += alarm ? 0 : 1;
            alarmed[attacked] += now ? 1 : 0;
        }
        count[attacked] += (double)(to - from);
        attacks += attacked ? 1 : 0;
        late += attacked ? (double)first / (double)(to - from) : 0;
        hours += attacked && alarm ? (double)first : 0;
        found += attacked && alarm ? 1 : 0;
        from = to;
    }
    out[BATADAL_TTD] = 1 - late / attacks;
    out[BATADAL_TPR] = alarmed[1] / count[1];
    out[BATADAL_TNR] = 1 - alarmed[0] / count[0];
    out[BATADAL_SCORE] = (out[BATADAL_TTD] + (out[BATADAL_TPR] + out[BATADAL_TNR]) / 2) / 2;
    out[BATADAL_HOURS] = found > 0 ? hours / found : 0;
    out[BATADAL_FOUND] = found;
}

/* Mean square of all series' distances from their mean in standard deviations, over about 12 hours. */
static void batadal_naive_scores(struct batadal *data, const struct gn_column_file *file)
{
    double running = 0;
    for (size_t row = 0; row < file->rows; row++) {
        double square = 0;
        for (size_t i = 0; i < data->series; i++) {
            const double z = (file->values[i * file->rows + row] - data->joint.center[i]) / data->joint.scale[i];
            square += fmin(z * z, 100) / (double)data->series;
        }
        running += (square - running) / batadal_naive_hours;
        data->scores[row] = running;
    }
}

static int batadal_ascending(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void batadal_naive(struct batadal *data, double *out)
{
    batadal_naive_scores(data, &data->usual);
    const size_t from = data->usual.rows * 3 / 4;
    const size_t count = data->usual.rows - from;
    qsort(data->scores + from, count, sizeof *data->scores, batadal_ascending);
    const double threshold = data->scores[from + (size_t)(batadal_naive_share * (double)(count - 1))];
    batadal_naive_scores(data, &data->test);
    batadal_figures(data, threshold, out);
}

static gn_err batadal_score(const struct gn_suite_run *run, struct batadal *data, struct gn_suite_result *out)
{
    double parts[GN_JOINT_SERIES_MAX];
    const gn_err err = gn_joint_fit(&data->joint, data->series, data->usual.rows, data->usual.times_ms,
                                    data->usual.values, data->scratch);
    if (err) {
        gn_diag_set(run->diag, 0, 0, "cannot be fitted: too many columns, too few rows, or values too large");
        return err;
    }
    batadal_naive(data, out->naive);
    for (size_t row = 0; row < data->test.rows; row++)
        data->scores[row] =
            gn_joint_score(&data->joint, data->test.times_ms[row], data->test.values + row, data->test.rows, parts);
    batadal_figures(data, batadal_threshold, out->ours);
    out->items = data->test.rows;
    gn_suite_progress(run, 1, 1);
    return GN_OK;
}

static gn_err batadal_run(const struct gn_suite_run *run, struct gn_suite_result *out)
{
    struct batadal *data = gn_mem_take(sizeof *data, "eval batadal");
    if (data == NULL) {
        gn_diag_set(run->diag, 0, 0, "there is no memory for the suite");
        return GN_ERR_FULL;
    }
    gn_err err = batadal_load(run, data);
    if (!err)
        err = batadal_score(run, data, out);
    gn_column_file_free(&data->usual);
    gn_column_file_free(&data->test);
    gn_dataset_free(data->usual_text);
    gn_dataset_free(data->test_text);
    gn_mem_give(data->scratch);
    gn_mem_give(data->scores);
    gn_mem_give(data);
    return err;
}

const struct gn_suite gn_suite_batadal = {
    .name = "batadal",
    .summary = "anomalies: attacks on a water network, 43 series together, hour by hour",
    .protocol = "BATADAL: fit on dataset 03, choose on 04, score the test set; S of time to detection and of hours",
    .method = "joint: ridge vector autoregression, energy of each series' residual over 8 hours (learn/detect)",
    .naive = "mean square of all series in standard deviations, 12 h, .99 quantile of the year without attacks",
    .best = "Housh and Ohar, with the hydraulic model (BATADAL's results); the best without it: Abokifa .949",
    .figures = { { "score", "", 3, 0.970 },
                 { "s_ttd", "", 3, (double)NAN },
                 { "tpr", "", 3, (double)NAN },
                 { "tnr", "", 3, (double)NAN },
                 { "hours_to_detection", "h", 1, (double)NAN },
                 { "found", "of 7", 0, (double)NAN } },
    .run = batadal_run,
};
