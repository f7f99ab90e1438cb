/* SPDX-License-Identifier: Apache-2.0 */
#include "store/cursor.h"

#include <assert.h>
#include <math.h>

#include "base/mem.h"

/* Columns of GN_R_CHUNKS_UP and _DOWN. */
enum {
    CHUNK_TIME_MIN,
    CHUNK_TIME_MAX,
    CHUNK_COUNT,
    CHUNK_MIN,
    CHUNK_MAX,
    CHUNK_SUM,
    CHUNK_FIRST,
    CHUNK_LAST,
    CHUNK_BLOB
};

/* --- what is in memory, copied in one piece with the start of the SQLite snapshot ------------------- */

struct copy {
    struct gn_store_reader *reader;
    const struct gn_span *span;
    size_t memory; /* counted, and copied as far as there is room */
    size_t late;
};

static void copy_points_lkd(struct copy *copy, const struct gn_point *points, uint32_t count, uint64_t base_seq)
{
    struct gn_store_reader *reader = copy->reader;
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_point *point = &points[i];
        if (point->time_ms < copy->span->from_ms || point->time_ms > copy->span->until_ms)
            continue;
        if (copy->memory < reader->memory_capacity)
            reader->memory[copy->memory] =
                (struct gn_sample){ point->time_ms, base_seq + point->seq_delta, point->value, point->quality };
        copy->memory++;
    }
}

static void copy_all_lkd(struct copy *copy)
{
    struct gn_store_reader *reader = copy->reader;
    const struct gn_store *store = reader->store;
    for (uint32_t i = 0; i < store->heads.waiting_count; i++) {
        const struct gn_sealed *sealed = &store->heads.waiting[i];
        if (sealed->series == copy->span->series)
            copy_points_lkd(copy, sealed->points, sealed->count, sealed->base_seq);
    }
    const struct gn_head *head = &store->heads.rows[copy->span->series];
    const uint32_t count = atomic_load_explicit(&head->count, memory_order_acquire);
    if (count > 0)
        copy_points_lkd(copy, head->points, count, head->base_seq);
    for (uint32_t i = 0; i < store->lates.count; i++) {
        const struct gn_late *late = &store->lates.rows[i];
        if (late->series != copy->span->series || late->sample.time_ms < copy->span->from_ms ||
            late->sample.time_ms > copy->span->until_ms)
            continue;
        if (copy->late < reader->late_capacity)
            reader->late[copy->late] = late->sample;
        copy->late++;
    }
}

/* Room for as many as were counted, and some more: the next count may be greater. */
static gn_err copy_make_room(struct gn_sample **samples, size_t *capacity, size_t count)
{
    if (count <= *capacity)
        return GN_OK;
    const size_t more = count + count / 4 + GN_HEAD_READINGS;
    gn_mem_give(*samples);
    *capacity = 0;
    *samples = gn_mem_take(more * sizeof **samples, "history: newest readings of a query");
    if (*samples == NULL)
        return GN_ERR_FULL;
    *capacity = more;
    return GN_OK;
}

static gn_err cursor_begin(struct gn_store_reader *reader, const struct gn_span *span, struct copy *copy,
                           struct gn_snapshot *snapshot)
{
    for (;;) {
        *copy = (struct copy){ .reader = reader, .span = span };
        pthread_mutex_lock(&reader->store->mutex);
        gn_err err = gn_snapshot_begin_lkd(reader, span->series, snapshot);
        if (!err)
            copy_all_lkd(copy);
        pthread_mutex_unlock(&reader->store->mutex);
        if (err || (copy->memory <= reader->memory_capacity && copy->late <= reader->late_capacity))
            return err;
        gn_snapshot_end(reader);
        err = copy_make_room(&reader->memory, &reader->memory_capacity, copy->memory);
        if (!err)
            err = copy_make_room(&reader->late, &reader->late_capacity, copy->late);
        if (err)
            return err;
    }
}

/* --- open and close -------------------------------------------------------------------------------- */

static int cursor_chunks(const struct gn_cursor *cursor)
{
    return cursor->down ? GN_R_CHUNKS_DOWN : GN_R_CHUNKS_UP;
}

static int cursor_lates(const struct gn_cursor *cursor)
{
    return cursor->down ? GN_R_LATE_DOWN : GN_R_LATE_UP;
}

gn_err gn_cursor_open(struct gn_store_reader *reader, const struct gn_span *span, bool down, struct gn_cursor *out)
{
    struct copy copy;
    struct gn_snapshot snapshot;
    gn_err err = cursor_begin(reader, span, &copy, &snapshot);
    if (err)
        return err;
    *out = (struct gn_cursor){ .reader = reader,
                               .down = down,
                               .span = *span,
                               .memory_count = copy.memory,
                               .late_count = gn_samples_settle(reader->late, (uint32_t)copy.late) };
    const int statements[2] = { cursor_chunks(out), cursor_lates(out) };
    for (int i = 0; i < 2; i++) {
        sqlite3_stmt *rows = reader->history.statements[statements[i]];
        (void)sqlite3_bind_int64(rows, 1, span->series);
        (void)sqlite3_bind_int64(rows, 2, span->from_ms);
        (void)sqlite3_bind_int64(rows, 3, span->until_ms);
    }
    sqlite3_stmt *chunks = reader->history.statements[statements[0]];
    (void)sqlite3_bind_int64(chunks, 4, snapshot.saved_row);
    (void)sqlite3_bind_int64(chunks, 5, snapshot.stale_row);
    return GN_OK;
}

void gn_cursor_close(struct gn_cursor *cursor)
{
    gn_history_reset(&cursor->reader->history, cursor_chunks(cursor));
    gn_history_reset(&cursor->reader->history, cursor_lates(cursor));
    gn_snapshot_end(cursor->reader);
}

/* --- the late ones --------------------------------------------------------------------------------- */

static gn_err cursor_fill_late(struct gn_cursor *cursor)
{
    if (cursor->has_late_row || cursor->late_rows_done)
        return GN_OK;
    sqlite3_stmt *rows = cursor->reader->history.statements[cursor_lates(cursor)];
    bool is_row = false;
    gn_err err = gn_history_row(&cursor->reader->history, cursor_lates(cursor), &is_row);
    if (err)
        return err;
    cursor->has_late_row = is_row;
    cursor->late_rows_done = !is_row;
    if (is_row) {
        const int64_t bits = sqlite3_column_int64(rows, 3);
        cursor->late_row.time_ms = sqlite3_column_int64(rows, 0);
        cursor->late_row.seq = (uint64_t)sqlite3_column_int64(rows, 1);
        cursor->late_row.quality = (uint8_t)sqlite3_column_int64(rows, 2);
        memcpy(&cursor->late_row.value, &bits, sizeof bits);
    }
    return GN_OK;
}

static const struct gn_sample *cursor_from(const struct gn_sample *samples, size_t at, size_t count, bool down)
{
    if (at == count)
        return NULL;
    return down ? &samples[count - 1 - at] : &samples[at];
}

static const struct gn_sample *cursor_late(const struct gn_cursor *cursor)
{
    return cursor_from(cursor->reader->late, cursor->late_at, cursor->late_count, cursor->down);
}

/* The time of the late one that comes first; only going up. */
static bool cursor_late_time(const struct gn_cursor *cursor, int64_t *out)
{
    const struct gn_sample *late = cursor_late(cursor);
    if (late == NULL && !cursor->has_late_row)
        return false;
    *out = late != NULL ? late->time_ms : INT64_MAX;
    if (cursor->has_late_row && cursor->late_row.time_ms < *out)
        *out = cursor->late_row.time_ms;
    return true;
}

/* --- the chunks ------------------------------------------------------------------------------------ */

static bool cursor_in_span(const struct gn_cursor *cursor, int64_t time_ms)
{
    return time_ms >= cursor->span.from_ms && time_ms <= cursor->span.until_ms;
}

/* Opens the chunk the statement stands on: what of it lies in the range becomes the block. */
static void cursor_open_chunk(struct gn_cursor *cursor)
{
    struct gn_store_reader *reader = cursor->reader;
    sqlite3_stmt *rows = reader->history.statements[cursor_chunks(cursor)];
    const void *at = sqlite3_column_blob(rows, CHUNK_BLOB); /* blob before bytes: as SQLite asks */
    const gn_bytes blob = { at, at != NULL ? (size_t)sqlite3_column_bytes(rows, CHUNK_BLOB) : 0 };
    uint32_t count = 0, kept = 0;
    uint64_t base_seq = 0;
    cursor->has_row = false;
    cursor->block_at = 0;
    cursor->block_count = 0;
    if (gn_snapshot_decode(reader, blob, &count, &base_seq) != GN_OK)
        return; /* it is counted; the other chunks are still good */
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_point *point = &reader->points[i];
        if (cursor_in_span(cursor, point->time_ms))
            reader->block[kept++] =
                (struct gn_sample){ point->time_ms, base_seq + point->seq_delta, point->value, point->quality };
    }
    cursor->block_count = gn_samples_settle(reader->block, kept);
}

/* May the chunk be taken by its summary, and is it? *out_wait: late ones come first. */
static bool cursor_take_chunk(struct gn_cursor *cursor, bool *out_wait)
{
    sqlite3_stmt *rows = cursor->reader->history.statements[cursor_chunks(cursor)];
    int64_t late_ms = 0;
    struct gn_cursor_chunk chunk = { .time_min = sqlite3_column_int64(rows, CHUNK_TIME_MIN),
                                     .time_max = sqlite3_column_int64(rows, CHUNK_TIME_MAX),
                                     .count = (uint64_t)sqlite3_column_int64(rows, CHUNK_COUNT),
                                     .finite = sqlite3_column_type(rows, CHUNK_MIN) != SQLITE_NULL };
    const bool any_late = cursor_late_time(cursor, &late_ms);
    *out_wait = any_late && late_ms < chunk.time_min;
    if (*out_wait || (any_late && late_ms <= chunk.time_max) || !cursor_in_span(cursor, chunk.time_min) ||
        !cursor_in_span(cursor, chunk.time_max))
        return false;
    chunk.min = sqlite3_column_double(rows, CHUNK_MIN);
    chunk.max = sqlite3_column_double(rows, CHUNK_MAX);
    chunk.sum = sqlite3_column_double(rows, CHUNK_SUM);
    chunk.first = sqlite3_column_double(rows, CHUNK_FIRST);
    chunk.last = sqlite3_column_double(rows, CHUNK_LAST);
    if (!cursor->take(cursor->take_ctx, &chunk))
        return false;
    cursor->has_row = false;
    return true;
}

/* The next reading of the chunks, in SQLite and in memory; NULL when there is none, or when late ones come first. */
static gn_err cursor_main(struct gn_cursor *cursor, const struct gn_sample **out)
{
    struct gn_store_reader *reader = cursor->reader;
    *out = NULL;
    for (;;) {
        *out = cursor_from(reader->block, cursor->block_at, cursor->block_count, cursor->down);
        if (*out == NULL && cursor->down) /* the newest are in memory */
            *out = cursor_from(reader->memory, cursor->memory_at, cursor->memory_count, true);
        if (*out != NULL)
            return GN_OK;
        if (!cursor->has_row && !cursor->chunks_done) {
            gn_err err = gn_history_row(&reader->history, cursor_chunks(cursor), &cursor->has_row);
            if (err)
                return err;
            cursor->chunks_done = !cursor->has_row;
        }
        if (cursor->chunks_done) {
            if (!cursor->down)
                *out = cursor_from(reader->memory, cursor->memory_at, cursor->memory_count, false);
            return GN_OK;
        }
        bool wait = false;
        if (cursor->take != NULL && cursor_take_chunk(cursor, &wait))
            continue;
        if (wait)
            return GN_OK;
        cursor_open_chunk(cursor);
    }
}

/* --- one by one ------------------------------------------------------------------------------------ */

/* Whether `a` is to be given before `b`: in the order asked for, and at the same key the one that arrived last. */
static bool cursor_prefers(const struct gn_cursor *cursor, const struct gn_sample *a, const struct gn_sample *b)
{
    const int order = gn_sample_order(a, b);
    if (order == 0)
        return a->seq > b->seq;
    return cursor->down ? order > 0 : order < 0;
}

/* Moves every source behind the key of what was given. */
static void cursor_pass(struct gn_cursor *cursor, const struct gn_sample *given)
{
    struct gn_store_reader *reader = cursor->reader;
    const struct gn_sample *block = cursor_from(reader->block, cursor->block_at, cursor->block_count, cursor->down);
    const struct gn_sample *memory = cursor_from(reader->memory, cursor->memory_at, cursor->memory_count, cursor->down);
    const struct gn_sample *late = cursor_late(cursor);
    if (block != NULL && gn_sample_order(block, given) == 0)
        cursor->block_at++;
    if (memory != NULL && gn_sample_order(memory, given) == 0)
        cursor->memory_at++;
    if (late != NULL && gn_sample_order(late, given) == 0)
        cursor->late_at++;
    if (cursor->has_late_row && gn_sample_order(&cursor->late_row, given) == 0)
        cursor->has_late_row = false;
}

gn_err gn_cursor_next(struct gn_cursor *cursor, struct gn_sample *out, bool *out_any)
{
    const struct gn_sample *best = NULL;
    if (cursor->block_at < cursor->block_count && cursor->late_rows_done && !cursor->has_late_row &&
        cursor->late_at == cursor->late_count) { /* nothing is laid over it any more: nearly always */
        *out = *cursor_from(cursor->reader->block, cursor->block_at++, cursor->block_count, cursor->down);
        *out_any = true;
        return GN_OK;
    }
    gn_err err = cursor_fill_late(cursor);
    if (!err)
        err = cursor_main(cursor, &best);
    if (err)
        return err;
    const struct gn_sample *late = cursor_late(cursor);
    if (late != NULL && (best == NULL || cursor_prefers(cursor, late, best)))
        best = late;
    if (cursor->has_late_row && (best == NULL || cursor_prefers(cursor, &cursor->late_row, best)))
        best = &cursor->late_row;
    *out_any = best != NULL;
    if (best == NULL)
        return GN_OK;
    *out = *best;
    cursor_pass(cursor, out);
    return GN_OK;
}
