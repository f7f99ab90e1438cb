/* SPDX-License-Identifier: Apache-2.0 */
#include "store/history_upgrade.h"

#include "store/chunk.h"
#include "store/chunk_row.h"
#include "store/sample.h"

/* The old tables go aside under another name; the indices would keep theirs. */
static const char upgrade_begin[] =
    "BEGIN IMMEDIATE;"
    "DROP INDEX chunk_by_time; DROP INDEX text_by_time; DROP INDEX output_by_time; DROP INDEX output_by_state;"
    "DROP INDEX output_by_change;"
    "ALTER TABLE meta RENAME TO old_meta; ALTER TABLE thing RENAME TO old_thing;"
    "ALTER TABLE series RENAME TO old_series; ALTER TABLE chunk RENAME TO old_chunk;"
    "ALTER TABLE text RENAME TO old_text; ALTER TABLE output RENAME TO old_output;"
    "ALTER TABLE state RENAME TO old_state; DROP TABLE span;";

static const char upgrade_copy[] =
    "INSERT INTO meta SELECT key, value FROM old_meta;"
    "INSERT INTO thing SELECT id, record FROM old_thing;"
    "INSERT INTO series SELECT id, record FROM old_series;"
    "INSERT OR REPLACE INTO text(id, series, time, stamp, seq, quality, text) SELECT id, series, time,"
    " CASE quality WHEN 1 THEN seq ELSE 0 END, seq, quality, text FROM old_text"
    " WHERE id <= ifnull((SELECT value FROM old_meta WHERE key = 3), 0) ORDER BY seq;"
    "INSERT INTO output SELECT id, name, kind, thing, state, time, seq, change, json FROM old_output;"
    "INSERT INTO state SELECT part, bytes FROM old_state;";

static const char upgrade_end[] =
    "DROP TABLE old_meta; DROP TABLE old_thing; DROP TABLE old_series; DROP TABLE old_chunk; DROP TABLE old_text;"
    "DROP TABLE old_output; DROP TABLE old_state;"
    "INSERT OR REPLACE INTO meta VALUES(5, (SELECT count(*) FROM chunk));"
    "PRAGMA user_version=3; COMMIT; PRAGMA auto_vacuum=INCREMENTAL; VACUUM;";

/* By series, and as they arrived. */
static const char upgrade_chunks[] = "SELECT id, series, blob FROM old_chunk WHERE id <= ifnull((SELECT value FROM"
                                     " old_meta WHERE key = 2), 0) ORDER BY series, seq_min, id";

struct upgrade {
    sqlite3_stmt *old;
    sqlite3_stmt *chunk_put;
    sqlite3_stmt *late_put;
    int64_t series; /* the one at hand */
    bool has_newest;
    struct gn_sample newest;
    struct gn_point points[GN_CHUNK_READINGS];
    struct gn_point kept[GN_CHUNK_READINGS];
};

static int upgrade_late(struct upgrade *upgrade, const struct gn_sample *sample)
{
    gn_late_bind(upgrade->late_put, (uint32_t)upgrade->series, sample);
    const int rc = sqlite3_step(upgrade->late_put);
    (void)sqlite3_reset(upgrade->late_put);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* What follows stays a chunk under its id; the rest becomes late. */
static int upgrade_chunk(struct upgrade *upgrade, int64_t id, uint32_t count, uint64_t base_seq)
{
    uint32_t kept = 0;
    uint64_t kept_seq = 0;
    int rc = SQLITE_OK;
    for (uint32_t i = 0; rc == SQLITE_OK && i < count; i++) {
        const struct gn_point *point = &upgrade->points[i];
        const struct gn_sample sample = { point->time_ms, base_seq + point->seq_delta, point->value, point->quality };
        if (upgrade->has_newest && gn_sample_order(&upgrade->newest, &sample) >= 0) {
            rc = upgrade_late(upgrade, &sample);
            continue;
        }
        upgrade->newest = sample;
        upgrade->has_newest = true;
        if (kept == 0)
            kept_seq = sample.seq;
        upgrade->kept[kept] = *point;
        upgrade->kept[kept++].seq_delta = (uint32_t)(sample.seq - kept_seq);
    }
    if (rc != SQLITE_OK || kept == 0)
        return rc;
    uint8_t blob[GN_CHUNK_BLOB_BYTES_MAX];
    gn_chunk_row_bind(upgrade->chunk_put, id, (uint32_t)upgrade->series, upgrade->kept, kept, kept_seq, blob);
    rc = sqlite3_step(upgrade->chunk_put);
    (void)sqlite3_reset(upgrade->chunk_put);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int upgrade_run(struct upgrade *upgrade)
{
    int rc;
    while ((rc = sqlite3_step(upgrade->old)) == SQLITE_ROW) {
        const int64_t series = sqlite3_column_int64(upgrade->old, 1);
        const void *at = sqlite3_column_blob(upgrade->old, 2);
        const gn_bytes blob = { at, at != NULL ? (size_t)sqlite3_column_bytes(upgrade->old, 2) : 0 };
        uint32_t count = 0;
        uint64_t base_seq = 0;
        if (series != upgrade->series)
            upgrade->has_newest = false;
        upgrade->series = series;
        if (gn_chunk_decode(blob, upgrade->points, &count, &base_seq) != GN_OK)
            continue;
        const int put = upgrade_chunk(upgrade, sqlite3_column_int64(upgrade->old, 0), count, base_seq);
        if (put != SQLITE_OK)
            return put;
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

gn_err gn_history_upgrade_1(struct gn_history *history)
{
    static struct upgrade upgrade; /* large; a process opens one history at a time, and before it has threads */
    upgrade = (struct upgrade){ .series = -1 };
    gn_err err = gn_history_exec(history, upgrade_begin);
    if (!err)
        err = gn_history_exec(history, gn_history_schema);
    if (!err)
        err = gn_history_exec(history, upgrade_copy);
    if (!err) {
        int rc = sqlite3_prepare_v2(history->db, upgrade_chunks, -1, &upgrade.old, NULL);
        if (rc == SQLITE_OK)
            rc = sqlite3_prepare_v2(history->db, gn_write_sql[GN_W_CHUNK_PUT], -1, &upgrade.chunk_put, NULL);
        if (rc == SQLITE_OK)
            rc = sqlite3_prepare_v2(history->db, gn_write_sql[GN_W_LATE_PUT], -1, &upgrade.late_put, NULL);
        if (rc == SQLITE_OK)
            rc = upgrade_run(&upgrade);
        err = gn_history_err(history, rc);
    }
    (void)sqlite3_finalize(upgrade.old);
    (void)sqlite3_finalize(upgrade.chunk_put);
    (void)sqlite3_finalize(upgrade.late_put);
    if (!err)
        err = gn_history_exec(history, upgrade_end);
    if (err && sqlite3_get_autocommit(history->db) == 0)
        GN_IGNORE(gn_history_exec(history, "ROLLBACK"), "the first failure is the one to tell");
    return err;
}

gn_err gn_history_upgrade_2(struct gn_history *history)
{
    gn_err err = gn_history_exec(history, "BEGIN IMMEDIATE");
    if (!err)
        err = gn_history_exec(history, gn_history_tier_schema);
    if (!err)
        err = gn_history_exec(history, "PRAGMA user_version=3; COMMIT");
    if (err && sqlite3_get_autocommit(history->db) == 0)
        GN_IGNORE(gn_history_exec(history, "ROLLBACK"), "the first failure is the one to tell");
    return err;
}
