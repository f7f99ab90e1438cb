/* SPDX-License-Identifier: Apache-2.0 */
/* store/store_int.h -- what the files of the history share. Not for other rooms.
 *
 *      history thread                    lock                     any thread, each its own reader
 *      put ─▶ heads, texts   ───────────────────────────────▶  looks at memory and starts its SQLite
 *      flush: COMMIT and forget what waited, in one piece       snapshot, in one piece; then reads rows
 *
 * One mutex. With it are done: sealing a chunk, COMMIT together with what it changes in memory, changes of the
 * registry, and the start of a query. So a query sees each reading either in memory or in SQLite, never in
 * both and never in neither. It is never held while rows are read or a caller's function runs. */
#ifndef GN_STORE_STORE_INT_H
#define GN_STORE_STORE_INT_H

#include "store/head.h"
#include "store/history_db.h"
#include "store/late.h"
#include "store/sample.h"
#include "store/store.h"
#include "store/text.h"

enum { GN_STORE_PATH_BYTES = 512, GN_OUTPUT_KIND_BYTES_MAX = 32 };

/* The engine's state, from put_state to the flush that writes it. */
struct gn_store_state {
    uint8_t *bytes;
    size_t capacity;
    size_t size;
    uint64_t seq;
    bool waits;
};

struct gn_store {
    pthread_mutex_t mutex;
    char path[GN_STORE_PATH_BYTES];
    struct gn_history history; /* history thread */
    struct gn_heads heads;
    struct gn_texts texts;
    struct gn_lates lates;       /* mutex */
    struct gn_registry registry; /* mutex */

    /* history thread only */
    uint8_t *outputs; /* GN_OUTPUTS_WAITING_BYTES, entries one behind the other */
    size_t output_bytes;
    struct gn_store_state state;
    bool *thing_changed; /* GN_THINGS_MAX: since the last checkpoint */
    uint32_t series_saved;
    struct gn_tidy *tidy;
    struct gn_retention_rules keep;
    int64_t wall_ms;  /* INT64_MIN: not said */
    int64_t ahead_ms; /* the greatest time of all readings */
    int64_t chunk_id; /* the greatest in use */
    int64_t text_id;
    uint64_t change;
    int wal_pages;

    /* written by the history thread, read by anybody */
    _Atomic uint64_t followed_seq;
    _Atomic uint64_t checkpoint_seq;
    _Atomic uint64_t reading_count;
    _Atomic uint64_t chunk_count;
    _Atomic uint64_t database_bytes;
    _Atomic uint64_t free_bytes;
    _Atomic uint64_t last_change;
    _Atomic uint64_t damaged_count; /* by readers too */
};

struct gn_store_reader {
    struct gn_store *store;
    struct gn_history history;
    bool busy; /* a query runs: its callback may not start another one here */
    struct gn_point points[GN_CHUNK_READINGS];
    struct gn_sample block[GN_CHUNK_READINGS]; /* the chunk at hand, in order */
    /* what was in memory when the query began; larger ones are taken when needed */
    struct gn_sample *memory, *late;
    size_t memory_capacity, late_capacity;
    struct gn_sample *found; /* GN_QUERY_READINGS_MAX */
    /* taken at the first use */
    struct gn_bucket *buckets; /* GN_QUERY_BUCKETS_MAX */
    double *values;            /* GN_QUERY_BUCKET_VALUES_MAX */
    uint8_t *texts;            /* what waited when the query began */
    size_t texts_size;
};

/* --- between the writer's files --- */

/* Binds and writes all outputs that wait; *out_change is the change number after them. */
gn_err gn_outputs_write(struct gn_store *store, uint64_t *out_change);

/* --- between the readers' files --- */

/* What a query looks for, in closed form: from_ms <= time <= until_ms. */
struct gn_span {
    uint32_t series;
    int64_t from_ms;
    int64_t until_ms;
};
/* False: nothing can lie in it. to_ms is exclusive. */
bool gn_span_of(uint32_t series, int64_t from_ms, int64_t to_ms, struct gn_span *out);

/* What series it is, and the rows that memory stands for: as of the start of the query. */
struct gn_snapshot {
    uint8_t kind;
    int64_t saved_row;
    int64_t stale_row;
};
/* Starts a query: fixes what SQLite shows. The caller has the lock, and looks at memory before giving it back.
 * NOT_FOUND: no such series. BUSY: a query runs already. After GN_OK gn_snapshot_end is owed. */
GN_MUST_USE gn_err gn_snapshot_begin_lkd(struct gn_store_reader *reader, uint32_t series, struct gn_snapshot *out);
void gn_snapshot_end(struct gn_store_reader *reader);
/* Decodes a blob into reader->points. CORRUPT is counted, and means: go on without it. */
GN_MUST_USE gn_err gn_snapshot_decode(struct gn_store_reader *reader, gn_bytes blob, uint32_t *out_count,
                                      uint64_t *out_base_seq);

/* NOT_FOUND: no such series. */
GN_MUST_USE gn_err gn_query_kind(struct gn_store_reader *reader, uint32_t series, uint8_t *out);

/* The text side of range, last and count (text.c). */
gn_err gn_text_range(struct gn_store_reader *reader, const struct gn_span *span, uint32_t limit, bool newest_first,
                     gn_reading_each *each, void *ctx);
gn_err gn_text_count(struct gn_store_reader *reader, const struct gn_span *span, uint64_t *out);

#endif
