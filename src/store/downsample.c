/* SPDX-License-Identifier: Apache-2.0 */
/* store/downsample.c -- count, min, max, mean and last of each step of time.
 *
 *      chunk inside one bucket     its summary is added, it is not opened
 *      chunk over several          decoded, reading by reader
 *
 * Buckets are a plain array from the first step of the range to the last. A range that is too wide for it (often
 * because it has no ends) is first cut to where this series has readings at all. */
#include <math.h>

#include "base/mem.h"
#include "store/store_int.h"

struct gn_bucket_sum {
    uint64_t count;
    double min, max, sum, last;
    int64_t last_ms;
    uint64_t last_seq;
};

struct downsample {
    struct gn_bucket_sum *buckets;
    int64_t step_ms;
    int64_t first; /* number of the first bucket: its start divided by the step */
    uint64_t bucket_count;
};

/* Towards minus infinity, so that buckets before 1970 are as wide as the others. */
static int64_t step_of(int64_t time_ms, int64_t step_ms)
{
    const int64_t whole = time_ms / step_ms;
    return time_ms % step_ms < 0 ? whole - 1 : whole;
}

static uint64_t downsample_steps(const struct gn_span *span, int64_t step_ms)
{
    const uint64_t between = (uint64_t)step_of(span->until_ms, step_ms) - (uint64_t)step_of(span->from_ms, step_ms);
    return between < UINT64_MAX ? between + 1 : between;
}

static void bucket_add(struct gn_bucket_sum *bucket, const struct gn_bucket_sum *more)
{
    if (bucket->count == 0) {
        *bucket = *more;
        return;
    }
    if (more->min < bucket->min)
        bucket->min = more->min;
    if (more->max > bucket->max)
        bucket->max = more->max;
    if (more->last_ms > bucket->last_ms || (more->last_ms == bucket->last_ms && more->last_seq > bucket->last_seq)) {
        bucket->last = more->last;
        bucket->last_ms = more->last_ms;
        bucket->last_seq = more->last_seq;
    }
    bucket->sum += more->sum;
    bucket->count += more->count;
}

static void downsample_add(void *ctx, const struct gn_point *point, uint64_t seq)
{
    struct downsample *down = ctx;
    const struct gn_bucket_sum one = { .count = 1,
                                       .min = point->value,
                                       .max = point->value,
                                       .sum = point->value,
                                       .last = point->value,
                                       .last_ms = point->time_ms,
                                       .last_seq = seq };
    const uint64_t at = (uint64_t)step_of(point->time_ms, down->step_ms) - (uint64_t)down->first;
    bucket_add(&down->buckets[at], &one); /* the span was looked at before: it is inside */
}

/* True when the chunk lies in one bucket, and so needs no opening. */
static bool downsample_add_whole(struct downsample *down, sqlite3_stmt *rows, const struct gn_span *span)
{
    const int64_t time_min = sqlite3_column_int64(rows, 1);
    const int64_t time_max = sqlite3_column_int64(rows, 2);
    const int64_t step = step_of(time_min, down->step_ms);
    if (time_min < span->from_ms || time_max > span->until_ms || step != step_of(time_max, down->step_ms) ||
        sqlite3_column_type(rows, 4) == SQLITE_NULL)
        return false;
    const struct gn_bucket_sum chunk = { .count = (uint64_t)sqlite3_column_int64(rows, 3),
                                         .min = sqlite3_column_double(rows, 4),
                                         .max = sqlite3_column_double(rows, 5),
                                         .sum = sqlite3_column_double(rows, 6),
                                         .last = sqlite3_column_double(rows, 7),
                                         .last_ms = time_max,
                                         .last_seq = (uint64_t)sqlite3_column_int64(rows, 8) };
    bucket_add(&down->buckets[(uint64_t)step - (uint64_t)down->first], &chunk);
    return true;
}

static void downsample_add_chunk(struct gn_store_reader *reader, sqlite3_stmt *rows, const struct gn_span *span,
                                 struct downsample *down)
{
    uint32_t count = 0;
    uint64_t base_seq = 0;
    const void *blob = sqlite3_column_blob(rows, 9);
    const size_t size = blob != NULL ? (size_t)sqlite3_column_bytes(rows, 9) : 0;
    if (gn_snapshot_decode(reader, (gn_bytes){ blob, size }, &count, &base_seq) != GN_OK)
        return; /* it is counted; the other chunks are still good */
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_point *point = &reader->points[i];
        if (point->time_ms >= span->from_ms && point->time_ms <= span->until_ms)
            downsample_add(down, point, base_seq + point->seq_delta);
    }
}

/* --- a range without ends -------------------------------------------------------------------------- */

struct extent {
    bool any;
    int64_t min;
    int64_t max;
};

static void extent_add(void *ctx, const struct gn_point *point, uint64_t seq)
{
    struct extent *extent = ctx;
    (void)seq;
    if (!extent->any || point->time_ms < extent->min)
        extent->min = point->time_ms;
    if (!extent->any || point->time_ms > extent->max)
        extent->max = point->time_ms;
    extent->any = true;
}

/* Cuts the span to the readings there are. NOT_FOUND: there are none in it. */
static gn_err downsample_cut(struct gn_store_reader *reader, struct gn_span *span)
{
    struct gn_history *history = &reader->history;
    sqlite3_stmt *get = history->statements[GN_R_CHUNK_EXTENT];
    struct gn_snapshot snapshot;
    struct extent extent = { 0 };
    bool is_row = false;
    gn_err err = gn_snapshot_begin(reader, span, extent_add, &extent, &snapshot);
    if (err)
        return err;
    (void)sqlite3_bind_int64(get, 1, span->series);
    err = gn_history_row(history, GN_R_CHUNK_EXTENT, &is_row);
    if (!err && sqlite3_column_type(get, 0) != SQLITE_NULL) {
        const struct gn_point ends[2] = { { .time_ms = sqlite3_column_int64(get, 0) },
                                          { .time_ms = sqlite3_column_int64(get, 1) } };
        extent_add(&extent, &ends[0], 0);
        extent_add(&extent, &ends[1], 0);
    }
    gn_history_reset(history, GN_R_CHUNK_EXTENT);
    gn_snapshot_end(reader);
    if (err)
        return err;
    if (!extent.any || extent.max < span->from_ms || extent.min > span->until_ms)
        return GN_ERR_NOT_FOUND;
    if (extent.min > span->from_ms)
        span->from_ms = extent.min;
    if (extent.max < span->until_ms)
        span->until_ms = extent.max;
    return GN_OK;
}

/* --- the query ------------------------------------------------------------------------------------- */

static gn_err downsample_fill(struct gn_store_reader *reader, const struct gn_span *span, struct downsample *down)
{
    struct gn_history *history = &reader->history;
    sqlite3_stmt *rows = history->statements[GN_R_CHUNKS_UP];
    struct gn_snapshot snapshot;
    bool is_row = false;
    gn_err err = gn_snapshot_begin(reader, span, downsample_add, down, &snapshot);
    if (err)
        return err;
    gn_snapshot_bind(reader, GN_R_CHUNKS_UP, span, &snapshot);
    while ((err = gn_history_row(history, GN_R_CHUNKS_UP, &is_row)) == GN_OK && is_row)
        if (!downsample_add_whole(down, rows, span))
            downsample_add_chunk(reader, rows, span, down);
    gn_history_reset(history, GN_R_CHUNKS_UP);
    gn_snapshot_end(reader);
    return err;
}

static void downsample_give(struct gn_store_reader *reader, const struct downsample *down,
                            bool (*each)(void *ctx, const struct gn_bucket *bucket), void *ctx)
{
    reader->busy = true; /* a query from inside `each` would overwrite the buckets */
    for (uint64_t i = 0; i < down->bucket_count; i++) {
        const struct gn_bucket_sum *sum = &down->buckets[i];
        if (sum->count == 0)
            continue;
        /* Modulo 2^64: the start of the very first bucket of time may lie before what an int64 holds. */
        const uint64_t start = ((uint64_t)down->first + i) * (uint64_t)down->step_ms;
        const struct gn_bucket bucket = { .time_ms = (int64_t)start,
                                          .count = sum->count,
                                          .min = sum->min,
                                          .max = sum->max,
                                          .mean = sum->sum / (double)sum->count,
                                          .last = sum->last };
        if (!each(ctx, &bucket))
            break;
    }
    reader->busy = false;
}

static gn_err downsample_check(struct gn_store_reader *reader, uint32_t series, int64_t step_ms)
{
    struct gn_store *store = reader->store;
    pthread_mutex_lock(&store->mutex);
    const bool known = series < store->registry.series_count;
    const bool is_text = known && store->heads.rows[series].kind == GN_SERIES_TEXT;
    pthread_mutex_unlock(&store->mutex);
    if (!known)
        return GN_ERR_NOT_FOUND;
    if (is_text || step_ms < 1) /* texts have no mean */
        return GN_ERR_INVAL;
    return reader->busy ? GN_ERR_BUSY : GN_OK;
}

gn_err gn_store_downsample(struct gn_store_reader *reader, uint32_t series, int64_t from_ms, int64_t to_ms,
                           int64_t step_ms, bool (*each)(void *ctx, const struct gn_bucket *bucket), void *ctx)
{
    struct gn_span span;
    gn_err err = downsample_check(reader, series, step_ms);
    if (err || !gn_span_of(series, from_ms, to_ms, &span))
        return err;
    if (downsample_steps(&span, step_ms) > GN_QUERY_BUCKETS_MAX) {
        err = downsample_cut(reader, &span);
        if (err)
            return err == GN_ERR_NOT_FOUND ? GN_OK : err;
        if (downsample_steps(&span, step_ms) > GN_QUERY_BUCKETS_MAX)
            return GN_ERR_FULL;
    }
    if (reader->buckets == NULL)
        reader->buckets = gn_mem_take(GN_QUERY_BUCKETS_MAX * sizeof *reader->buckets, "history: buckets of a query");
    if (reader->buckets == NULL)
        return GN_ERR_FULL;
    struct downsample down = { .buckets = reader->buckets,
                               .step_ms = step_ms,
                               .first = step_of(span.from_ms, step_ms),
                               .bucket_count = downsample_steps(&span, step_ms) };
    memset(down.buckets, 0, down.bucket_count * sizeof *down.buckets);
    err = downsample_fill(reader, &span, &down);
    if (!err)
        downsample_give(reader, &down, each, ctx);
    return err;
}
