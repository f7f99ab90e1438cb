/* SPDX-License-Identifier: Apache-2.0 */
/* store/downsample.c -- count, min, max, sum, mean, first, last and percentile of each step of time.
 *
 *      chunk inside one bucket     its summary is added, it is not opened
 *      chunk over several          decoded, reading by reading
 *      row of a tier               added to the bucket it begins in: of readings that are not kept any more
 *
 * Readings come in the order of time (store/cursor.h), so there is one bucket at a time, and those that are full
 * wait in an array until all is read. A percentile needs each value: it is exact, and opens every chunk. */
#include <math.h>

#include "base/mem.h"
#include "store/cursor.h"
#include "store/quantile.h"

struct downsample {
    struct gn_bucket *buckets; /* GN_QUERY_BUCKETS_MAX */
    size_t bucket_count;       /* the last one is being filled */
    int64_t step_ms;
    int64_t step;   /* number of the last bucket: its start divided by the step */
    double *values; /* of the last bucket; NULL: no percentile is wanted */
    size_t value_count;
    double quantile;
    bool full;
    struct gn_history *history; /* of the reader, for the tiers */
    bool has_tier, tiers_done;  /* the statement stands on a row; at its end */
    gn_err tier_err;
};

/* Towards minus infinity, so that buckets before 1970 are as wide as the others. */
static int64_t step_of(int64_t time_ms, int64_t step_ms)
{
    const int64_t whole = time_ms / step_ms;
    return time_ms % step_ms < 0 ? whole - 1 : whole;
}

static void downsample_end_bucket(struct downsample *down)
{
    if (down->bucket_count == 0)
        return;
    struct gn_bucket *bucket = &down->buckets[down->bucket_count - 1];
    bucket->mean = bucket->sum / (double)bucket->count;
    if (down->values != NULL)
        bucket->percentile = gn_quantile(down->values, down->value_count, down->quantile);
    down->value_count = 0;
}

/* The bucket of that step; NULL: there are too many. */
static struct gn_bucket *downsample_bucket(struct downsample *down, int64_t step)
{
    if (down->bucket_count > 0 && step == down->step)
        return &down->buckets[down->bucket_count - 1];
    downsample_end_bucket(down);
    if (down->bucket_count == GN_QUERY_BUCKETS_MAX) {
        down->full = true;
        return NULL;
    }
    struct gn_bucket *bucket = &down->buckets[down->bucket_count++];
    down->step = step;
    /* Modulo 2^64: the start of the very first bucket of time may lie before what an int64 holds. */
    *bucket = (struct gn_bucket){ .time_ms = (int64_t)((uint64_t)step * (uint64_t)down->step_ms), .percentile = NAN };
    return bucket;
}

static void downsample_add(struct downsample *down, int64_t step, const struct gn_cursor_chunk *more)
{
    struct gn_bucket *bucket = downsample_bucket(down, step);
    if (bucket == NULL)
        return;
    if (bucket->count == 0) {
        bucket->min = more->min;
        bucket->max = more->max;
        bucket->first = more->first;
    }
    if (more->min < bucket->min)
        bucket->min = more->min;
    if (more->max > bucket->max)
        bucket->max = more->max;
    bucket->sum += more->sum;
    bucket->count += more->count;
    bucket->last = more->last;
}

/* Rows of tiers that begin up to a time, before what follows in the order of time. */
static void downsample_add_tiers(struct downsample *down, int64_t until_ms)
{
    sqlite3_stmt *rows = down->history->statements[GN_R_TIERS];
    while (!down->tiers_done && !down->full) {
        if (!down->has_tier) {
            down->tier_err = gn_history_row(down->history, GN_R_TIERS, &down->has_tier);
            down->tiers_done = !down->has_tier;
            if (down->tiers_done)
                return;
        }
        const int64_t time_ms = sqlite3_column_int64(rows, 0);
        if (time_ms > until_ms)
            return;
        const struct gn_cursor_chunk row = { .count = (uint64_t)sqlite3_column_int64(rows, 1),
                                             .min = sqlite3_column_double(rows, 2),
                                             .max = sqlite3_column_double(rows, 3),
                                             .sum = sqlite3_column_double(rows, 4),
                                             .first = sqlite3_column_double(rows, 5),
                                             .last = sqlite3_column_double(rows, 6) };
        downsample_add(down, step_of(time_ms, down->step_ms), &row);
        if (!down->full)
            down->buckets[down->bucket_count - 1].unusual += sqlite3_column_double(rows, 7);
        down->has_tier = false;
    }
}

static void downsample_add_sample(struct downsample *down, const struct gn_sample *sample)
{
    const double value = sample->value;
    downsample_add_tiers(down, sample->time_ms);
    const struct gn_cursor_chunk one = {
        .count = 1, .min = value, .max = value, .sum = value, .first = value, .last = value
    };
    downsample_add(down, step_of(sample->time_ms, down->step_ms), &one);
    if (down->values == NULL)
        return;
    if (down->value_count == GN_QUERY_BUCKET_VALUES_MAX)
        down->full = true;
    else
        down->values[down->value_count++] = value;
}

static bool downsample_take(void *ctx, const struct gn_cursor_chunk *chunk)
{
    struct downsample *down = ctx;
    const int64_t step = step_of(chunk->time_min, down->step_ms);
    if (!chunk->finite || step != step_of(chunk->time_max, down->step_ms))
        return false;
    downsample_add_tiers(down, chunk->time_max);
    downsample_add(down, step, chunk);
    return true;
}

static gn_err downsample_fill(struct gn_store_reader *reader, const struct gn_span *span, struct downsample *down)
{
    struct gn_cursor cursor;
    struct gn_sample sample;
    bool any = true;
    gn_err err = gn_cursor_open(reader, span, false, &cursor);
    if (err)
        return err;
    sqlite3_stmt *tiers = down->history->statements[GN_R_TIERS];
    (void)sqlite3_bind_int64(tiers, 1, span->series);
    (void)sqlite3_bind_int64(tiers, 2, span->from_ms);
    (void)sqlite3_bind_int64(tiers, 3, span->until_ms);
    if (down->values == NULL) {
        cursor.take = downsample_take;
        cursor.take_ctx = down;
    }
    while (!err && any && !down->full) {
        err = gn_cursor_next(&cursor, &sample, &any);
        if (!err && any)
            downsample_add_sample(down, &sample);
    }
    if (!err)
        downsample_add_tiers(down, INT64_MAX);
    gn_history_reset(down->history, GN_R_TIERS);
    gn_cursor_close(&cursor);
    downsample_end_bucket(down);
    err = err ? err : down->tier_err;
    return err == GN_OK && down->full ? GN_ERR_FULL : err;
}

static gn_err downsample_take_memory(struct gn_store_reader *reader, bool values)
{
    if (reader->buckets == NULL)
        reader->buckets = gn_mem_take(GN_QUERY_BUCKETS_MAX * sizeof *reader->buckets, "history: buckets of a query");
    if (values && reader->values == NULL)
        reader->values =
            gn_mem_take(GN_QUERY_BUCKET_VALUES_MAX * sizeof *reader->values, "history: values of a percentile");
    return reader->buckets == NULL || (values && reader->values == NULL) ? GN_ERR_FULL : GN_OK;
}

static gn_err downsample_run(struct gn_store_reader *reader, const struct gn_steps *steps, double quantile,
                             gn_bucket_each *each, void *ctx)
{
    struct gn_span span;
    uint8_t kind = 0;
    const bool values = !isnan(quantile);
    gn_err err = gn_query_kind(reader, steps->series, &kind);
    if (err)
        return err;
    if (kind == GN_SERIES_TEXT || steps->step_ms < 1) /* texts have no mean */
        return GN_ERR_INVAL;
    if (reader->busy) /* the buckets are another's */
        return GN_ERR_BUSY;
    if (!gn_span_of(steps->series, steps->from_ms, steps->to_ms, &span))
        return GN_OK;
    err = downsample_take_memory(reader, values);
    if (err)
        return err;
    struct downsample down = { .buckets = reader->buckets,
                               .step_ms = steps->step_ms,
                               .values = values ? reader->values : NULL,
                               .quantile = quantile,
                               .history = &reader->history };
    err = downsample_fill(reader, &span, &down);
    if (err)
        return err;
    reader->busy = true; /* a query from inside `each` would overwrite the buckets */
    for (size_t i = 0; i < down.bucket_count; i++)
        if (!each(ctx, &down.buckets[i]))
            break;
    reader->busy = false;
    return GN_OK;
}

gn_err gn_store_downsample(struct gn_store_reader *reader, uint32_t series, int64_t from_ms, int64_t to_ms,
                           int64_t step_ms, gn_bucket_each *each, void *ctx)
{
    const struct gn_steps steps = { series, from_ms, to_ms, step_ms };
    return downsample_run(reader, &steps, NAN, each, ctx);
}

gn_err gn_store_percentiles(struct gn_store_reader *reader, const struct gn_steps *steps, double percent,
                            gn_bucket_each *each, void *ctx)
{
    if (!(percent >= 0 && percent <= 100))
        return GN_ERR_INVAL;
    return downsample_run(reader, steps, percent / 100, each, ctx);
}
