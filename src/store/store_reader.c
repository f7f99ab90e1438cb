/* SPDX-License-Identifier: Apache-2.0 */
/* store/store_reader.c -- what every query begins and ends with; things, series and the status. */
#include <assert.h>

#include "base/mem.h"
#include "store/store_int.h"

gn_err gn_store_reader_open(struct gn_store *store, struct gn_store_reader **out)
{
    struct gn_store_reader *reader = gn_mem_take(sizeof *reader, "history: reader");
    if (reader == NULL)
        return GN_ERR_FULL;
    reader->store = store;
    reader->memory_capacity = 2 * GN_HEAD_READINGS;
    reader->late_capacity = GN_HEAD_READINGS;
    reader->memory =
        gn_mem_take(reader->memory_capacity * sizeof *reader->memory, "history: newest readings of a query");
    reader->late = gn_mem_take(reader->late_capacity * sizeof *reader->late, "history: newest readings of a query");
    reader->found = gn_mem_take(GN_QUERY_READINGS_MAX * sizeof *reader->found, "history: readings of a query");
    gn_err err = reader->memory == NULL || reader->late == NULL || reader->found == NULL
                     ? GN_ERR_FULL
                     : gn_history_open_reader(&reader->history, store->path);
    if (err) {
        gn_store_reader_close(reader);
        return err;
    }
    *out = reader;
    return GN_OK;
}

void gn_store_reader_close(struct gn_store_reader *reader)
{
    if (reader == NULL)
        return;
    gn_history_close(&reader->history);
    gn_mem_give(reader->memory);
    gn_mem_give(reader->late);
    gn_mem_give(reader->found);
    gn_mem_give(reader->values);
    gn_mem_give(reader->buckets);
    gn_mem_give(reader->texts);
    gn_mem_give(reader);
}

/* --- a query's beginning and end ------------------------------------------------------------------- */

bool gn_span_of(uint32_t series, int64_t from_ms, int64_t to_ms, struct gn_span *out)
{
    if (to_ms <= from_ms)
        return false;
    /* The end of time itself is a time too: without an end, it is included. */
    *out = (struct gn_span){ series, from_ms, to_ms == INT64_MAX ? INT64_MAX : to_ms - 1 };
    return true;
}

gn_err gn_snapshot_begin_lkd(struct gn_store_reader *reader, uint32_t series, struct gn_snapshot *out)
{
    const struct gn_store *store = reader->store;
    struct gn_history *history = &reader->history;
    bool is_row = false;
    if (series >= store->registry.series_count)
        return GN_ERR_NOT_FOUND;
    if (reader->busy)
        return GN_ERR_BUSY;
    gn_err err = gn_history_run(history, GN_R_BEGIN);
    if (err)
        return err;
    err = gn_history_row(history, GN_R_TOUCH, &is_row);
    if (err) {
        GN_IGNORE(gn_history_run(history, GN_R_END), "nothing was read yet");
        return err;
    }
    gn_history_reset(history, GN_R_TOUCH);
    const struct gn_head *head = &store->heads.rows[series];
    *out = (struct gn_snapshot){ head->kind, head->saved_row, head->stale_row };
    reader->busy = true;
    return GN_OK;
}

void gn_snapshot_end(struct gn_store_reader *reader)
{
    assert(reader->busy);
    reader->busy = false;
    GN_IGNORE(gn_history_run(&reader->history, GN_R_END), "a read transaction has nothing to lose");
}

gn_err gn_snapshot_decode(struct gn_store_reader *reader, gn_bytes blob, uint32_t *out_count, uint64_t *out_base_seq)
{
    gn_err err = gn_chunk_decode(blob, reader->points, out_count, out_base_seq);
    if (err)
        atomic_fetch_add(&reader->store->damaged_count, 1);
    return err;
}

/* --- Things and series: copied out one by one, so that `each` may take its time and ask more ------- */

gn_err gn_store_things(struct gn_store_reader *reader, gn_thing_each *each, void *ctx)
{
    struct gn_store *store = reader->store;
    for (uint32_t i = 0;; i++) {
        struct gn_thing thing;
        pthread_mutex_lock(&store->mutex);
        const bool there = i < store->registry.thing_count;
        if (there)
            thing = store->registry.things[i];
        pthread_mutex_unlock(&store->mutex);
        if (!there || !each(ctx, i, &thing))
            return GN_OK;
    }
}

gn_err gn_store_series(struct gn_store_reader *reader, uint32_t thing, gn_series_each *each, void *ctx)
{
    struct gn_store *store = reader->store;
    uint32_t index = GN_NONE;
    pthread_mutex_lock(&store->mutex);
    const bool known = thing < store->registry.thing_count;
    if (known)
        index = store->registry.things[thing].series_first;
    pthread_mutex_unlock(&store->mutex);
    while (index != GN_NONE) {
        pthread_mutex_lock(&store->mutex);
        const struct gn_series series = store->registry.series[index];
        pthread_mutex_unlock(&store->mutex);
        if (!each(ctx, index, &series))
            break;
        index = series.next;
    }
    return known ? GN_OK : GN_ERR_NOT_FOUND;
}

gn_err gn_store_find_thing(struct gn_store_reader *reader, gn_str id, uint32_t *out_thing, struct gn_thing *out)
{
    struct gn_store *store = reader->store;
    uint32_t thing = GN_NONE;
    pthread_mutex_lock(&store->mutex);
    const bool found = gn_registry_thing(&store->registry, id, &thing);
    if (found) {
        *out_thing = thing;
        *out = store->registry.things[thing];
    }
    pthread_mutex_unlock(&store->mutex);
    return found ? GN_OK : GN_ERR_NOT_FOUND;
}

gn_err gn_store_find_series(struct gn_store_reader *reader, uint32_t thing, gn_str property, uint32_t *out_series,
                            struct gn_series *out)
{
    struct gn_store *store = reader->store;
    uint32_t series = GN_NONE;
    pthread_mutex_lock(&store->mutex);
    const bool found = gn_registry_series(&store->registry, thing, property, &series);
    if (found) {
        *out_series = series;
        *out = store->registry.series[series];
    }
    pthread_mutex_unlock(&store->mutex);
    return found ? GN_OK : GN_ERR_NOT_FOUND;
}

void gn_store_stats(struct gn_store_reader *reader, struct gn_store_stats *out)
{
    struct gn_store *store = reader->store;
    *out = (struct gn_store_stats){ .reading_count = atomic_load(&store->reading_count),
                                    .chunk_count = atomic_load(&store->chunk_count),
                                    .damaged_count = atomic_load(&store->damaged_count),
                                    .database_bytes = atomic_load(&store->database_bytes),
                                    .free_bytes = atomic_load(&store->free_bytes),
                                    .followed_seq = atomic_load(&store->followed_seq),
                                    .checkpoint_seq = atomic_load(&store->checkpoint_seq) };
}
