/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/nab_score.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"

static const struct {
    double miss;
    double false_alarm;
} nab_profiles[GN_NAB_PROFILES] = {
    [GN_NAB_STANDARD] = { 1, 0.11 },
    [GN_NAB_LOW_FP] = { 1, 0.22 },
    [GN_NAB_LOW_FN] = { 2, 0.11 },
};

static const double nab_free_share = 0.15;
static const size_t nab_free_rows_of = 5000;

struct nab_row {
    double score;
    uint32_t series;
    uint32_t row;
};

/* What lowering the threshold row by row has found so far. */
struct nab_sweep {
    const struct gn_nab_series *series;
    gn_nab_profile profile;
    size_t (*earliest)[GN_EVAL_NAB_WINDOWS_MAX]; /* row + 1 of a window's first alarm; 0: none yet */
    double sum;
    size_t hits;
    size_t false_alarms;
};

static double nab_worth(double place)
{
    return place > 3 ? -1 : 2 / (1 + exp(5 * place)) - 1;
}

static double nab_hit(const struct gn_nab_window *window, size_t row)
{
    const double width = (double)(window->to - window->from + 1);
    return nab_worth(-(double)(window->to - row + 1) / width) / nab_worth(-1);
}

static double nab_false(const struct gn_nab_series *series, size_t row)
{
    const struct gn_nab_window *last = NULL;
    for (size_t i = 0; i < series->window_count && series->windows[i].to < row; i++)
        last = &series->windows[i];
    if (last == NULL)
        return -1;
    const double width = last->to > last->from ? (double)(last->to - last->from) : 1;
    return nab_worth((double)(row - last->to) / width);
}

static void nab_alarm(struct nab_sweep *sweep, const struct nab_row *at)
{
    const struct gn_nab_series *series = &sweep->series[at->series];
    size_t i = 0;
    while (i < series->window_count && series->windows[i].to < at->row)
        i++;
    if (i == series->window_count || series->windows[i].from > at->row) {
        sweep->sum += nab_false(series, at->row) * nab_profiles[sweep->profile].false_alarm;
        sweep->false_alarms++;
        return;
    }
    size_t *earliest = &sweep->earliest[at->series][i];
    if (*earliest != 0 && *earliest - 1 <= at->row)
        return;
    if (*earliest == 0) {
        sweep->sum += nab_profiles[sweep->profile].miss;
        sweep->hits++;
    } else {
        sweep->sum -= nab_hit(&series->windows[i], *earliest - 1);
    }
    sweep->sum += nab_hit(&series->windows[i], at->row);
    *earliest = at->row + 1;
}

static int nab_descending(const void *a, const void *b)
{
    const double x = ((const struct nab_row *)a)->score;
    const double y = ((const struct nab_row *)b)->score;
    return (x < y) - (x > y);
}

static size_t nab_free_rows(size_t count)
{
    return (size_t)(nab_free_share * (double)(count < nab_free_rows_of ? count : nab_free_rows_of));
}

static size_t nab_rows(const struct gn_nab_series *series, size_t count, struct nab_row *out)
{
    size_t rows = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = nab_free_rows(series[i].count); j < series[i].count; j++)
            out[rows++] = (struct nab_row){ series[i].scores[j], (uint32_t)i, (uint32_t)j };
    qsort(out, rows, sizeof *out, nab_descending);
    return rows;
}

static void nab_search(struct nab_sweep *sweep, const struct nab_row *rows, size_t row_count, size_t windows,
                       struct gn_nab_result *out)
{
    const double nothing = -nab_profiles[sweep->profile].miss * (double)windows;
    double best = sweep->sum = nothing;
    *out = (struct gn_nab_result){ .threshold = (double)INFINITY };
    for (size_t i = 0; i < row_count; i++) {
        nab_alarm(sweep, &rows[i]);
        const bool whole = i + 1 == row_count || rows[i + 1].score < rows[i].score;
        if (!whole || sweep->sum <= best)
            continue;
        best = sweep->sum;
        out->threshold = rows[i].score;
        out->hits = sweep->hits;
        out->false_alarms = sweep->false_alarms;
    }
    out->score = 100 * (best - nothing) / ((double)windows - nothing);
}

gn_err gn_nab_score(const struct gn_nab_series *series, size_t count, gn_nab_profile profile, struct gn_nab_result *out)
{
    size_t row_count = 1;
    size_t windows = 0;
    for (size_t i = 0; i < count; i++) {
        row_count += series[i].count;
        windows += series[i].window_count;
    }
    struct nab_row *rows = gn_mem_take(row_count * sizeof *rows, "eval nab rows");
    struct nab_sweep sweep = { .series = series, .profile = profile };
    sweep.earliest = gn_mem_take((count + 1) * sizeof *sweep.earliest, "eval nab windows");
    gn_err err = GN_ERR_FULL;
    if (rows != NULL && sweep.earliest != NULL) {
        nab_search(&sweep, rows, nab_rows(series, count, rows), windows, out);
        err = GN_OK;
    }
    gn_mem_give(rows);
    gn_mem_give(sweep.earliest);
    return err;
}
