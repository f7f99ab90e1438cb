/* SPDX-License-Identifier: Apache-2.0 */
/* store/store.c -- the writer's side: opening, following records, the engine's state. */
#include "store/store.h"

#include <assert.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/mem.h"
#include "os/entropy.h"
#include "store/store_int.h"
#include "store/tidy.h"

/* --- open and close -------------------------------------------------------------------------------- */

static gn_err store_take_memory(struct gn_store *store)
{
    uint8_t seed[16];
    gn_entropy(seed, sizeof seed);
    store->thing_changed = gn_mem_take(GN_THINGS_MAX * sizeof *store->thing_changed, "history: changed Things");
    store->outputs = gn_mem_take(GN_OUTPUTS_WAITING_BYTES, "history: outputs that wait");
    if (store->thing_changed == NULL || store->outputs == NULL)
        return GN_ERR_FULL;
    gn_err err = gn_heads_init(&store->heads, &store->mutex);
    if (!err)
        err = gn_texts_init(&store->texts);
    if (!err)
        err = gn_lates_init(&store->lates);
    if (!err)
        err = gn_tidy_new(&store->tidy);
    if (!err)
        err = gn_registry_init(&store->registry, seed);
    return err;
}

/* Deletes what a crash left beyond the checkpoint. Outputs stay: the engine says them again, and until then
 * the old ones are what people know. */
static gn_err store_drop_beyond(struct gn_store *store)
{
    struct gn_history *history = &store->history;
    int64_t chunk_id = 0, text_id = 0;
    char sql[200];
    gn_err err = gn_history_meta(history, GN_META_CHUNK_ID, &chunk_id);
    if (!err)
        err = gn_history_meta(history, GN_META_TEXT_ID, &text_id);
    if (err)
        return err;
    (void)snprintf(sql, sizeof sql,
                   "BEGIN IMMEDIATE; DELETE FROM chunk WHERE id > %lld; DELETE FROM text WHERE id > %lld; COMMIT;",
                   (long long)chunk_id, (long long)text_id);
    err = gn_history_exec(history, sql);
    store->chunk_id = chunk_id;
    store->text_id = text_id;
    return err;
}

static gn_err store_load_counts(struct gn_store *store)
{
    struct gn_history *history = &store->history;
    int64_t seq = 0, readings = 0, chunks = 0;
    bool is_row = false;
    gn_err err = gn_history_meta(history, GN_META_CHECKPOINT_SEQ, &seq);
    if (!err)
        err = gn_history_meta(history, GN_META_READING_COUNT, &readings);
    if (!err)
        err = gn_history_meta(history, GN_META_CHUNK_COUNT, &chunks);
    if (!err)
        err = gn_history_row(history, GN_W_OUTPUT_CHANGE, &is_row);
    if (err)
        return err;
    store->change = (uint64_t)sqlite3_column_int64(history->statements[GN_W_OUTPUT_CHANGE], 0);
    gn_history_reset(history, GN_W_OUTPUT_CHANGE);
    atomic_store(&store->followed_seq, (uint64_t)seq);
    atomic_store(&store->checkpoint_seq, (uint64_t)seq);
    atomic_store(&store->reading_count, (uint64_t)readings);
    atomic_store(&store->chunk_count, (uint64_t)chunks);
    atomic_store(&store->last_change, store->change);
    return GN_OK;
}

struct registry_load {
    struct gn_registry *registry;
    gn_err err;
};

static void store_load_record(void *ctx, const struct gn_record_head *record)
{
    struct registry_load *load = ctx;
    if (!load->err)
        load->err = gn_registry_apply(load->registry, record);
}

/* What follows and what is late is decided as it was: by where the chunks of the checkpoint end. */
static gn_err store_load_newest(struct gn_store *store)
{
    struct gn_history *history = &store->history;
    sqlite3_stmt *newest = history->statements[GN_W_NEWEST];
    for (uint32_t i = 0; i < store->registry.series_count; i++) {
        bool is_row = false;
        (void)sqlite3_bind_int64(newest, 1, i);
        gn_err err = gn_history_row(history, GN_W_NEWEST, &is_row);
        if (err)
            return err;
        if (is_row) {
            store->heads.rows[i].newest_ms = sqlite3_column_int64(newest, 0);
            store->heads.rows[i].has_newest = true;
            if (store->heads.rows[i].newest_ms > store->ahead_ms)
                store->ahead_ms = store->heads.rows[i].newest_ms;
            gn_history_reset(history, GN_W_NEWEST);
        }
    }
    return GN_OK;
}

static gn_err store_load_series(struct gn_store *store)
{
    struct registry_load load = { .registry = &store->registry };
    gn_err err = gn_store_each_registry(store, store_load_record, &load);
    if (!err)
        err = load.err;
    for (uint32_t i = 0; !err && i < store->registry.series_count; i++)
        store->heads.rows[i].kind = store->registry.series[i].kind;
    store->series_saved = store->registry.series_count;
    return err ? err : store_load_newest(store);
}

/* SQLite says after each commit how long the WAL is; flush.c decides when to shorten it. */
static int store_on_wal(void *ctx, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    *(int *)ctx = pages;
    return SQLITE_OK;
}

gn_err gn_store_open(const char *dir, struct gn_store **out, struct gn_diag *diag)
{
    struct gn_store *store = gn_mem_take(sizeof *store, "history: writer");
    if (store == NULL)
        return GN_ERR_FULL;
    store->wall_ms = INT64_MIN;
    store->ahead_ms = INT64_MIN;
    (void)pthread_mutex_init(&store->mutex, NULL); /* with default attributes it cannot fail on Linux */
    gn_err err = GN_OK;
    const int size = snprintf(store->path, sizeof store->path, "%s/history.db", dir);
    if (size < 0 || (size_t)size >= sizeof store->path) {
        gn_diag_set(diag, 0, 0, "the path is too long for the history");
        err = GN_ERR_INVAL;
    }
    if (!err)
        err = gn_history_open_writer(&store->history, store->path, diag);
    if (err) {
        gn_store_close(store);
        return err;
    }
    (void)sqlite3_wal_hook(store->history.db, store_on_wal, &store->wal_pages);
    err = store_take_memory(store);
    if (!err)
        err = store_drop_beyond(store);
    if (!err)
        err = store_load_counts(store);
    if (!err)
        err = store_load_series(store);
    if (err) {
        gn_diag_set(diag, 0, 0, "the history cannot be read: %s; move it away and start again", gn_err_text(err));
        if (diag != NULL)
            gn_diag_file(diag, store->path);
        gn_store_close(store);
        return err;
    }
    *out = store;
    return GN_OK;
}

void gn_store_close(struct gn_store *store)
{
    if (store == NULL)
        return;
    gn_history_close(&store->history);
    gn_heads_fini(&store->heads);
    gn_texts_fini(&store->texts);
    gn_lates_fini(&store->lates);
    gn_mem_give(store->tidy);
    gn_registry_fini(&store->registry);
    gn_mem_give(store->outputs);
    gn_mem_give(store->thing_changed);
    gn_mem_give(store->state.bytes);
    (void)pthread_mutex_destroy(&store->mutex);
    gn_mem_give(store);
}

void gn_store_keep(struct gn_store *store, const struct gn_retention_rules *rules)
{
    store->keep = *rules;
}

void gn_store_set_time(struct gn_store *store, int64_t wall_ms)
{
    store->wall_ms = wall_ms;
}

uint64_t gn_store_bytes(const struct gn_store *store)
{
    const uint64_t all = atomic_load(&store->database_bytes);
    const uint64_t unused = atomic_load(&store->free_bytes);
    return all > unused ? all - unused : 0;
}

uint64_t gn_store_next_seq(const struct gn_store *store)
{
    return atomic_load_explicit(&store->followed_seq, memory_order_relaxed) + 1;
}

size_t gn_store_pending(const struct gn_store *store, size_t *out_capacity)
{
    *out_capacity = store->heads.waiting_capacity;
    return store->heads.waiting_count;
}

/* --- the registry ---------------------------------------------------------------------------------- */

static gn_err store_each_record(struct gn_store *store, int statement,
                                void (*each)(void *ctx, const struct gn_record_head *record), void *ctx)
{
    struct gn_history *history = &store->history;
    sqlite3_stmt *rows = history->statements[statement];
    _Alignas(8) uint8_t record[sizeof(struct gn_record_thing) + GN_THING_JSON_BYTES + 8];
    bool is_row = false;
    gn_err err;
    while ((err = gn_history_row(history, statement, &is_row)) == GN_OK && is_row) {
        const void *blob = sqlite3_column_blob(rows, 0);
        const size_t size = (size_t)sqlite3_column_bytes(rows, 0);
        if (blob == NULL || size > sizeof record || !gn_record_valid((gn_bytes){ blob, size })) {
            gn_history_reset(history, statement);
            return GN_ERR_CORRUPT;
        }
        memcpy(record, blob, size);
        each(ctx, (const struct gn_record_head *)(const void *)record);
    }
    return err;
}

gn_err gn_store_each_registry(struct gn_store *store, void (*each)(void *ctx, const struct gn_record_head *record),
                              void *ctx)
{
    gn_err err = store_each_record(store, GN_W_THINGS, each, ctx);
    return err ? err : store_each_record(store, GN_W_SERIES, each, ctx);
}

static gn_err store_apply(struct gn_store *store, const struct gn_record_head *record)
{
    pthread_mutex_lock(&store->mutex);
    gn_err err = gn_registry_apply(&store->registry, record);
    if (!err && record->type == GN_RECORD_SERIES) {
        const uint32_t series = store->registry.series_count - 1;
        store->heads.rows[series].kind = store->registry.series[series].kind;
    }
    pthread_mutex_unlock(&store->mutex);
    if (!err && record->type == GN_RECORD_THING)
        store->thing_changed[((const struct gn_record_thing *)(const void *)record)->thing] = true;
    return err;
}

/* --- following ------------------------------------------------------------------------------------- */

static void store_count_reading(struct gn_store *store)
{
    /* One writer: no need for the price of an atomic add. */
    const uint64_t count = atomic_load_explicit(&store->reading_count, memory_order_relaxed);
    atomic_store_explicit(&store->reading_count, count + 1, memory_order_relaxed);
}

static gn_err store_put_late(struct gn_store *store, const struct gn_record_reading *record)
{
    struct gn_head *head = &store->heads.rows[record->series];
    const struct gn_sample sample = { record->time_ms, record->head.seq, record->value, record->head.flag };
    pthread_mutex_lock(&store->mutex);
    gn_err err = gn_lates_put_lkd(&store->lates, record->series, &sample);
    if (!err && record->time_ms == head->newest_ms)
        head->replaced_ms = record->time_ms;
    pthread_mutex_unlock(&store->mutex);
    return err;
}

static gn_err store_put_reading(struct gn_store *store, const struct gn_record_reading *record)
{
    /* Only this thread changes the registry, so it may look without the lock. */
    if (record->series >= store->registry.series_count || store->heads.rows[record->series].kind == GN_SERIES_TEXT)
        return GN_ERR_CORRUPT;
    const struct gn_point point = { .time_ms = record->time_ms, .value = record->value, .quality = record->head.flag };
    gn_err err = gn_head_follows(&store->heads.rows[record->series], &point)
                     ? gn_heads_put(&store->heads, record->series, record->head.seq, &point)
                     : store_put_late(store, record);
    if (!err)
        store_count_reading(store);
    if (!err && record->time_ms > store->ahead_ms)
        store->ahead_ms = record->time_ms;
    return err;
}

static gn_err store_put_text(struct gn_store *store, const struct gn_record_text *record)
{
    if (record->series >= store->registry.series_count || store->heads.rows[record->series].kind != GN_SERIES_TEXT)
        return GN_ERR_CORRUPT;
    const struct gn_waiting_text entry = {
        .series = record->series, .time_ms = record->time_ms, .seq = record->head.seq, .quality = record->head.flag
    };
    gn_err err = gn_texts_put(&store->texts, &entry, gn_record_text_value(record));
    if (!err)
        store_count_reading(store);
    return err;
}

gn_err gn_store_put_record(struct gn_store *store, const struct gn_record_head *record)
{
    gn_err err = GN_OK;
    if (record->seq != atomic_load_explicit(&store->followed_seq, memory_order_relaxed) + 1)
        return GN_ERR_INVAL;
    switch (record->type) {
    case GN_RECORD_READING:
        err = store_put_reading(store, (const struct gn_record_reading *)(const void *)record);
        break;
    case GN_RECORD_TEXT:
        err = store_put_text(store, (const struct gn_record_text *)(const void *)record);
        break;
    case GN_RECORD_THING:
    case GN_RECORD_SERIES:
        err = store_apply(store, record);
        break;
    default: /* nothing of it is history */
        break;
    }
    if (!err)
        atomic_store_explicit(&store->followed_seq, record->seq, memory_order_relaxed);
    return err;
}

/* --- the engine's state ---------------------------------------------------------------------------- */

gn_err gn_store_put_state(struct gn_store *store, uint64_t seq, gn_bytes bytes)
{
    struct gn_store_state *state = &store->state;
    if (bytes.size > state->capacity) {
        uint8_t *larger = gn_mem_take(bytes.size, "history: engine state that waits");
        if (larger == NULL)
            return GN_ERR_FULL;
        gn_mem_give(state->bytes);
        state->bytes = larger;
        state->capacity = bytes.size;
    }
    if (bytes.size > 0)
        memcpy(state->bytes, bytes.at, bytes.size);
    state->size = bytes.size;
    state->seq = seq;
    state->waits = true;
    return GN_OK;
}

static gn_err store_read_state(struct gn_history *history, uint8_t *to, size_t size)
{
    sqlite3_stmt *parts = history->statements[GN_W_STATE_PARTS];
    bool is_row = false;
    size_t got = 0;
    gn_err err;
    while ((err = gn_history_row(history, GN_W_STATE_PARTS, &is_row)) == GN_OK && is_row) {
        const void *blob = sqlite3_column_blob(parts, 0);
        const size_t part = (size_t)sqlite3_column_bytes(parts, 0);
        if (part > size - got) {
            gn_history_reset(history, GN_W_STATE_PARTS);
            return GN_ERR_CORRUPT;
        }
        if (part > 0)
            memcpy(to + got, blob, part);
        got += part;
    }
    if (!err && got != size)
        err = GN_ERR_CORRUPT;
    return err;
}

gn_err gn_store_get_state(struct gn_store *store, uint64_t *out_seq, uint8_t **out_state, size_t *out_size)
{
    int64_t seq = 0, size = 0, crc = 0;
    gn_err err = gn_history_meta(&store->history, GN_META_STATE_SEQ, &seq);
    if (!err)
        err = gn_history_meta(&store->history, GN_META_STATE_SIZE, &size);
    if (!err)
        err = gn_history_meta(&store->history, GN_META_STATE_CRC, &crc);
    if (err)
        return err;
    if (size == 0)
        return GN_ERR_NOT_FOUND;
    if (size < 0 || size > INT32_MAX)
        return GN_ERR_CORRUPT;
    uint8_t *bytes = gn_mem_take((size_t)size, "history: engine state as read");
    if (bytes == NULL)
        return GN_ERR_FULL;
    err = store_read_state(&store->history, bytes, (size_t)size);
    if (!err && gn_crc32(0, (gn_bytes){ bytes, (size_t)size }) != (uint32_t)crc)
        err = GN_ERR_CORRUPT;
    if (err) {
        gn_mem_give(bytes);
        return err;
    }
    *out_seq = (uint64_t)seq;
    *out_state = bytes;
    *out_size = (size_t)size;
    return GN_OK;
}
