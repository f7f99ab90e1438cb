/* SPDX-License-Identifier: Apache-2.0 */
/* store/history_db.h -- DIR/history.db: its tables, its statements, and what SQLite's answers mean to us.
 *
 *   meta     key, value                              numbers by gn_meta_key
 *   thing    id, record                              as of the last checkpoint; record = thing/record.h
 *   series   id, record
 *   chunk    id, series, time_min, time_max, count, seq_min, seq_max, value_min, value_max, value_sum,
 *            value_first, value_last, blob           store/chunk.h; values NULL when not all are finite
 *   late     series, time, stamp, seq, quality, value     store/late.h; (series, time, stamp) is unique; value as
 *                                                    an integer of the same bits: SQLite has no NaN
 *   tier     series, step, time, count, min, max, sum, first, last, unusual, first_ms, last_ms     store/tier.h
 *   text     id, series, time, stamp, seq, quality, text       (series, time, stamp) is unique
 *   output   id, name, kind, thing, state, time, seq, change, json      (name, kind) is unique
 *   state    part, bytes                             the engine's state, cut into parts
 *
 * Ids of chunk and text only grow, so "everything beyond the checkpoint" is "every id beyond the one the
 * checkpoint noted". WAL, synchronous=NORMAL: a power cut may lose the newest transactions, never half of
 * one; a checkpoint is made durable by itself. A late or text reading that replaces an older one may do so before
 * the checkpoint that has it: fed again, it says the same. What is deleted is overwritten (secure_delete), so that
 * nothing of it stays in the file. Private to the room. */
#ifndef GN_STORE_HISTORY_DB_H
#define GN_STORE_HISTORY_DB_H

#include <sqlite3.h>

#include "base/bytes.h"

enum { GN_HISTORY_PAGE_BYTES = 8192 };

typedef enum gn_meta_key {
    GN_META_CHECKPOINT_SEQ = 1,
    GN_META_CHUNK_ID,      /* greatest, at the checkpoint */
    GN_META_TEXT_ID,       /* greatest, at the checkpoint */
    GN_META_READING_COUNT, /* at the checkpoint */
    GN_META_CHUNK_COUNT,   /* at the checkpoint */
    GN_META_STATE_SEQ,
    GN_META_STATE_SIZE,
    GN_META_STATE_CRC,
} gn_meta_key;

/* Each connection prepares all statements of its side once. */
enum gn_write_statement {
    GN_W_BEGIN,
    GN_W_COMMIT,
    GN_W_META_GET,
    GN_W_META_PUT,
    GN_W_CHUNK_PUT,
    GN_W_CHUNK_DROP,
    GN_W_NEWEST,
    GN_W_LATE_PUT,
    GN_W_LATE_SERIES,
    GN_W_LATE_FIRST,
    GN_W_LATE_ROWS,
    GN_W_LATE_DROP,
    GN_W_CHUNK_BEFORE,
    GN_W_CHUNK_AFTER,
    GN_W_CHUNK_LIST,
    GN_W_CHUNK_BLOB,
    GN_W_CHUNK_OLDEST,
    GN_W_TIER_PUT,
    GN_W_TIER_UNUSUAL,
    GN_W_TIER_ROWS,
    GN_W_TIER_DROP,
    GN_W_FINDINGS,
    GN_W_TEXT_EXPIRE,
    GN_W_TEXT_PUT,
    GN_W_THING_PUT,
    GN_W_SERIES_PUT,
    GN_W_THINGS,
    GN_W_SERIES,
    GN_W_OUTPUT_PUT,
    GN_W_OUTPUT_CHANGE,
    GN_W_STATE_PUT,
    GN_W_STATE_DROP,
    GN_W_STATE_PARTS,
    GN_W_PAGES,
    GN_W_FREE_PAGES,
    GN_W_COUNT
};

enum gn_read_statement {
    GN_R_BEGIN,
    GN_R_TOUCH, /* the first read of a transaction fixes what it sees */
    GN_R_END,
    GN_R_CHUNKS_UP,
    GN_R_CHUNKS_DOWN,
    GN_R_LATE_UP,
    GN_R_LATE_DOWN,
    GN_R_TIERS,
    GN_R_TEXTS,
    GN_R_TEXT_KEY,
    GN_R_TEXT_COUNT,
    GN_R_TEXT_SKIP,
    GN_R_COUNT
};

_Static_assert((int)GN_R_COUNT <= (int)GN_W_COUNT, "one array serves both sides");

extern const char *const gn_write_sql[GN_W_COUNT];
extern const char *const gn_read_sql[GN_R_COUNT];

struct gn_history {
    sqlite3 *db;
    sqlite3_stmt *statements[(int)GN_W_COUNT]; /* of either side */
};

enum { GN_HISTORY_APPLICATION_ID = 0x474e474c /* "GNGL" */, GN_HISTORY_VERSION = 3 };
/* The tables of a new history, as SQL. */
extern const char *const gn_history_schema;
extern const char *const gn_history_tier_schema; /* of one of them */

/* Opens for writing, making the file (mode 0600) and its tables if need be. The diag says what to do. */
GN_MUST_USE gn_err gn_history_open_writer(struct gn_history *history, const char *path, struct gn_diag *diag);
GN_MUST_USE gn_err gn_history_open_reader(struct gn_history *history, const char *path);
void gn_history_close(struct gn_history *history);

/* What a result code means. SQLITE_OK, ROW and DONE are GN_OK. */
gn_err gn_history_err(struct gn_history *history, int rc);
/* Runs a bound statement that answers no rows, and resets it. */
GN_MUST_USE gn_err gn_history_run(struct gn_history *history, int statement);
/* Steps to a row, or to the end (and resets). */
GN_MUST_USE gn_err gn_history_row(struct gn_history *history, int statement, bool *out_is_row);
void gn_history_reset(struct gn_history *history, int statement);
GN_MUST_USE gn_err gn_history_exec(struct gn_history *history, const char *sql);

/* What GN_W_PAGES or GN_W_FREE_PAGES says, in bytes. */
bool gn_history_bytes(struct gn_history *history, int statement, uint64_t *out);
/* 0 when it was never set. */
GN_MUST_USE gn_err gn_history_meta(struct gn_history *history, gn_meta_key key, int64_t *out);
GN_MUST_USE gn_err gn_history_meta_put(struct gn_history *history, gn_meta_key key, int64_t value);

/* A bound text may be empty but not NULL. */
static inline void gn_history_bind_str(sqlite3_stmt *statement, int index, gn_str text)
{
    (void)sqlite3_bind_text(statement, index, text.size > 0 ? text.at : "", (int)text.size, SQLITE_STATIC);
}

static inline gn_str gn_history_str(sqlite3_stmt *statement, int column)
{
    const char *at = (const char *)sqlite3_column_text(statement, column); /* text before bytes: as SQLite asks */
    return (gn_str){ at, at != NULL ? (size_t)sqlite3_column_bytes(statement, column) : 0 };
}

#endif
