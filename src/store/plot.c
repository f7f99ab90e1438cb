/* SPDX-License-Identifier: Apache-2.0 */
/* store/plot.c -- few readings that look like all of them: Largest-Triangle-Three-Buckets.
 *
 *      first │ bucket │ bucket │ ... │ bucket │ last        as many readings in each
 *              ▲ of each the one that makes the largest triangle with the one chosen before it and the mean of
 *                the bucket behind it
 *
 * S. Steinarsson, "Downsampling Time Series for Visual Representation" (University of Iceland, 2013). Done while
 * reading: only two buckets are in memory, so a plot of ten million readings needs no more than a plot of ten
 * thousand. What is not finite cannot be drawn and is left out. */
#include <math.h>

#include "store/cursor.h"

struct plot {
    struct gn_sample *chosen; /* GN_QUERY_PLOT_MAX */
    size_t chosen_count;
    struct gn_sample *now; /* the bucket that is chosen from, and the one behind it */
    struct gn_sample *next;
    size_t now_count;
    size_t next_count;
    size_t capacity; /* of each */
    uint64_t inner;  /* readings between the first and the last */
    uint64_t at;     /* of these, how many were seen */
    uint64_t bucket; /* the number of `next` */
    uint64_t buckets;
    struct gn_sample held; /* the one seen last: whether it is the last of all is not known yet */
    bool has_first;
    bool has_held;
    bool full;
};

static double plot_area(const struct gn_sample *a, const struct gn_sample *b, double mean_ms, double mean)
{
    /* Times from `a` on, so that what differs is not lost in 1.7e12. */
    const double bx = (double)(b->time_ms - a->time_ms);
    return fabs(mean_ms * (b->value - a->value) - bx * (mean - a->value));
}

static void plot_choose(struct plot *plot)
{
    const struct gn_sample *before = &plot->chosen[plot->chosen_count - 1];
    const struct gn_sample *best = &plot->now[0];
    double mean_ms = 0, mean = 0, largest = -1;
    if (plot->now_count == 0)
        return;
    for (size_t i = 0; i < plot->next_count; i++) {
        mean_ms += (double)(plot->next[i].time_ms - before->time_ms) / (double)plot->next_count;
        mean += plot->next[i].value / (double)plot->next_count;
    }
    for (size_t i = 0; i < plot->now_count; i++) {
        const double area = plot_area(before, &plot->now[i], mean_ms, mean);
        if (area > largest) {
            largest = area;
            best = &plot->now[i];
        }
    }
    plot->chosen[plot->chosen_count++] = *best;
}

/* The bucket behind is whole: one of the bucket before it can be chosen. */
static void plot_turn(struct plot *plot)
{
    struct gn_sample *empty = plot->now;
    plot_choose(plot);
    plot->now = plot->next;
    plot->now_count = plot->next_count;
    plot->next = empty;
    plot->next_count = 0;
    plot->bucket++;
}

static void plot_add_inner(struct plot *plot, const struct gn_sample *sample)
{
    /* The buckets' ends, in whole numbers: bucket k ends where k + 1 of `buckets` parts end. */
    while (plot->bucket + 1 < plot->buckets && plot->at >= (plot->bucket + 1) * plot->inner / plot->buckets)
        plot_turn(plot);
    plot->at++;
    if (plot->next_count == plot->capacity)
        plot->full = true;
    else
        plot->next[plot->next_count++] = *sample;
}

static void plot_add(struct plot *plot, const struct gn_sample *sample)
{
    if (!isfinite(sample->value))
        return;
    if (!plot->has_first) {
        plot->chosen[plot->chosen_count++] = *sample;
        plot->has_first = true;
        return;
    }
    if (plot->has_held)
        plot_add_inner(plot, &plot->held);
    plot->held = *sample;
    plot->has_held = true;
}

static void plot_end(struct plot *plot)
{
    if (!plot->has_held)
        return;
    plot_turn(plot);
    plot->next[0] = plot->held; /* behind the last bucket there is the last reading */
    plot->next_count = 1;
    plot_turn(plot);
    plot->chosen[plot->chosen_count++] = plot->held;
}

static gn_err plot_read(struct gn_store_reader *reader, const struct gn_span *span, struct plot *plot)
{
    struct gn_cursor cursor;
    struct gn_sample sample;
    bool any = true;
    gn_err err = gn_cursor_open(reader, span, false, &cursor);
    if (err)
        return err;
    while (!err && any && !plot->full) {
        err = gn_cursor_next(&cursor, &sample, &any);
        if (!err && any)
            plot_add(plot, &sample);
    }
    gn_cursor_close(&cursor);
    if (!err && plot->full)
        err = GN_ERR_FULL;
    if (!err)
        plot_end(plot);
    return err;
}

/* `found` holds what is chosen and, behind it, the two buckets. */
static void plot_begin(struct gn_store_reader *reader, uint64_t count, uint32_t points, struct plot *plot)
{
    *plot = (struct plot){ .chosen = reader->found,
                           .now = reader->found + GN_QUERY_PLOT_MAX,
                           .capacity = (GN_QUERY_READINGS_MAX - GN_QUERY_PLOT_MAX) / 2,
                           .inner = count > 2 ? count - 2 : 0,
                           .buckets = points - 2 };
    plot->next = plot->now + plot->capacity;
}

gn_err gn_store_plot(struct gn_store_reader *reader, const struct gn_range *range, gn_reading_each *each, void *ctx)
{
    struct gn_span span;
    struct plot plot;
    uint64_t count = 0;
    uint8_t kind = 0;
    gn_err err = gn_query_kind(reader, range->series, &kind);
    if (!err && (kind == GN_SERIES_TEXT || range->limit < 3 || range->limit > GN_QUERY_PLOT_MAX))
        err = GN_ERR_INVAL;
    if (!err)
        err = gn_store_count(reader, range->series, range->from_ms, range->to_ms, &count);
    if (err)
        return err;
    if (count <= range->limit)
        return gn_store_range(reader, range, each, ctx);
    if (!gn_span_of(range->series, range->from_ms, range->to_ms, &span))
        return GN_OK;
    plot_begin(reader, count, range->limit, &plot);
    err = plot_read(reader, &span, &plot);
    if (err)
        return err;
    reader->busy = true; /* a query from inside `each` would overwrite what is chosen */
    for (size_t i = 0; i < plot.chosen_count; i++) {
        const struct gn_sample *sample = &plot.chosen[i];
        const struct gn_reading reading = { .series = range->series,
                                            .time_ms = sample->time_ms,
                                            .value = sample->value,
                                            .seq = sample->seq,
                                            .quality = sample->quality };
        if (!each(ctx, &reading))
            break;
    }
    reader->busy = false;
    return GN_OK;
}
