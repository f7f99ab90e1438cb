/* SPDX-License-Identifier: Apache-2.0 */
/* store/query.c -- range, last and count of one series.
 *
 * A range gathers what it finds unordered: memory first, then chunks in the order of their start. Once it
 * has `limit` readings it sorts, keeps the best and knows a bound; from then on a reading beyond the bound
 * is not even looked at, and the first chunk that must lie beyond it ends the find. So the newest reading
 * of a million costs one chunk, though times may go back and chunks may overlap. */
#include "base/mem.h"
#include "store/store_int.h"

static void range_add(void *ctx, const struct gn_point *point, uint64_t seq)
{
    const struct gn_found found = {
        .time_ms = point->time_ms, .seq = seq, .value = point->value, .quality = point->quality
    };
    gn_find_add(ctx, &found);
}

static gn_bytes query_blob(sqlite3_stmt *rows, int column)
{
    const void *at = sqlite3_column_blob(rows, column); /* blob before bytes: as SQLite asks */
    return (gn_bytes){ at, at != NULL ? (size_t)sqlite3_column_bytes(rows, column) : 0 };
}

static void range_add_chunk(struct gn_store_reader *reader, sqlite3_stmt *rows, const struct gn_span *span,
                            struct gn_find *find)
{
    uint32_t count = 0;
    uint64_t base_seq = 0;
    if (gn_snapshot_decode(reader, query_blob(rows, 9), &count, &base_seq) != GN_OK)
        return; /* it is counted; the other chunks are still good */
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_point *point = &reader->points[i];
        if (point->time_ms >= span->from_ms && point->time_ms <= span->until_ms)
            range_add(find, point, base_seq + point->seq_delta);
    }
}

/* May the chunk, or one that comes after it in this order, still have something better? */
static bool range_wants(struct gn_find *find, sqlite3_stmt *rows, uint8_t span_bits)
{
    if (!find->bounded && find->count >= find->limit)
        gn_find_settle(find);
    if (!find->bounded)
        return true;
    const int64_t time_min = sqlite3_column_int64(rows, 1);
    if (!find->newest)
        return time_min <= find->bound_ms;
    if (span_bits > 63) /* there is a chunk from one end of time to the other */
        return true;
    const int64_t reach = span_bits < 63 ? INT64_C(1) << span_bits : INT64_MAX;
    return time_min > INT64_MAX - reach || time_min + reach >= find->bound_ms;
}

static gn_err range_search_chunks(struct gn_store_reader *reader, const struct gn_span *span,
                                  const struct gn_snapshot *snapshot, struct gn_find *find)
{
    struct gn_history *history = &reader->history;
    const int statement = find->newest ? GN_R_CHUNKS_DOWN : GN_R_CHUNKS_UP;
    sqlite3_stmt *rows = history->statements[statement];
    bool is_row = false;
    gn_err err;
    gn_snapshot_bind(reader, statement, span, snapshot);
    while ((err = gn_history_row(history, statement, &is_row)) == GN_OK && is_row &&
           range_wants(find, rows, snapshot->span_bits))
        range_add_chunk(reader, rows, span, find);
    gn_history_reset(history, statement);
    return err;
}

static gn_err range_find(struct gn_store_reader *reader, const struct gn_span *span, struct gn_find *find)
{
    struct gn_snapshot snapshot;
    if (reader->found == NULL)
        reader->found = gn_mem_take(2 * GN_FOUND_MAX * sizeof *reader->found, "history: readings of a query");
    if (reader->found == NULL)
        return GN_ERR_FULL;
    find->found = reader->found;
    find->spare = reader->found + GN_FOUND_MAX;
    gn_err err = gn_snapshot_begin(reader, span, range_add, find, &snapshot);
    if (err)
        return err;
    err = range_search_chunks(reader, span, &snapshot, find);
    gn_snapshot_end(reader);
    if (!err)
        gn_find_settle(find);
    return err;
}

static gn_err query_kind(struct gn_store_reader *reader, uint32_t series, uint8_t *out)
{
    struct gn_store *store = reader->store;
    pthread_mutex_lock(&store->mutex);
    const bool known = series < store->registry.series_count;
    if (known)
        *out = store->heads.rows[series].kind;
    pthread_mutex_unlock(&store->mutex);
    return known ? GN_OK : GN_ERR_NOT_FOUND;
}

gn_err gn_store_range(struct gn_store_reader *reader, const struct gn_range *range, gn_reading_each *each, void *ctx)
{
    struct gn_span span;
    uint8_t kind = 0;
    uint32_t limit = range->limit;
    if (limit == 0 || limit > GN_QUERY_READINGS_MAX)
        limit = GN_QUERY_READINGS_MAX;
    gn_err err = query_kind(reader, range->series, &kind);
    if (err)
        return err;
    if (!gn_span_of(range->series, range->from_ms, range->to_ms, &span))
        return GN_OK;
    if (kind == GN_SERIES_TEXT)
        return gn_text_range(reader, &span, limit, range->newest_first, each, ctx);

    struct gn_find find = { .limit = limit, .newest = range->newest_first };
    err = range_find(reader, &span, &find);
    if (err)
        return err;
    reader->busy = true; /* a query from inside `each` would overwrite what is found */
    for (uint32_t i = 0; i < find.count; i++) {
        const struct gn_found *found = &find.found[i];
        const struct gn_reading reading = { .series = range->series,
                                            .time_ms = found->time_ms,
                                            .value = found->value,
                                            .seq = found->seq,
                                            .quality = found->quality };
        if (!each(ctx, &reading))
            break;
    }
    reader->busy = false;
    return GN_OK;
}

/* --- last ------------------------------------------------------------------------------------------ */

struct last_reading {
    struct gn_reading reading;
    struct gn_buf *text;
    bool found;
};

static bool last_take(void *ctx, const struct gn_reading *reading)
{
    struct last_reading *last = ctx;
    last->reading = *reading;
    last->found = true;
    if (last->text != NULL && reading->text.size > 0) {
        const size_t start = last->text->size;
        gn_buf_add_str(last->text, reading->text);
        last->reading.text = (gn_str){ (const char *)last->text->at + start, last->text->size - start };
    } else {
        last->reading.text = (gn_str){ 0 };
    }
    return true;
}

gn_err gn_store_last(struct gn_store_reader *reader, uint32_t series, struct gn_reading *out, struct gn_buf *text)
{
    struct last_reading last = { .text = text };
    const struct gn_range newest = {
        .series = series, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 1, .newest_first = true
    };
    gn_err err = gn_store_range(reader, &newest, last_take, &last);
    if (err)
        return err;
    if (!last.found)
        return GN_ERR_NOT_FOUND;
    *out = last.reading;
    return GN_OK;
}

/* --- count ----------------------------------------------------------------------------------------- */

static void count_add(void *ctx, const struct gn_point *point, uint64_t seq)
{
    (void)point;
    (void)seq;
    ++*(uint64_t *)ctx;
}

/* A chunk that reaches over an end of the range has to be opened. */
static gn_err count_partly(struct gn_store_reader *reader, int64_t id, const struct gn_span *span, uint64_t *count)
{
    struct gn_history *history = &reader->history;
    sqlite3_stmt *get = history->statements[GN_R_CHUNK_BLOB];
    bool is_row = false;
    uint32_t points = 0;
    uint64_t base_seq = 0;
    (void)sqlite3_bind_int64(get, 1, id);
    gn_err err = gn_history_row(history, GN_R_CHUNK_BLOB, &is_row);
    if (err || !is_row)
        return err;
    if (gn_snapshot_decode(reader, query_blob(get, 0), &points, &base_seq) == GN_OK)
        for (uint32_t i = 0; i < points; i++)
            if (reader->points[i].time_ms >= span->from_ms && reader->points[i].time_ms <= span->until_ms)
                ++*count;
    gn_history_reset(history, GN_R_CHUNK_BLOB);
    return GN_OK;
}

static gn_err count_numbers(struct gn_store_reader *reader, const struct gn_span *span, uint64_t *out)
{
    struct gn_history *history = &reader->history;
    sqlite3_stmt *rows = history->statements[GN_R_CHUNK_LIST];
    struct gn_snapshot snapshot;
    uint64_t count = 0;
    bool is_row = false;
    gn_err err = gn_snapshot_begin(reader, span, count_add, &count, &snapshot);
    if (err)
        return err;
    gn_snapshot_bind(reader, GN_R_CHUNK_LIST, span, &snapshot);
    while ((err = gn_history_row(history, GN_R_CHUNK_LIST, &is_row)) == GN_OK && is_row) {
        const bool whole =
            sqlite3_column_int64(rows, 1) >= span->from_ms && sqlite3_column_int64(rows, 2) <= span->until_ms;
        if (whole)
            count += (uint64_t)sqlite3_column_int64(rows, 3);
        else
            err = count_partly(reader, sqlite3_column_int64(rows, 0), span, &count);
        if (err)
            break;
    }
    gn_history_reset(history, GN_R_CHUNK_LIST);
    gn_snapshot_end(reader);
    if (!err)
        *out = count;
    return err;
}

gn_err gn_store_count(struct gn_store_reader *reader, uint32_t series, int64_t from_ms, int64_t to_ms, uint64_t *out)
{
    struct gn_span span;
    uint8_t kind = 0;
    gn_err err = query_kind(reader, series, &kind);
    if (err)
        return err;
    if (!gn_span_of(series, from_ms, to_ms, &span)) {
        *out = 0;
        return GN_OK;
    }
    return kind == GN_SERIES_TEXT ? gn_text_count(reader, &span, out) : count_numbers(reader, &span, out);
}
