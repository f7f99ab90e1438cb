/* SPDX-License-Identifier: Apache-2.0 */
#include "store/head.h"

#include <assert.h>

#include "base/mem.h"

enum { HEAD_BLOCKS = GN_SERIES_MAX + GN_CHUNKS_WAITING_MAX };

gn_err gn_heads_init(struct gn_heads *heads, pthread_mutex_t *mutex)
{
    struct gn_heads made = { .mutex = mutex, .waiting_capacity = GN_CHUNKS_WAITING_MAX };
    made.rows = gn_mem_take(GN_SERIES_MAX * sizeof *made.rows, "history: series");
    made.blocks = gn_mem_take((size_t)HEAD_BLOCKS * GN_HEAD_READINGS * sizeof *made.blocks, "history: newest readings");
    made.free = gn_mem_take(HEAD_BLOCKS * sizeof *made.free, "history: free blocks");
    made.waiting = gn_mem_take(GN_CHUNKS_WAITING_MAX * sizeof *made.waiting, "history: sealed chunks");
    if (made.rows == NULL || made.blocks == NULL || made.free == NULL || made.waiting == NULL) {
        gn_heads_fini(&made);
        return GN_ERR_FULL;
    }
    *heads = made;
    return GN_OK;
}

void gn_heads_fini(struct gn_heads *heads)
{
    gn_mem_give(heads->rows);
    gn_mem_give(heads->blocks);
    gn_mem_give(heads->free);
    gn_mem_give(heads->waiting);
    *heads = (struct gn_heads){ 0 };
}

static struct gn_point *heads_take_block_lkd(struct gn_heads *heads)
{
    uint32_t block = heads->fresh;
    if (heads->free_count > 0)
        block = heads->free[--heads->free_count];
    else
        heads->fresh++;
    assert(block < HEAD_BLOCKS); /* one for each series and for each that waits: it cannot run out */
    return heads->blocks + (size_t)block * GN_HEAD_READINGS;
}

static gn_err heads_seal_lkd(struct gn_heads *heads, uint32_t series)
{
    struct gn_head *head = &heads->rows[series];
    if (heads->waiting_count >= heads->waiting_capacity)
        return GN_ERR_FULL;
    heads->waiting[heads->waiting_count++] =
        (struct gn_sealed){ head->points, head->base_seq, series,
                            atomic_load_explicit(&head->count, memory_order_relaxed) };
    if (head->saved_row != 0) {
        assert(head->stale_row == 0); /* a chunk gets a row only at a checkpoint, which clears this */
        head->stale_row = head->saved_row;
    }
    head->saved_row = 0;
    head->saved_count = 0;
    head->points = NULL;
    atomic_store_explicit(&head->count, 0, memory_order_relaxed);
    return GN_OK;
}

/* Rare: once a chunk. */
static gn_err heads_begin_chunk(struct gn_heads *heads, uint32_t series, uint64_t seq)
{
    struct gn_head *head = &heads->rows[series];
    gn_err err = GN_OK;
    pthread_mutex_lock(heads->mutex);
    if (head->points != NULL)
        err = heads_seal_lkd(heads, series);
    if (!err) {
        head->points = heads_take_block_lkd(heads);
        head->base_seq = seq;
    }
    pthread_mutex_unlock(heads->mutex);
    return err;
}

bool gn_head_follows(const struct gn_head *head, const struct gn_point *point)
{
    if (!head->has_newest || point->time_ms > head->newest_ms)
        return true;
    return point->time_ms == head->newest_ms && gn_quality_is_stamped(point->quality);
}

gn_err gn_heads_put(struct gn_heads *heads, uint32_t series, uint64_t seq, const struct gn_point *point)
{
    struct gn_head *head = &heads->rows[series];
    assert(gn_head_follows(head, point));
    uint32_t count = atomic_load_explicit(&head->count, memory_order_relaxed);
    if (head->points == NULL || count == GN_HEAD_READINGS || seq - head->base_seq > UINT32_MAX) {
        gn_err err = heads_begin_chunk(heads, series, seq);
        if (err)
            return err;
        count = 0;
    }
    struct gn_point *to = &head->points[count];
    *to = *point;
    to->seq_delta = (uint32_t)(seq - head->base_seq);
    atomic_store_explicit(&head->count, count + 1, memory_order_release);
    head->newest_ms = point->time_ms;
    head->has_newest = true;
    return GN_OK;
}

void gn_heads_clear_waiting_lkd(struct gn_heads *heads)
{
    for (uint32_t i = 0; i < heads->waiting_count; i++) {
        const size_t at = (size_t)(heads->waiting[i].points - heads->blocks);
        heads->free[heads->free_count++] = (uint32_t)(at / GN_HEAD_READINGS);
    }
    heads->waiting_count = 0;
}
