/* SPDX-License-Identifier: Apache-2.0 */
/* store/query.c -- range, last and count of one series.
 *
 * A range gathers what it finds unordered: memory first, then chunks in the order of their start. Once it
 * has `limit` readings it sorts, keeps the best and knows a bound; from then on a reading beyond the bound
 * is not even looked at, and the first chunk that must lie beyond it ends the search. So the newest reading
 * of a million costs one chunk, though times may go back and chunks may overlap. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/store_int.h"

enum { FOUND_SLACK = 4096, FOUND_MAX = GN_QUERY_READINGS_MAX + FOUND_SLACK };

struct range_search {
    struct gn_found *found;
    uint32_t count;
    uint32_t limit;
    bool newest_first;
    bool bounded;
    int64_t bound_ms; /* no time beyond it is wanted any more */
};

static int found_compare(const void *a, const void *b)
{
    const struct gn_found *x = a;
    const struct gn_found *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void range_sort(struct range_search *search)
{
    bool sorted = true; /* the usual case: readings come in order */
    for (uint32_t i = 1; sorted && i < search->count; i++)
        sorted = found_compare(&search->found[i - 1], &search->found[i]) < 0;
    if (!sorted)
        qsort(search->found, search->count, sizeof *search->found, found_compare);
}

/* Keeps the `limit` best, and learns the bound. */
static void range_trim(struct range_search *search)
{
    range_sort(search);
    if (search->count < search->limit)
        return;
    const uint32_t extra = search->count - search->limit;
    if (search->newest_first && extra > 0)
        memmove(search->found, search->found + extra, search->limit * sizeof *search->found);
    search->count = search->limit;
    search->bounded = true;
    search->bound_ms = search->newest_first ? search->found[0].time_ms : search->found[search->limit - 1].time_ms;
}

static void range_add(void *ctx, const struct gn_point *point, uint64_t seq)
{
    struct range_search *search = ctx;
    if (search->bounded &&
        (search->newest_first ? point->time_ms < search->bound_ms : point->time_ms > search->bound_ms))
        return;
    search->found[search->count++] = (struct gn_found){ .time_ms = point->time_ms,
                                                        .seq = seq,
                                                        .value = point->value,
                                                        .quality = point->quality };
    if (search->count == search->limit + FOUND_SLACK)
        range_trim(search);
}

static gn_bytes query_blob(sqlite3_stmt *rows, int column)
{
    const void *at = sqlite3_column_blob(rows, column); /* blob before bytes: as SQLite asks */
    return (gn_bytes){ at, at != NULL ? (size_t)sqlite3_column_bytes(rows, column) : 0 };
}

static void range_add_chunk(struct gn_store_reader *reader, sqlite3_stmt *rows, const struct gn_span *span,
                            struct range_search *search)
{
    uint32_t count = 0;
    uint64_t base_seq = 0;
    if (gn_snapshot_decode(reader, query_blob(rows, 9), &count, &base_seq) != GN_OK)
        return; /* it is counted; the other chunks are still good */
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_point *point = &reader->points[i];
        if (point->time_ms >= span->from_ms && point->time_ms <= span->until_ms)
            range_add(search, point, base_seq + point->seq_delta);
    }
}

/* May the chunk, or one that comes after it in this order, still have something better? */
static bool range_wants(struct range_search *search, sqlite3_stmt *rows, uint8_t span_bits)
{
    if (!search->bounded && search->count >= search->limit)
        range_trim(search);
    if (!search->bounded)
        return true;
    const int64_t time_min = sqlite3_column_int64(rows, 1);
    if (!search->newest_first)
        return time_min <= search->bound_ms;
    if (span_bits > 63) /* there is a chunk from one end of time to the other */
        return true;
    const int64_t reach = span_bits < 63 ? INT64_C(1) << span_bits : INT64_MAX;
    return time_min > INT64_MAX - reach || time_min + reach >= search->bound_ms;
}

static gn_err range_search_chunks(struct gn_store_reader *reader, const struct gn_span *span,
                                  const struct gn_snapshot *snapshot, struct range_search *search)
{
    struct gn_history *history = &reader->history;
    const int statement = search->newest_first ? GN_R_CHUNKS_DOWN : GN_R_CHUNKS_UP;
    sqlite3_stmt *rows = history->statements[statement];
    bool is_row = false;
    gn_err err;
    gn_snapshot_bind(reader, statement, span, snapshot);
    while ((err = gn_history_row(history, statement, &is_row)) == GN_OK && is_row &&
           range_wants(search, rows, snapshot->span_bits))
        range_add_chunk(reader, rows, span, search);
    gn_history_reset(history, statement);
    return err;
}

static gn_err range_find(struct gn_store_reader *reader, const struct gn_span *span,
                         struct range_search *search)
{
    struct gn_snapshot snapshot;
    if (reader->found == NULL)
        reader->found = gn_mem_take(FOUND_MAX * sizeof *reader->found, "history: readings of a query");
    if (reader->found == NULL)
        return GN_ERR_FULL;
    search->found = reader->found;
    gn_err err = gn_snapshot_begin(reader, span, range_add, search, &snapshot);
    if (err)
        return err;
    err = range_search_chunks(reader, span, &snapshot, search);
    gn_snapshot_end(reader);
    if (!err)
        range_trim(search);
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

gn_err gn_store_range(struct gn_store_reader *reader, const struct gn_range *range, gn_reading_each *each,
                      void *ctx)
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

    struct range_search search = { .limit = limit, .newest_first = range->newest_first };
    err = range_find(reader, &span, &search);
    if (err)
        return err;
    reader->busy = true; /* a query from inside `each` would overwrite what is found */
    for (uint32_t i = 0; i < search.count; i++) {
        const struct gn_found *found = &search.found[i];
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
        last->reading.text =
            (gn_str){ (const char *)last->text->at + start, last->text->size - start };
    } else {
        last->reading.text = (gn_str){ 0 };
    }
    return true;
}

gn_err gn_store_last(struct gn_store_reader *reader, uint32_t series, struct gn_reading *out,
                     struct gn_buf *text)
{
    struct last_reading last = { .text = text };
    const struct gn_range newest = { .series = series,
                                     .from_ms = INT64_MIN,
                                     .to_ms = INT64_MAX,
                                     .limit = 1,
                                     .newest_first = true };
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
static gn_err count_partly(struct gn_store_reader *reader, int64_t id, const struct gn_span *span,
                           uint64_t *count)
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
        const bool whole = sqlite3_column_int64(rows, 1) >= span->from_ms &&
                           sqlite3_column_int64(rows, 2) <= span->until_ms;
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

gn_err gn_store_count(struct gn_store_reader *reader, uint32_t series, int64_t from_ms, int64_t to_ms,
                      uint64_t *out)
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
