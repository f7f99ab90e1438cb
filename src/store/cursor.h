/* SPDX-License-Identifier: Apache-2.0 */
/* store/cursor.h -- the readings of one numeric series in the order of their keys, one by one, wherever they are.
 *
 *      chunks in SQLite ─▶ sealed and open chunks in memory      one ascending sequence (store/head.h)
 *      late in SQLite   ┐
 *      late in memory   ┴─ laid over it; at the same key the one that arrived last counts (store/sample.h)
 *
 * Going up, a chunk that lies whole in the range with nothing laid over it may be taken by its summary: then it
 * is not opened, nor is its blob read. Cost: about 10 ns a reading that is decoded, 1 us a chunk that is not. */
#ifndef GN_STORE_CURSOR_H
#define GN_STORE_CURSOR_H

#include "store/sample.h"
#include "store/store_int.h"

/* What is known of a chunk that is not opened. */
struct gn_cursor_chunk {
    int64_t time_min;
    int64_t time_max;
    uint64_t count;
    bool finite; /* else of the values nothing is known */
    double min, max, sum, first, last;
};
/* True: taken, go on behind it. False: open it. */
typedef bool gn_cursor_take(void *ctx, const struct gn_cursor_chunk *chunk);

struct gn_cursor {
    struct gn_store_reader *reader;
    bool down;            /* greatest key first */
    gn_cursor_take *take; /* NULL: chunks are opened; set it before the first step, and only going up */
    void *take_ctx;

    /* private */
    bool has_row; /* the chunk statement stands on a row that is not opened yet */
    bool chunks_done;
    uint32_t block_at, block_count; /* of reader->block; counted from the end that comes first */
    size_t memory_at, memory_count; /* of reader->memory; likewise */
    size_t late_at, late_count;     /* of reader->late; likewise */
    bool has_late_row, late_rows_done;
    struct gn_span span;
    struct gn_sample late_row;
};

/* Begins a query: NOT_FOUND: no such series; BUSY: a query runs already. After GN_OK gn_cursor_close is owed. */
GN_MUST_USE gn_err gn_cursor_open(struct gn_store_reader *reader, const struct gn_span *span, bool down,
                                  struct gn_cursor *out);
/* *out_any is false at the end. A damaged chunk is counted and passed over. */
GN_MUST_USE gn_err gn_cursor_next(struct gn_cursor *cursor, struct gn_sample *out, bool *out_any);
void gn_cursor_close(struct gn_cursor *cursor);

#endif
