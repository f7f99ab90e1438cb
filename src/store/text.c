/* SPDX-License-Identifier: Apache-2.0 */
/* store/text.c -- text readings: a row each, since they are few and long.
 *
 * A query merges two ascending streams by key (store/sample.h): rows of SQLite, and a sorted copy of what waited when
 * the query began. To keep the newest `limit` it starts at the limit-th row from the end. */
#include "store/text.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/store_int.h"

_Static_assert(GN_TEXTS_WAITING_BYTES >= 2 * (GN_TEXT_VALUE_BYTES_MAX + 64), "room for a few at least");

gn_err gn_texts_init(struct gn_texts *texts)
{
    *texts = (struct gn_texts){ .bytes = gn_mem_take(GN_TEXTS_WAITING_BYTES, "history: texts that wait") };
    return texts->bytes != NULL ? GN_OK : GN_ERR_FULL;
}

void gn_texts_fini(struct gn_texts *texts)
{
    gn_mem_give(texts->bytes);
    *texts = (struct gn_texts){ 0 };
}

gn_err gn_texts_put(struct gn_texts *texts, const struct gn_waiting_text *head, gn_str text)
{
    const size_t at = atomic_load_explicit(&texts->size, memory_order_relaxed);
    const size_t size = gn_record_round(sizeof *head + text.size);
    if (size > GN_TEXTS_WAITING_BYTES - at)
        return GN_ERR_FULL;
    struct gn_waiting_text entry = *head;
    entry.size = (uint32_t)size;
    entry.text_size = (uint32_t)text.size;
    memcpy(texts->bytes + at, &entry, sizeof entry);
    if (text.size > 0)
        memcpy(texts->bytes + at + sizeof entry, text.at, text.size);
    atomic_store_explicit(&texts->size, at + size, memory_order_release);
    return GN_OK;
}

const struct gn_waiting_text *gn_texts_next(const struct gn_texts *texts, size_t *at)
{
    if (*at >= atomic_load_explicit(&texts->size, memory_order_acquire))
        return NULL;
    const struct gn_waiting_text *entry = (const struct gn_waiting_text *)(const void *)(texts->bytes + *at);
    *at += entry->size;
    return entry;
}

void gn_texts_clear_lkd(struct gn_texts *texts)
{
    atomic_store_explicit(&texts->size, 0, memory_order_relaxed);
}

/* --- queries --------------------------------------------------------------------------------------- */

struct text_merge {
    struct gn_store_reader *reader;
    const struct gn_span *span;
    const struct gn_waiting_text **waited; /* sorted copies */
    size_t waited_count;
    int64_t start_time; /* rows before (start_time, start_stamp) are not wanted */
    uint64_t start_stamp;
    uint64_t row_count; /* rows from there on */
};

static int text_compare(const void *a, const void *b)
{
    const struct gn_waiting_text *x = *(const struct gn_waiting_text *const *)a;
    const struct gn_waiting_text *y = *(const struct gn_waiting_text *const *)b;
    const struct gn_sample a_sample = { x->time_ms, x->seq, 0, x->quality };
    const struct gn_sample b_sample = { y->time_ms, y->seq, 0, y->quality };
    const int order = gn_sample_order(&a_sample, &b_sample);
    return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

/* The key of a text, as numbers to compare and to bind. */
static bool text_same_key(const struct gn_waiting_text *x, const struct gn_waiting_text *y)
{
    return x->time_ms == y->time_ms && gn_stamp(x->seq, x->quality) == gn_stamp(y->seq, y->quality);
}

/* Runs with the store's lock, at the start of the query. */
static size_t text_copy_waiting_lkd(struct gn_store_reader *reader, const struct gn_span *span)
{
    const struct gn_waiting_text *entry;
    size_t at = 0, count = 0;
    reader->texts_size = 0;
    while ((entry = gn_texts_next(&reader->store->texts, &at)) != NULL) {
        if (entry->series != span->series || entry->time_ms < span->from_ms || entry->time_ms > span->until_ms)
            continue;
        memcpy(reader->texts + reader->texts_size, entry, entry->size);
        reader->texts_size += entry->size;
        count++;
    }
    return count;
}

static gn_err text_begin(struct gn_store_reader *reader, const struct gn_span *span, size_t *out_count)
{
    /* The copies, and behind them room to sort pointers to them: each has 32 bytes at least. */
    if (reader->texts == NULL)
        reader->texts = gn_mem_take((size_t)GN_TEXTS_WAITING_BYTES / 4 * 5, "history: texts of a query");
    if (reader->texts == NULL)
        return GN_ERR_FULL;
    struct gn_snapshot snapshot;
    size_t count = 0;
    pthread_mutex_lock(&reader->store->mutex);
    gn_err err = gn_snapshot_begin_lkd(reader, span->series, &snapshot);
    if (!err)
        count = text_copy_waiting_lkd(reader, span);
    pthread_mutex_unlock(&reader->store->mutex);
    *out_count = count;
    return err;
}

static void text_sort(struct text_merge *merge, size_t count)
{
    struct gn_store_reader *reader = merge->reader;
    merge->waited = (const struct gn_waiting_text **)(void *)(reader->texts + GN_TEXTS_WAITING_BYTES);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        merge->waited[i] = (const struct gn_waiting_text *)(const void *)(reader->texts + at);
        at += merge->waited[i]->size;
    }
    qsort(merge->waited, count, sizeof *merge->waited, text_compare);
    size_t kept = 0; /* of those with the same key, the last to arrive */
    for (size_t i = 0; i < count; i++)
        if (i + 1 == count || !text_same_key(merge->waited[i], merge->waited[i + 1]))
            merge->waited[kept++] = merge->waited[i];
    merge->waited_count = kept;
}

static void text_bind(struct gn_store_reader *reader, int statement, const struct gn_span *span)
{
    sqlite3_stmt *rows = reader->history.statements[statement];
    (void)sqlite3_bind_int64(rows, 1, span->series);
    (void)sqlite3_bind_int64(rows, 2, span->from_ms);
    (void)sqlite3_bind_int64(rows, 3, span->until_ms);
}

static gn_err text_count_rows(struct gn_store_reader *reader, const struct gn_span *span, uint64_t *out)
{
    bool is_row = false;
    text_bind(reader, GN_R_TEXT_COUNT, span);
    gn_err err = gn_history_row(&reader->history, GN_R_TEXT_COUNT, &is_row);
    if (err)
        return err;
    *out = (uint64_t)sqlite3_column_int64(reader->history.statements[GN_R_TEXT_COUNT], 0);
    gn_history_reset(&reader->history, GN_R_TEXT_COUNT);
    return GN_OK;
}

/* Where the newest `limit` rows begin. */
static gn_err text_find_start(struct text_merge *merge, uint32_t limit)
{
    struct gn_history *history = &merge->reader->history;
    sqlite3_stmt *skip = history->statements[GN_R_TEXT_SKIP];
    bool is_row = false;
    text_bind(merge->reader, GN_R_TEXT_SKIP, merge->span);
    (void)sqlite3_bind_int64(skip, 4, (int64_t)limit - 1);
    gn_err err = gn_history_row(history, GN_R_TEXT_SKIP, &is_row);
    if (err)
        return err;
    if (!is_row) /* there are fewer than that */
        return text_count_rows(merge->reader, merge->span, &merge->row_count);
    merge->start_time = sqlite3_column_int64(skip, 0);
    merge->start_stamp = (uint64_t)sqlite3_column_int64(skip, 1);
    merge->row_count = limit;
    gn_history_reset(history, GN_R_TEXT_SKIP);
    return GN_OK;
}

static struct gn_reading text_of_waited(const struct gn_waiting_text *entry)
{
    return (struct gn_reading){ .series = entry->series,
                                .time_ms = entry->time_ms,
                                .seq = entry->seq,
                                .quality = entry->quality,
                                .text = gn_waiting_text_value(entry) };
}

static struct gn_reading text_of_row(sqlite3_stmt *rows, uint32_t series)
{
    return (struct gn_reading){ .series = series,
                                .time_ms = sqlite3_column_int64(rows, 0),
                                .seq = (uint64_t)sqlite3_column_int64(rows, 1),
                                .quality = (uint8_t)sqlite3_column_int64(rows, 2),
                                .text = gn_history_str(rows, 3) };
}

static int text_order(const struct gn_reading *a, const struct gn_reading *b)
{
    const struct gn_sample x = { a->time_ms, a->seq, 0, a->quality };
    const struct gn_sample y = { b->time_ms, b->seq, 0, b->quality };
    return gn_sample_order(&x, &y);
}

/* Calls `each` for the merged readings from number `skip` on, `limit` of them. */
static gn_err text_run(struct text_merge *merge, uint64_t skip, uint64_t limit, gn_reading_each *each, void *ctx)
{
    struct gn_history *history = &merge->reader->history;
    sqlite3_stmt *rows = history->statements[GN_R_TEXTS];
    bool is_row = false, go_on = true;
    size_t waited = 0;
    text_bind(merge->reader, GN_R_TEXTS, merge->span);
    (void)sqlite3_bind_int64(rows, 4, merge->start_time);
    (void)sqlite3_bind_int64(rows, 5, (int64_t)merge->start_stamp);
    gn_err err = gn_history_row(history, GN_R_TEXTS, &is_row);
    while (!err && go_on && limit > 0 && (is_row || waited < merge->waited_count)) {
        struct gn_reading row = { 0 }, old = { 0 };
        if (is_row)
            row = text_of_row(rows, merge->span->series);
        if (waited < merge->waited_count)
            old = text_of_waited(merge->waited[waited]);
        const int order = !is_row ? 1 : (waited == merge->waited_count ? -1 : text_order(&row, &old));
        const bool take_row = order < 0; /* at the same key, what waits arrived last */
        if (skip > 0)
            skip--;
        else {
            go_on = each(ctx, take_row ? &row : &old);
            limit--;
        }
        if (order >= 0)
            waited++;
        if (order <= 0)
            err = gn_history_row(history, GN_R_TEXTS, &is_row);
    }
    gn_history_reset(history, GN_R_TEXTS);
    return err;
}

/* How many of those that wait replace a row from the start on. */
static gn_err text_count_replaced(const struct text_merge *merge, uint64_t *out)
{
    struct gn_history *history = &merge->reader->history;
    sqlite3_stmt *key = history->statements[GN_R_TEXT_KEY];
    uint64_t count = 0;
    for (size_t i = 0; i < merge->waited_count; i++) {
        const struct gn_waiting_text *entry = merge->waited[i];
        const uint64_t stamp = gn_stamp(entry->seq, entry->quality);
        if (entry->time_ms < merge->start_time || (entry->time_ms == merge->start_time && stamp < merge->start_stamp))
            continue;
        bool is_row = false;
        (void)sqlite3_bind_int64(key, 1, entry->series);
        (void)sqlite3_bind_int64(key, 2, entry->time_ms);
        (void)sqlite3_bind_int64(key, 3, (int64_t)stamp);
        gn_err err = gn_history_row(history, GN_R_TEXT_KEY, &is_row);
        if (err)
            return err;
        count += is_row;
        gn_history_reset(history, GN_R_TEXT_KEY);
    }
    *out = count;
    return GN_OK;
}

gn_err gn_text_range(struct gn_store_reader *reader, const struct gn_span *span, uint32_t limit, bool newest_first,
                     gn_reading_each *each, void *ctx)
{
    struct text_merge merge = { .reader = reader, .span = span, .start_time = span->from_ms };
    size_t count = 0;
    uint64_t skip = 0;
    gn_err err = text_begin(reader, span, &count);
    if (err)
        return err;
    text_sort(&merge, count);
    if (newest_first) {
        uint64_t replaced = 0;
        err = text_find_start(&merge, limit);
        if (!err)
            err = text_count_replaced(&merge, &replaced);
        const uint64_t there = merge.row_count + merge.waited_count - replaced;
        skip = !err && there > limit ? there - limit : 0;
    }
    if (!err)
        err = text_run(&merge, skip, limit, each, ctx);
    gn_snapshot_end(reader);
    return err;
}

gn_err gn_text_count(struct gn_store_reader *reader, const struct gn_span *span, uint64_t *out)
{
    struct text_merge merge = { .reader = reader, .span = span, .start_time = span->from_ms };
    size_t count = 0;
    uint64_t rows = 0, replaced = 0;
    gn_err err = text_begin(reader, span, &count);
    if (err)
        return err;
    text_sort(&merge, count);
    err = text_count_rows(reader, span, &rows);
    if (!err)
        err = text_count_replaced(&merge, &replaced);
    gn_snapshot_end(reader);
    if (!err)
        *out = rows + merge.waited_count - replaced;
    return err;
}
