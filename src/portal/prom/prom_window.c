/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/prom/prom_window.h"

#include <math.h>

enum { PROM_LOOK_WORK = 1000 /* one question to the history, as much as so many buckets */ };

static int64_t prom_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

static void prom_fold_bucket(struct gn_prom_window *window, uint32_t step, const struct gn_bucket *bucket)
{
    double *to = &window->points[step];
    const bool first = isnan(*to);
    switch (window->fold) {
    case GN_PROM_LAST:
    case GN_PROM_RATE:
        *to = bucket->last;
        break;
    case GN_PROM_AVG:
        *to = first ? bucket->sum : *to + bucket->sum;
        window->slots[step].aux += (double)bucket->count;
        break;
    case GN_PROM_MIN:
        *to = first || bucket->min < *to ? bucket->min : *to;
        break;
    case GN_PROM_MAX:
        *to = first || bucket->max > *to ? bucket->max : *to;
        break;
    case GN_PROM_SUM:
        *to = first ? bucket->sum : *to + bucket->sum;
        break;
    case GN_PROM_COUNT:
        *to = (first ? 0 : *to) + (double)bucket->count;
        break;
    }
}

/* The steps whose window holds [at, at + size). */
static void prom_steps_of(const struct gn_prom_window *window, int64_t at, int64_t size, int64_t *out_first,
                          int64_t *out_last)
{
    const int64_t step_ms = window->grid.step_ms;
    const int64_t from = at + size - window->grid.start_ms;
    const int64_t to = at + window->range_ms - window->grid.start_ms;
    *out_first = from <= 0 ? 0 : (from + step_ms - 1) / step_ms;
    *out_last = to < 0 ? -1 : to / step_ms;
    if (*out_last >= window->grid.steps)
        *out_last = window->grid.steps - 1;
}

static bool prom_on_bucket(void *ctx, const struct gn_bucket *bucket)
{
    struct gn_prom_window *window = ctx;
    int64_t first, last;
    prom_steps_of(window, bucket->time_ms, window->bucket_ms, &first, &last);
    for (int64_t step = first; step <= last; step++)
        prom_fold_bucket(window, (uint32_t)step, bucket);
    window->work += 1 + (last >= first ? (uint64_t)(last - first) : 0);
    return window->work <= GN_PROM_WORK_MAX;
}

static bool prom_on_only_bucket(void *ctx, const struct gn_bucket *bucket)
{
    struct gn_prom_window *window = ctx;
    prom_fold_bucket(window, window->readings, bucket); /* `readings` says which step it is */
    return true;
}

/* Each step for itself: one bucket that is wider than all time, cut to the window. */
static gn_err prom_by_step(struct gn_prom_window *window, uint32_t series)
{
    gn_err err = GN_OK;
    for (uint32_t step = 0; step < window->grid.steps && err == GN_OK; step++) {
        const int64_t at = window->grid.start_ms + (int64_t)step * window->grid.step_ms;
        window->work += PROM_LOOK_WORK;
        if (window->work > GN_PROM_WORK_MAX)
            return GN_ERR_FULL;
        window->readings = step;
        err = gn_store_downsample(window->reader, series, at - window->range_ms, at, INT64_MAX / 4, prom_on_only_bucket,
                                  window);
    }
    return err;
}

static bool prom_on_reading(void *ctx, const struct gn_reading *reading)
{
    struct gn_prom_window *window = ctx;
    int64_t first, last;
    prom_steps_of(window, reading->time_ms, 1, &first, &last);
    for (int64_t step = first; step <= last; step++) {
        struct gn_prom_slot *slot = &window->slots[step];
        if (slot->first_ms == 0) {
            slot->first_ms = reading->time_ms;
            window->points[step] = 0;
        } else {
            window->points[step] += reading->value >= slot->aux ? reading->value - slot->aux : reading->value;
        }
        slot->aux = reading->value;
        slot->last_ms = reading->time_ms;
    }
    window->readings++;
    window->work += 1 + (last >= first ? (uint64_t)(last - first) : 0);
    return window->work <= GN_PROM_WORK_MAX;
}

static gn_err prom_rates(struct gn_prom_window *window, uint32_t series)
{
    const int64_t end_ms = window->grid.start_ms + (int64_t)(window->grid.steps - 1) * window->grid.step_ms;
    const struct gn_range range = { .series = series,
                                    .from_ms = window->grid.start_ms - window->range_ms,
                                    .to_ms = end_ms };
    window->readings = 0;
    const gn_err err = gn_store_range(window->reader, &range, prom_on_reading, window);
    for (uint32_t step = 0; step < window->grid.steps; step++) {
        const struct gn_prom_slot *slot = &window->slots[step];
        const double seconds = (double)(slot->last_ms - slot->first_ms) / 1000;
        window->points[step] = seconds > 0 ? window->points[step] / seconds : NAN;
    }
    return err == GN_OK && window->readings >= GN_QUERY_READINGS_MAX ? GN_ERR_FULL : err;
}

static gn_err prom_by_grid(struct gn_prom_window *window, uint32_t series)
{
    const struct gn_prom_grid *grid = &window->grid;
    const int64_t end_ms = grid->start_ms + (int64_t)(grid->steps - 1) * grid->step_ms;
    window->bucket_ms = prom_divisor(prom_divisor(grid->start_ms, grid->step_ms), window->range_ms);
    const int64_t from_ms = grid->start_ms - window->range_ms;
    const int64_t buckets = (end_ms - from_ms) / window->bucket_ms;
    if (grid->steps == 1 || buckets > GN_QUERY_BUCKETS_MAX)
        return prom_by_step(window, series);
    window->work += PROM_LOOK_WORK;
    return gn_store_downsample(window->reader, series, from_ms, end_ms, window->bucket_ms, prom_on_bucket, window);
}

gn_err gn_prom_window(struct gn_prom_window *window, uint32_t series, double *points)
{
    window->points = points;
    for (uint32_t step = 0; step < window->grid.steps; step++) {
        points[step] = NAN;
        window->slots[step] = (struct gn_prom_slot){ 0 };
    }
    const gn_err err = window->fold == GN_PROM_RATE ? prom_rates(window, series) : prom_by_grid(window, series);
    if (err != GN_OK)
        return err;
    if (window->fold == GN_PROM_AVG)
        for (uint32_t step = 0; step < window->grid.steps; step++)
            points[step] /= window->slots[step].aux;
    return window->work > GN_PROM_WORK_MAX ? GN_ERR_FULL : GN_OK;
}
