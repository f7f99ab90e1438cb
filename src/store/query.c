/* SPDX-License-Identifier: Apache-2.0 */
/* store/query.c -- range, last, as-of and count of one series.
 *
 * A range is read from the end that its limit keeps, gathered, and given in ascending order: the newest reading
 * of a million costs one chunk, or none when it is in memory. */
#include "store/cursor.h"

gn_err gn_query_kind(struct gn_store_reader *reader, uint32_t series, uint8_t *out)
{
    struct gn_store *store = reader->store;
    pthread_mutex_lock(&store->mutex);
    const bool known = series < store->registry.series_count;
    if (known)
        *out = store->heads.rows[series].kind;
    pthread_mutex_unlock(&store->mutex);
    return known ? GN_OK : GN_ERR_NOT_FOUND;
}

static gn_err range_gather(struct gn_store_reader *reader, const struct gn_span *span, uint32_t limit, bool newest,
                           uint32_t *out_count)
{
    struct gn_cursor cursor;
    bool any = true;
    uint32_t count = 0;
    gn_err err = gn_cursor_open(reader, span, newest, &cursor);
    if (err)
        return err;
    while (!err && any && count < limit) {
        err = gn_cursor_next(&cursor, &reader->found[count], &any);
        count += !err && any;
    }
    gn_cursor_close(&cursor);
    *out_count = count;
    return err;
}

static gn_err range_numbers(struct gn_store_reader *reader, const struct gn_span *span, uint32_t limit, bool newest,
                            gn_reading_each *each, void *ctx)
{
    uint32_t count = 0;
    gn_err err = range_gather(reader, span, limit, newest, &count);
    if (err)
        return err;
    reader->busy = true; /* a query from inside `each` would overwrite what is found */
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_sample *found = &reader->found[newest ? count - 1 - i : i];
        const struct gn_reading reading = { .series = span->series,
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

gn_err gn_store_range(struct gn_store_reader *reader, const struct gn_range *range, gn_reading_each *each, void *ctx)
{
    struct gn_span span;
    uint8_t kind = 0;
    uint32_t limit = range->limit;
    if (limit == 0 || limit > GN_QUERY_READINGS_MAX)
        limit = GN_QUERY_READINGS_MAX;
    gn_err err = gn_query_kind(reader, range->series, &kind);
    if (err)
        return err;
    if (!gn_span_of(range->series, range->from_ms, range->to_ms, &span))
        return GN_OK;
    if (kind == GN_SERIES_TEXT)
        return gn_text_range(reader, &span, limit, range->newest_first, each, ctx);
    return range_numbers(reader, &span, limit, range->newest_first, each, ctx);
}

/* --- last, and as of ------------------------------------------------------------------------------- */

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

gn_err gn_store_as_of(struct gn_store_reader *reader, uint32_t series, int64_t time_ms, struct gn_reading *out,
                      struct gn_buf *text)
{
    struct last_reading last = { .text = text };
    struct gn_range newest = {
        .series = series, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 1, .newest_first = true
    };
    if (time_ms < INT64_MAX)
        newest.to_ms = time_ms + 1;
    gn_err err = gn_store_range(reader, &newest, last_take, &last);
    if (err)
        return err;
    if (!last.found)
        return GN_ERR_NOT_FOUND;
    *out = last.reading;
    return GN_OK;
}

/* The newest of the open chunk is the last of all, unless a late one has replaced it: nothing needs to be read. */
static bool last_in_memory(struct gn_store_reader *reader, uint32_t series, struct gn_reading *out)
{
    struct gn_store *store = reader->store;
    bool found = false;
    pthread_mutex_lock(&store->mutex);
    if (series < store->registry.series_count && !reader->busy) {
        const struct gn_head *head = &store->heads.rows[series];
        const uint32_t count = atomic_load_explicit(&head->count, memory_order_acquire);
        const struct gn_point *point = count > 0 ? &head->points[count - 1] : NULL;
        found = point != NULL && point->time_ms != head->replaced_ms;
        if (found)
            *out = (struct gn_reading){ .series = series,
                                        .time_ms = point->time_ms,
                                        .value = point->value,
                                        .seq = head->base_seq + point->seq_delta,
                                        .quality = point->quality };
    }
    pthread_mutex_unlock(&store->mutex);
    return found;
}

gn_err gn_store_last(struct gn_store_reader *reader, uint32_t series, struct gn_reading *out, struct gn_buf *text)
{
    if (last_in_memory(reader, series, out))
        return GN_OK;
    return gn_store_as_of(reader, series, INT64_MAX, out, text);
}

/* --- count ----------------------------------------------------------------------------------------- */

static bool count_take(void *ctx, const struct gn_cursor_chunk *chunk)
{
    *(uint64_t *)ctx += chunk->count;
    return true;
}

static gn_err count_numbers(struct gn_store_reader *reader, const struct gn_span *span, uint64_t *out)
{
    struct gn_cursor cursor;
    struct gn_sample sample;
    uint64_t count = 0;
    bool any = true;
    gn_err err = gn_cursor_open(reader, span, false, &cursor);
    if (err)
        return err;
    cursor.take = count_take;
    cursor.take_ctx = &count;
    while (!err && any) {
        err = gn_cursor_next(&cursor, &sample, &any);
        count += !err && any;
    }
    gn_cursor_close(&cursor);
    if (!err)
        *out = count;
    return err;
}

gn_err gn_store_count(struct gn_store_reader *reader, uint32_t series, int64_t from_ms, int64_t to_ms, uint64_t *out)
{
    struct gn_span span;
    uint8_t kind = 0;
    gn_err err = gn_query_kind(reader, series, &kind);
    if (err)
        return err;
    if (!gn_span_of(series, from_ms, to_ms, &span)) {
        *out = 0;
        return GN_OK;
    }
    return kind == GN_SERIES_TEXT ? gn_text_count(reader, &span, out) : count_numbers(reader, &span, out);
}
