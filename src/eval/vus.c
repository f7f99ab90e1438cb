/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/vus.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

enum {
    VUS_THRESHOLDS = 250,
    VUS_LAGS = 400,
    VUS_LAG_FIRST = 4,
    VUS_LAG_OFFSET = 3, /* the published code counts lags from here, and bounds what it counts */
    VUS_OFFSET_MAX = 300,
    VUS_PERIOD_OTHERWISE = 125,
    VUS_VALUES_MAX = 20000,
};

struct vus {
    const struct gn_nab_series *series;
    double *sorted;               /* scores, descending */
    uint8_t *rank;                /* of a row: the first threshold that finds it */
    double *weight;               /* of a row at this width; 0 outside the widened stretches */
    double found[VUS_THRESHOLDS]; /* rows in all, from this threshold on */
    double labelled;              /* rows of the windows */
    struct gn_nab_window stretches[GN_EVAL_NAB_WINDOWS_MAX]; /* widened, joined where they touch */
    size_t stretch_count;
};

static double vus_autocovariance(const double *values, size_t count, double mean, size_t lag)
{
    double sum = 0;
    for (size_t i = 0; i + lag < count; i++)
        sum += (values[i] - mean) * (values[i + lag] - mean);
    return sum;
}

size_t gn_vus_period(const double *values, size_t count)
{
    count = count < VUS_VALUES_MAX ? count : VUS_VALUES_MAX;
    double mean = 0;
    for (size_t i = 0; i < count; i++)
        mean += values[i] / (double)count;
    double c[VUS_LAGS + 1];
    for (size_t i = 0; i <= VUS_LAGS; i++)
        c[i] = vus_autocovariance(values, count, mean, i);
    size_t best = 0;
    for (size_t i = VUS_LAG_FIRST; i < VUS_LAGS; i++)
        if (c[i] > c[i - 1] && c[i] > c[i + 1] && (best == 0 || c[i] >= c[best]))
            best = i;
    const size_t offset = best > 0 ? best - VUS_LAG_OFFSET : 0;
    return offset < VUS_LAG_OFFSET || offset > VUS_OFFSET_MAX ? VUS_PERIOD_OTHERWISE : best;
}

static int vus_descending(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x < y) - (x > y);
}

static void vus_rank(struct vus *vus)
{
    const size_t count = vus->series->count;
    double thresholds[VUS_THRESHOLDS];
    memcpy(vus->sorted, vus->series->scores, count * sizeof *vus->sorted);
    qsort(vus->sorted, count, sizeof *vus->sorted, vus_descending);
    for (size_t i = 0; i < VUS_THRESHOLDS; i++)
        thresholds[i] = vus->sorted[(size_t)((double)(count - 1) * (double)i / (VUS_THRESHOLDS - 1))];
    for (size_t i = 0; i < count; i++) {
        size_t low = 0;
        size_t high = VUS_THRESHOLDS - 1;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            const bool found = vus->series->scores[i] >= thresholds[middle];
            high = found ? middle : high;
            low = found ? low : middle + 1;
        }
        vus->rank[i] = (uint8_t)low;
        vus->found[low]++;
    }
    for (size_t i = 1; i < VUS_THRESHOLDS; i++)
        vus->found[i] += vus->found[i - 1];
}

static size_t vus_below(size_t x, size_t by)
{
    return x > by ? x - by : 0;
}

static void vus_widen(struct vus *vus, size_t width)
{
    const struct gn_nab_series *series = vus->series;
    const size_t last = series->count - 1;
    memset(vus->weight, 0, series->count * sizeof *vus->weight);
    vus->stretch_count = 0;
    for (size_t i = 0; i < series->window_count; i++) {
        const struct gn_nab_window *window = &series->windows[i];
        const size_t to = window->to + width / 2 < last ? window->to + width / 2 : last;
        const size_t from = vus_below(window->from, width / 2);
        for (size_t j = window->to + 1; j <= to; j++)
            vus->weight[j] += sqrt(1 - (double)(j - window->to) / (double)width);
        for (size_t j = from; j < window->from; j++)
            vus->weight[j] += sqrt(1 - (double)(window->from - j) / (double)width);
        struct gn_nab_window *before = vus->stretch_count > 0 ? &vus->stretches[vus->stretch_count - 1] : NULL;
        if (before != NULL && from <= before->to)
            before->to = to;
        else
            vus->stretches[vus->stretch_count++] = (struct gn_nab_window){ from, to };
    }
    for (size_t i = 0; i < series->window_count; i++)
        for (size_t j = series->windows[i].from; j <= series->windows[i].to; j++)
            vus->weight[j] = 2; /* a row of a window, whatever lies over it */
}

/* Area under precision over recall at the width that was widened by. */
static double vus_area(const struct vus *vus)
{
    double hits[VUS_THRESHOLDS] = { 0 };   /* weights found, window rows as 1 */
    double beside[VUS_THRESHOLDS] = { 0 }; /* of them beside windows */
    double met[VUS_THRESHOLDS] = { 0 };    /* stretches */
    for (size_t i = 0; i < vus->stretch_count; i++) {
        uint8_t first = VUS_THRESHOLDS - 1;
        for (size_t j = vus->stretches[i].from; j <= vus->stretches[i].to; j++) {
            const double weight = fmin(vus->weight[j], 1);
            first = vus->rank[j] < first ? vus->rank[j] : first;
            hits[vus->rank[j]] += weight;
            beside[vus->rank[j]] += vus->weight[j] < 2 ? weight : 0;
        }
        met[first]++;
    }
    double area = 0;
    double recall_before = 0;
    for (size_t i = 0; i < VUS_THRESHOLDS; i++) {
        hits[i] += i > 0 ? hits[i - 1] : 0;
        beside[i] += i > 0 ? beside[i - 1] : 0;
        met[i] += i > 0 ? met[i - 1] : 0;
        const double positives = (vus->labelled + vus->labelled + beside[i]) / 2;
        const double recall = fmin(hits[i] / positives, 1) * met[i] / (double)vus->stretch_count;
        area += (recall - recall_before) * hits[i] / vus->found[i];
        recall_before = recall;
    }
    return area;
}

gn_err gn_vus_pr(const struct gn_nab_series *series, size_t period, double *out)
{
    struct vus vus = { .series = series };
    vus.sorted = gn_mem_take(series->count * sizeof *vus.sorted, "eval vus");
    vus.weight = gn_mem_take(series->count * sizeof *vus.weight, "eval vus");
    vus.rank = gn_mem_take(series->count, "eval vus");
    gn_err err = GN_ERR_FULL;
    if (vus.sorted != NULL && vus.weight != NULL && vus.rank != NULL) {
        double sum = 0;
        vus_rank(&vus);
        for (size_t i = 0; i < series->window_count; i++)
            vus.labelled += (double)(series->windows[i].to - series->windows[i].from + 1);
        for (size_t width = 0; width <= period; width++) {
            vus_widen(&vus, width);
            sum += vus_area(&vus);
        }
        *out = sum / (double)(period + 1);
        err = GN_OK;
    }
    gn_mem_give(vus.sorted);
    gn_mem_give(vus.weight);
    gn_mem_give(vus.rank);
    return err;
}
