/* SPDX-License-Identifier: Apache-2.0 */
/* store/store.h -- what can be asked of the past: readings, and what the engine said of them.
 *
 *   journal ──records──▶ follow ──▶ heads (memory, one open chunk a series)
 *                                     │ sealed at GN_HEAD_READINGS; written as it is at a checkpoint
 *                                     ▼
 *                                  DIR/history.db (SQLite, WAL):  chunk, text, output, state
 *
 * The store is a view: everything in it can be made again from the journal. `checkpoint` says up to which
 * record it is complete on disk; at open everything that a crash left beyond it is deleted, and the caller
 * feeds the journal from there again. So nothing is counted twice and nothing is missing.
 *
 * An *output* is what the engine says, as one JSON object: kind (finding, alarm, decision, action, receipt),
 * id, Thing, time, state. Saying it again with the same kind and id replaces it; the row keeps the newest.
 *
 * Threads: one writer (history thread) calls the gn_store_put_/checkpoint functions. Queries may come from any
 * thread through a struct gn_store_reader of its own; they see every reading the writer has followed. */
#ifndef GN_STORE_STORE_H
#define GN_STORE_STORE_H

#include "base/buf.h"
#include "thing/record.h"
#include "thing/registry.h"

struct gn_store;        /* opaque; the writer */
struct gn_store_reader; /* opaque; one thread each */

GN_MUST_USE gn_err gn_store_open(const char *dir, struct gn_store **out, struct gn_diag *diag);
void gn_store_close(struct gn_store *store); /* without a checkpoint; NULL is fine */

/* The journal is to be fed again from here: seq after the last checkpointed record (1 when new). */
uint64_t gn_store_next_seq(const struct gn_store *store);

/* Things and series as of the last checkpoint, as THING and SERIES records in order, so that a registry
 * can be built without the whole journal. */
GN_MUST_USE gn_err gn_store_each_registry(struct gn_store *store,
                                          void (*each)(void *ctx, const struct gn_record_head *record), void *ctx);

/* --- writer: the history thread --- */

/* Follows one record: READING, TEXT, THING, SERIES are kept; others only move the position. The record must be
 * the one after the last (INVAL) and, once a checkpoint is taken, durable in the journal. FULL, and it is not
 * taken: flush first. CORRUPT: it does not follow from the records before. */
GN_MUST_USE gn_err gn_store_put_record(struct gn_store *store, const struct gn_record_head *record);

struct gn_output {
    const char *kind; /* "finding", "alarm", "decision", "action", "receipt", "description", "desired" */
    gn_str id;
    gn_str thing;    /* its id, or empty */
    gn_str state;    /* "open", "pending", "done" ...: what lists filter by */
    int64_t time_ms; /* of the latest change */
    uint64_t seq;    /* the record that caused it */
    gn_str json;
};
/* Seen by readers after the next flush. FULL: flush first. INVAL: a text is too long. Said again with nothing
 * new, or with an older seq than is known (catch-up after a restart), it changes nothing. */
GN_MUST_USE gn_err gn_store_put_output(struct gn_store *store, const struct gn_output *output);

/* Writes sealed chunks, texts, outputs and state to SQLite in one transaction. Call a few times a second.
 * NO_SPACE, BUSY: nothing is lost, call again later. */
GN_MUST_USE gn_err gn_store_flush(struct gn_store *store);
/* How many sealed chunks wait for a flush, of how many there is room for. */
size_t gn_store_pending(const struct gn_store *store, size_t *out_capacity);
/* How long what is kept, of one series. Ages count from the wall clock; 0 = no limit (raw) or no such tier. */
struct gn_retention {
    int64_t raw_ms;     /* readings as they came; older ones become rows of the first tier there is, or nothing */
    int64_t minutes_ms; /* INT64_MAX: for ever */
    int64_t hours_ms;
    int64_t days_ms;
};
struct gn_retention_rules {
    void (*of)(void *ctx, gn_str thing, gn_str property, struct gn_retention *out); /* called by the history thread */
    void *ctx;
    uint64_t bytes; /* of the history's file; beyond it what arrived first becomes a tier, or goes; 0 = no limit */
};
/* Before the first checkpoint; without it all is kept. Checkpoints see to it, some chunks at a time. */
void gn_store_keep(struct gn_store *store, const struct gn_retention_rules *rules);
/* What time it is: nothing has an age before this is said. A wall clock that runs far ahead of all readings is not
 * believed by more than a day. */
void gn_store_set_time(struct gn_store *store, int64_t wall_ms);
/* Of the history's file what is in use; as of the last flush. Any thread. */
uint64_t gn_store_bytes(const struct gn_store *store);

/* A flush that also writes the open chunks, the registry and the position, and is durable when it returns GN_OK:
 * afterwards the journal is needed only behind it. */
GN_MUST_USE gn_err gn_store_checkpoint(struct gn_store *store);

/* The engine's state as of a record: replaced as a whole, together with a flush. */
GN_MUST_USE gn_err gn_store_put_state(struct gn_store *store, uint64_t seq, gn_bytes state);
/* NOT_FOUND when there is none. *out_state is taken with gn_mem_take and becomes the caller's. */
GN_MUST_USE gn_err gn_store_get_state(struct gn_store *store, uint64_t *out_seq, uint8_t **out_state, size_t *out_size);

/* --- queries --- */

GN_MUST_USE gn_err gn_store_reader_open(struct gn_store *store, struct gn_store_reader **out);
void gn_store_reader_close(struct gn_store_reader *reader);

struct gn_reading {
    uint32_t series;
    int64_t time_ms;
    double value;
    uint64_t seq;
    uint8_t quality; /* gn_quality */
    gn_str text;     /* of a text series; valid during the call */
};
/* Return false to stop. */
typedef bool gn_reading_each(void *ctx, const struct gn_reading *reading);

struct gn_range {
    uint32_t series;
    int64_t from_ms;   /* inclusive */
    int64_t to_ms;     /* exclusive; INT64_MAX = no end */
    uint32_t limit;    /* 0, or more than GN_QUERY_READINGS_MAX = that many */
    bool newest_first; /* which end the limit keeps; always called in ascending time */
};

/* Readings of one series by time; at the same time first what the device dated, then what the node stamped as it
 * arrived. Of readings that the device dated the same the last to arrive is kept. NOT_FOUND: no such series. From
 * inside `each` no other query may be asked of the same reader (BUSY); Things and series may. */
GN_MUST_USE gn_err gn_store_range(struct gn_store_reader *reader, const struct gn_range *range, gn_reading_each *each,
                                  void *ctx);
/* The reading with the greatest time. NOT_FOUND when there is none. A text is added to `text` (may be NULL). */
GN_MUST_USE gn_err gn_store_last(struct gn_store_reader *reader, uint32_t series, struct gn_reading *out,
                                 struct gn_buf *text);
/* What held at a time: the last reading at or before it. */
GN_MUST_USE gn_err gn_store_as_of(struct gn_store_reader *reader, uint32_t series, int64_t time_ms,
                                  struct gn_reading *out, struct gn_buf *text);
GN_MUST_USE gn_err gn_store_count(struct gn_store_reader *reader, uint32_t series, int64_t from_ms, int64_t to_ms,
                                  uint64_t *out);

struct gn_bucket {
    int64_t time_ms; /* start; buckets are aligned to multiples of the step */
    uint64_t count;
    double min, max, mean, sum, first, last;
    double percentile; /* NaN unless it was asked for */
    double unusual;    /* evidence of findings that began in it, of what only tiers know any more */
};
typedef bool gn_bucket_each(void *ctx, const struct gn_bucket *bucket);
/* Readings that are not kept any more are in it by their tiers (store/tier.h): a row of a tier belongs to the bucket
 * it begins in. Empty buckets are left out. A bucket that covers whole chunks is answered from their summaries. FULL
 * when more than GN_QUERY_BUCKETS_MAX buckets have readings. INVAL: a text series, or a step below 1. */
GN_MUST_USE gn_err gn_store_downsample(struct gn_store_reader *reader, uint32_t series, int64_t from_ms, int64_t to_ms,
                                       int64_t step_ms, gn_bucket_each *each, void *ctx);
struct gn_steps {
    uint32_t series;
    int64_t from_ms;
    int64_t to_ms;
    int64_t step_ms;
};
/* The same with the exact percentile (0 to 100) of each bucket, interpolated as NumPy does; what is not finite is left
 * out of it. FULL also when a bucket has more than GN_QUERY_BUCKET_VALUES_MAX readings. */
GN_MUST_USE gn_err gn_store_percentiles(struct gn_store_reader *reader, const struct gn_steps *steps, double percent,
                                        gn_bucket_each *each, void *ctx);

/* At most range->limit readings (3 to GN_QUERY_PLOT_MAX) that look like all of them when drawn, first and last among
 * them. INVAL: another limit, or a text series. FULL: too many readings for so few points. */
GN_MUST_USE gn_err gn_store_plot(struct gn_store_reader *reader, const struct gn_range *range, gn_reading_each *each,
                                 void *ctx);

struct gn_output_query {
    const char *kind;      /* NULL = all */
    gn_str id;             /* one, or empty = all */
    gn_str thing;          /* empty = all */
    gn_str state;          /* empty = all */
    int64_t from_ms;       /* by time of the latest change, inclusive */
    int64_t to_ms;         /* exclusive; 0 or INT64_MAX = no end */
    uint64_t after_change; /* only rows changed after this number, in the order of change: for following; 0 =
                              all, in the order of time */
    uint32_t limit;        /* 0 = all */
    bool newest_first;
};
/* `change` grows with every put: remember the greatest to follow. */
typedef bool gn_output_each(void *ctx, const struct gn_output *output, uint64_t change);
GN_MUST_USE gn_err gn_store_outputs(struct gn_store_reader *reader, const struct gn_output_query *query,
                                    gn_output_each *each, void *ctx);
uint64_t gn_store_last_change(struct gn_store_reader *reader);

/* Things and series as the store knows them now. The pointers are valid during the call. */
typedef bool gn_thing_each(void *ctx, uint32_t index, const struct gn_thing *thing);
typedef bool gn_series_each(void *ctx, uint32_t index, const struct gn_series *series);
GN_MUST_USE gn_err gn_store_things(struct gn_store_reader *reader, gn_thing_each *each, void *ctx);
GN_MUST_USE gn_err gn_store_series(struct gn_store_reader *reader, uint32_t thing, gn_series_each *each, void *ctx);
GN_MUST_USE gn_err gn_store_find_thing(struct gn_store_reader *reader, gn_str id, uint32_t *out_thing,
                                       struct gn_thing *out);
GN_MUST_USE gn_err gn_store_find_series(struct gn_store_reader *reader, uint32_t thing, gn_str property,
                                        uint32_t *out_series, struct gn_series *out);

struct gn_store_stats {
    uint64_t reading_count; /* followed so far, with those that a later one replaced */
    uint64_t chunk_count;   /* rows in SQLite */
    uint64_t damaged_count; /* how often a query had to leave out a damaged chunk */
    uint64_t database_bytes;
    uint64_t free_bytes; /* of these, what can be used again */
    uint64_t followed_seq;
    uint64_t checkpoint_seq;
};
void gn_store_stats(struct gn_store_reader *reader, struct gn_store_stats *out);

#endif
