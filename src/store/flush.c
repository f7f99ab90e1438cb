/* SPDX-License-Identifier: Apache-2.0 */
/* store/flush.c -- from memory to SQLite: one transaction, all of it or nothing.
 *
 *   BEGIN ─ sealed chunks ─ late ─ texts ─ outputs ─ state ─┬───────────────────────────────────┬─ lock: COMMIT, forget
 *                                               checkpoint: └ open chunks, registry, position ──┘
 *
 * Until COMMIT has succeeded nothing in memory changes, so after any failure (a full disk) the same flush can
 * be tried again, and nothing that waited is lost. */
#include <assert.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/json_write.h"
#include "store/chunk_row.h"
#include "store/store_int.h"
#include "store/tidy.h"

enum {
    FLUSH_STATE_PART_BYTES = 65536,
    FLUSH_WAL_PAGES = 512 /* 4 MiB; then it is moved into the file */,
    FLUSH_FREE_BYTES = 4 << 20 /* so much is left to be used again */,
    FLUSH_SHRINK_PAGES = 512
};

/* What the transaction will have changed, once it is committed. */
struct flush {
    struct gn_store *store;
    bool is_checkpoint;
    int64_t chunk_id;
    int64_t text_id;
    int64_t chunks_added;
    uint64_t change;
};

static gn_err flush_chunk(struct flush *flush, int64_t id, uint32_t series, const struct gn_point *points,
                          uint32_t count, uint64_t base_seq)
{
    struct gn_history *history = &flush->store->history;
    uint8_t blob[GN_CHUNK_BLOB_BYTES_MAX];
    gn_chunk_row_bind(history->statements[GN_W_CHUNK_PUT], id, series, points, count, base_seq, blob);
    return gn_history_run(history, GN_W_CHUNK_PUT);
}

static gn_err flush_sealed(struct flush *flush)
{
    const struct gn_heads *heads = &flush->store->heads;
    gn_err err = GN_OK;
    for (uint32_t i = 0; !err && i < heads->waiting_count; i++) {
        const struct gn_sealed *sealed = &heads->waiting[i];
        err = flush_chunk(flush, ++flush->chunk_id, sealed->series, sealed->points, sealed->count, sealed->base_seq);
        flush->chunks_added++;
    }
    return err;
}

static gn_err flush_lates(struct flush *flush)
{
    struct gn_history *history = &flush->store->history;
    const struct gn_lates *lates = &flush->store->lates;
    gn_err err = GN_OK;
    for (uint32_t i = 0; !err && i < lates->count; i++) {
        gn_late_bind(history->statements[GN_W_LATE_PUT], lates->rows[i].series, &lates->rows[i].sample);
        err = gn_history_run(history, GN_W_LATE_PUT);
    }
    return err;
}

static gn_err flush_texts(struct flush *flush)
{
    struct gn_history *history = &flush->store->history;
    sqlite3_stmt *put = history->statements[GN_W_TEXT_PUT];
    const struct gn_waiting_text *entry;
    size_t at = 0;
    gn_err err = GN_OK;
    while (!err && (entry = gn_texts_next(&flush->store->texts, &at)) != NULL) {
        (void)sqlite3_bind_int64(put, 1, ++flush->text_id);
        (void)sqlite3_bind_int64(put, 2, entry->series);
        (void)sqlite3_bind_int64(put, 3, entry->time_ms);
        (void)sqlite3_bind_int64(put, 4, (int64_t)gn_stamp(entry->seq, entry->quality));
        (void)sqlite3_bind_int64(put, 5, (int64_t)entry->seq);
        (void)sqlite3_bind_int64(put, 6, entry->quality);
        gn_history_bind_str(put, 7, gn_waiting_text_value(entry));
        err = gn_history_run(history, GN_W_TEXT_PUT);
    }
    return err;
}

static gn_err flush_state(struct flush *flush)
{
    struct gn_history *history = &flush->store->history;
    const struct gn_store_state *state = &flush->store->state;
    sqlite3_stmt *put = history->statements[GN_W_STATE_PUT];
    if (!state->waits)
        return GN_OK;
    gn_err err = gn_history_run(history, GN_W_STATE_DROP);
    int64_t part = 0;
    for (size_t at = 0; !err && at < state->size; at += FLUSH_STATE_PART_BYTES) {
        const size_t left = state->size - at;
        const size_t size = left < FLUSH_STATE_PART_BYTES ? left : FLUSH_STATE_PART_BYTES;
        (void)sqlite3_bind_int64(put, 1, part++);
        (void)sqlite3_bind_blob(put, 2, state->bytes + at, (int)size, SQLITE_STATIC);
        err = gn_history_run(history, GN_W_STATE_PUT);
    }
    const uint32_t crc = gn_crc32(0, (gn_bytes){ state->bytes, state->size });
    if (!err)
        err = gn_history_meta_put(history, GN_META_STATE_SEQ, (int64_t)state->seq);
    if (!err)
        err = gn_history_meta_put(history, GN_META_STATE_SIZE, (int64_t)state->size);
    if (!err)
        err = gn_history_meta_put(history, GN_META_STATE_CRC, crc);
    return err;
}

/* --- what only a checkpoint writes ----------------------------------------------------------------- */

static uint32_t flush_head_count(const struct gn_head *head)
{
    return atomic_load_explicit(&head->count, memory_order_relaxed);
}

/* Open chunks that have grown go to their row, or to a new one; rows that a sealed chunk has replaced go. */
static gn_err flush_open_chunks(struct flush *flush)
{
    struct gn_store *store = flush->store;
    gn_err err = GN_OK;
    for (uint32_t i = 0; !err && i < store->registry.series_count; i++) {
        const struct gn_head *head = &store->heads.rows[i];
        const uint32_t count = flush_head_count(head);
        if (head->stale_row != 0) {
            (void)sqlite3_bind_int64(store->history.statements[GN_W_CHUNK_DROP], 1, head->stale_row);
            err = gn_history_run(&store->history, GN_W_CHUNK_DROP);
            flush->chunks_added--;
        }
        if (err || count == head->saved_count)
            continue;
        int64_t id = head->saved_row;
        if (id == 0) {
            id = ++flush->chunk_id;
            flush->chunks_added++;
        }
        err = flush_chunk(flush, id, i, head->points, count, head->base_seq);
    }
    return err;
}

static gn_err flush_record(struct flush *flush, int statement, uint32_t index, struct gn_record_head *record)
{
    sqlite3_stmt *put = flush->store->history.statements[statement];
    record->seq = atomic_load(&flush->store->followed_seq);
    (void)sqlite3_bind_int64(put, 1, index);
    (void)sqlite3_bind_blob(put, 2, record, (int)record->size, SQLITE_STATIC);
    return gn_history_run(&flush->store->history, statement);
}

static gn_err flush_thing(struct flush *flush, uint32_t index)
{
    const struct gn_thing *thing = &flush->store->registry.things[index];
    struct {
        struct gn_record_thing record;
        char json[GN_THING_JSON_BYTES];
    } row = { .record = { .head = { .type = GN_RECORD_THING }, .thing = index } };
    struct gn_buf buf = gn_buf_over(row.json, sizeof row.json);
    gn_registry_thing_json(&flush->store->registry, thing, &buf);
    assert(!buf.full);
    row.record.json_size = (uint32_t)buf.size;
    row.record.head.size = (uint32_t)gn_record_round(sizeof row.record + buf.size);
    return flush_record(flush, GN_W_THING_PUT, index, &row.record.head);
}

static gn_err flush_series(struct flush *flush, uint32_t index)
{
    const struct gn_series *series = &flush->store->registry.series[index];
    struct {
        struct gn_record_series record;
        char name[GN_PROPERTY_BYTES_MAX + 8];
    } row = { .record = { .head = { .type = GN_RECORD_SERIES },
                          .series = index,
                          .thing = series->thing,
                          .kind = series->kind } };
    const gn_str name = gn_str_of(series->property);
    memcpy(row.name, name.at, name.size);
    row.record.name_size = (uint32_t)name.size;
    row.record.head.size = (uint32_t)gn_record_round(sizeof row.record + name.size);
    return flush_record(flush, GN_W_SERIES_PUT, index, &row.record.head);
}

static gn_err flush_registry(struct flush *flush)
{
    struct gn_store *store = flush->store;
    gn_err err = GN_OK;
    for (uint32_t i = 0; !err && i < store->registry.thing_count; i++)
        if (store->thing_changed[i])
            err = flush_thing(flush, i);
    for (uint32_t i = store->series_saved; !err && i < store->registry.series_count; i++)
        err = flush_series(flush, i);
    return err;
}

static gn_err flush_position(struct flush *flush)
{
    struct gn_store *store = flush->store;
    const int64_t chunks = (int64_t)atomic_load(&store->chunk_count) + flush->chunks_added;
    const struct {
        gn_meta_key key;
        int64_t value;
    } rows[] = {
        { GN_META_CHECKPOINT_SEQ, (int64_t)atomic_load(&store->followed_seq) },
        { GN_META_CHUNK_ID, flush->chunk_id },
        { GN_META_TEXT_ID, flush->text_id },
        { GN_META_READING_COUNT, (int64_t)atomic_load(&store->reading_count) },
        { GN_META_CHUNK_COUNT, chunks },
    };
    gn_err err = GN_OK;
    for (size_t i = 0; !err && i < sizeof rows / sizeof rows[0]; i++)
        err = gn_history_meta_put(&store->history, rows[i].key, rows[i].value);
    return err;
}

/* --- the transaction ------------------------------------------------------------------------------- */

static gn_err flush_write(struct flush *flush)
{
    gn_err err = gn_history_run(&flush->store->history, GN_W_BEGIN);
    if (!err)
        err = flush_sealed(flush);
    if (!err)
        err = flush_lates(flush);
    if (!err)
        err = flush_texts(flush);
    if (!err)
        err = gn_outputs_write(flush->store, &flush->change);
    if (!err)
        err = flush_state(flush);
    if (err || !flush->is_checkpoint)
        return err;
    err = flush_open_chunks(flush);
    if (!err)
        err = gn_tidy_run(flush->store, &flush->chunk_id, &flush->chunks_added);
    if (!err)
        err = flush_registry(flush);
    if (!err)
        err = flush_position(flush);
    return err;
}

/* Committed: the open chunks have their rows, in the order in which flush_open_chunks gave out ids. */
static void flush_settle_heads_lkd(struct flush *flush, int64_t id)
{
    struct gn_store *store = flush->store;
    for (uint32_t i = 0; i < store->registry.series_count; i++) {
        struct gn_head *head = &store->heads.rows[i];
        const uint32_t count = flush_head_count(head);
        head->stale_row = 0;
        if (count == head->saved_count)
            continue;
        if (head->saved_row == 0)
            head->saved_row = ++id;
        head->saved_count = count;
    }
}

static gn_err flush_commit(struct flush *flush, int64_t first_open_id)
{
    struct gn_store *store = flush->store;
    pthread_mutex_lock(&store->mutex);
    gn_err err = gn_history_run(&store->history, GN_W_COMMIT);
    if (!err) {
        gn_heads_clear_waiting_lkd(&store->heads);
        store->lates.count = 0;
        gn_texts_clear_lkd(&store->texts);
        if (flush->is_checkpoint)
            flush_settle_heads_lkd(flush, first_open_id);
    }
    pthread_mutex_unlock(&store->mutex);
    return err;
}

static void flush_settle(struct flush *flush)
{
    struct gn_store *store = flush->store;
    store->chunk_id = flush->chunk_id;
    store->text_id = flush->text_id;
    store->change = flush->change;
    store->output_bytes = 0;
    store->state.waits = false;
    atomic_store(&store->last_change, flush->change);
    atomic_fetch_add(&store->chunk_count, (uint64_t)flush->chunks_added);
    if (flush->is_checkpoint) {
        memset(store->thing_changed, 0, store->registry.thing_count * sizeof *store->thing_changed);
        store->series_saved = store->registry.series_count;
    }
}

static void flush_measure(struct gn_store *store)
{
    uint64_t bytes = 0;
    if (gn_history_bytes(&store->history, GN_W_PAGES, &bytes))
        atomic_store(&store->database_bytes, bytes);
    if (gn_history_bytes(&store->history, GN_W_FREE_PAGES, &bytes))
        atomic_store(&store->free_bytes, bytes);
}

/* Gives pages that nothing needs any more back to the disk, some at a time. */
static void flush_shrink(struct gn_store *store)
{
    char sql[64];
    if (atomic_load(&store->free_bytes) < FLUSH_FREE_BYTES)
        return;
    (void)snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum(%d)", FLUSH_SHRINK_PAGES);
    GN_IGNORE(gn_history_exec(&store->history, sql), "the next checkpoint tries again");
    flush_measure(store);
}

static gn_err flush_run(struct gn_store *store, bool is_checkpoint)
{
    struct flush flush = { .store = store,
                           .is_checkpoint = is_checkpoint,
                           .chunk_id = store->chunk_id,
                           .text_id = store->text_id,
                           .change = store->change };
    const int64_t first_open_id = store->chunk_id + store->heads.waiting_count;
    gn_err err = flush_write(&flush);
    if (!err)
        err = flush_commit(&flush, first_open_id);
    if (err) {
        if (sqlite3_get_autocommit(store->history.db) == 0)
            GN_IGNORE(gn_history_exec(&store->history, "ROLLBACK"), "the first failure is the one to tell");
        return err;
    }
    flush_settle(&flush);
    flush_measure(store);
    return GN_OK;
}

/* Moves the WAL into the file when it has grown; readers are not kept waiting. */
static void flush_tidy_wal(struct gn_store *store)
{
    int pages = 0, moved = 0;
    if (store->wal_pages < FLUSH_WAL_PAGES)
        return;
    if (sqlite3_wal_checkpoint_v2(store->history.db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved) == SQLITE_OK)
        store->wal_pages = pages - moved;
}

gn_err gn_store_flush(struct gn_store *store)
{
    size_t at = 0;
    const bool idle = store->heads.waiting_count == 0 && store->lates.count == 0 &&
                      gn_texts_next(&store->texts, &at) == NULL && store->output_bytes == 0 && !store->state.waits;
    if (idle)
        return GN_OK;
    gn_err err = flush_run(store, false);
    if (!err)
        flush_tidy_wal(store);
    return err;
}

gn_err gn_store_checkpoint(struct gn_store *store)
{
    const uint64_t seq = atomic_load(&store->followed_seq);
    gn_err err = flush_run(store, true);
    if (err)
        return err;
    /* The journal may be cut after this, so it must survive a power cut. A commit with synchronous=FULL
     * syncs the WAL, and with it everything before; done apart so that no reader waits for the disk. */
    err = gn_history_exec(&store->history, "PRAGMA synchronous=FULL");
    if (!err)
        err = gn_history_meta_put(&store->history, GN_META_CHECKPOINT_SEQ, (int64_t)seq);
    const gn_err back = gn_history_exec(&store->history, "PRAGMA synchronous=NORMAL");
    if (!err)
        err = back;
    if (err)
        return err;
    atomic_store(&store->checkpoint_seq, seq);
    flush_shrink(store);
    flush_tidy_wal(store);
    return GN_OK;
}
