/* SPDX-License-Identifier: Apache-2.0 */
/* store/head.h -- the newest readings, in memory: one open chunk a series, and sealed ones that wait.
 *
 *      series 41 ─▶ head ─▶ [points . . . . ]  full ─▶ waiting ─flush▶ SQLite, block back to the pool
 *
 * One pool of blocks of GN_HEAD_READINGS points for both; a series gets a block at its first reading, a block
 * given back is the first to be used again, and what was never used was never touched: 60 series
 * cost 400 KiB, though the plan is 120 MiB.
 *
 * A checkpoint writes an open chunk to SQLite and goes on filling it: `saved_row` is its row so far, which the
 * next checkpoint replaces. Sealed in between, the row becomes `stale_row`: still needed if the machine
 * stops before the next checkpoint, but not to be shown, since the full chunk has the same readings.
 *
 * Only what follows goes in here: keys of a series (store/sample.h) ascend over all its chunks, and what comes
 * late goes another way (store/late.h).
 *
 * Threads: the history thread calls put, which takes the lock only once a chunk; below `count` nothing of a
 * block changes any more, so a reader that has the lock may read up to there. All the rest: with the lock. */
#ifndef GN_STORE_HEAD_H
#define GN_STORE_HEAD_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/chunk.h"
#include "store/sample.h"

struct gn_head {
    _Alignas(64) struct gn_point *points; /* NULL: no open chunk */
    uint64_t base_seq;
    int64_t saved_row; /* 0 = none */
    int64_t stale_row; /* 0 = none */
    _Atomic uint32_t count;
    uint32_t saved_count; /* of the points, how many saved_row has */
    bool has_newest;
    uint8_t kind;        /* gn_series_kind */
    int64_t newest_ms;   /* if has_newest: of all that went into chunks; history thread only */
    int64_t replaced_ms; /* a reading of that time has been replaced by a late one */
};
_Static_assert(sizeof(struct gn_head) == 64, "one cache line a series");

struct gn_sealed {
    struct gn_point *points;
    uint64_t base_seq;
    uint32_t series;
    uint32_t count;
};

struct gn_heads {
    pthread_mutex_t *mutex; /* the store's */
    struct gn_head *rows;   /* GN_SERIES_MAX */
    struct gn_point *blocks;
    uint32_t *free; /* stack of blocks that were given back */
    uint32_t free_count;
    uint32_t fresh;            /* blocks from here on were never used */
    struct gn_sealed *waiting; /* oldest first */
    uint32_t waiting_count;
    uint32_t waiting_capacity; /* GN_CHUNKS_WAITING_MAX; less in tests */
};

GN_MUST_USE gn_err gn_heads_init(struct gn_heads *heads, pthread_mutex_t *mutex); /* FULL: no memory */
void gn_heads_fini(struct gn_heads *heads);

/* Does the reading come after all that went into chunks of its series? Else it is late (store/late.h). */
bool gn_head_follows(const struct gn_head *head, const struct gn_point *point);
/* A reading that follows. FULL, and nothing is taken: the chunk is to be sealed and there is no room for it before
 * a flush. */
GN_MUST_USE gn_err gn_heads_put(struct gn_heads *heads, uint32_t series, uint64_t seq, const struct gn_point *point);
/* After a flush: the blocks of all that waited go back. */
void gn_heads_clear_waiting_lkd(struct gn_heads *heads);

#endif
