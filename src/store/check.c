/* SPDX-License-Identifier: Apache-2.0 */
#include "store/check.h"

#include <stdio.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "store/chunk.h"
#include "store/history_db.h"
#include "store/sample.h"

enum { CHECK_PATH_BYTES = 512, CHECK_WORDS_BYTES = 160, CHECK_TELL_CHUNKS = 256 };

enum check_column {
    CHECK_ID,
    CHECK_SERIES,
    CHECK_COUNT,
    CHECK_NUMBERS, /* time_min, time_max, count, seq_min, seq_max */
    CHECK_VALUES = CHECK_NUMBERS + 4,
    CHECK_BLOB = CHECK_VALUES + 5,
    CHECK_KNOWN,  /* its series has a row: written at a checkpoint */
    CHECK_BEYOND, /* the checkpoint does not stand for it yet */
};

/* In the order of time; those beyond the checkpoint stand beside the ones they replace. */
static const char check_chunks[] =
    "SELECT id, series, count, time_min, time_max, seq_min, seq_max, value_min, value_max, value_sum, value_first,"
    " value_last, blob, EXISTS(SELECT 1 FROM series s WHERE s.id = chunk.series),"
    " id > ifnull((SELECT value FROM meta WHERE key = 2), 0) FROM chunk ORDER BY series, time_min, chunk.id";

struct checking {
    struct gn_check *check;
    char path[CHECK_PATH_BYTES];
    sqlite3 *db;
    uint64_t blob_bytes; /* of the chunks so far */
    bool has_before;     /* a chunk of the same series */
    int64_t series;
    int64_t before_id;
    int64_t before_max;
    struct gn_point points[GN_CHUNK_READINGS];
    struct gn_point sorted[GN_CHUNK_READINGS];
    struct gn_sample samples[GN_CHUNK_READINGS];
};

void gn_check_problem(struct gn_check *check, const char *file, const char *where, const char *what)
{
    check->problem_count++;
    check->problem(check->ctx, file, where, what);
}

static void check_say(struct checking *checking, const char *where, const char *what)
{
    gn_check_problem(checking->check, checking->path, where, what);
}

static bool check_same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* What the row should say, from the readings; as store/chunk_row.c says it. */
static bool check_row(struct checking *checking, sqlite3_stmt *row, uint32_t count, uint64_t base_seq)
{
    struct gn_chunk_summary sum;
    uint64_t seq_max = base_seq;
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_point *point = &checking->points[i];
        checking->samples[i] =
            (struct gn_sample){ point->time_ms, base_seq + point->seq_delta, point->value, point->quality };
        seq_max = checking->samples[i].seq > seq_max ? checking->samples[i].seq : seq_max;
    }
    if (gn_samples_settle(checking->samples, count) != count)
        return false; /* the same reading twice */
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_sample *sample = &checking->samples[i];
        checking->sorted[i] = (struct gn_point){ .time_ms = sample->time_ms,
                                                 .value = sample->value,
                                                 .seq_delta = (uint32_t)(sample->seq - base_seq),
                                                 .quality = sample->quality };
    }
    gn_chunk_summarize(checking->sorted, count, base_seq, &sum);
    const int64_t numbers[4] = { sum.time_min, sum.time_max, (int64_t)base_seq, (int64_t)seq_max };
    const double values[5] = { sum.value_min, sum.value_max, sum.value_sum, checking->sorted[0].value,
                               checking->sorted[count - 1].value };
    bool same = sqlite3_column_int64(row, CHECK_COUNT) == count;
    for (int i = 0; i < 4; i++)
        same = same && sqlite3_column_int64(row, CHECK_NUMBERS + i) == numbers[i];
    for (int i = 0; i < 5; i++) {
        const bool null = sqlite3_column_type(row, CHECK_VALUES + i) == SQLITE_NULL;
        same = same && null != sum.finite;
        same = same && (null || check_same_bits(sqlite3_column_double(row, CHECK_VALUES + i), values[i]));
    }
    return same;
}

static void check_order(struct checking *checking, sqlite3_stmt *row)
{
    char words[CHECK_WORDS_BYTES];
    const int64_t series = sqlite3_column_int64(row, CHECK_SERIES);
    const int64_t id = sqlite3_column_int64(row, CHECK_ID);
    if (sqlite3_column_int(row, CHECK_BEYOND) != 0)
        return;
    if (checking->has_before && checking->series == series &&
        sqlite3_column_int64(row, CHECK_NUMBERS) < checking->before_max) {
        (void)snprintf(words, sizeof words, "it begins before chunk %lld of its series ends",
                       (long long)checking->before_id);
        char where[CHECK_WORDS_BYTES];
        (void)snprintf(where, sizeof where, "chunk %lld of series %lld", (long long)id, (long long)series);
        check_say(checking, where, words);
    }
    checking->has_before = true;
    checking->series = series;
    checking->before_id = id;
    checking->before_max = sqlite3_column_int64(row, CHECK_NUMBERS + 1);
}

static void check_chunk(struct checking *checking, sqlite3_stmt *row)
{
    const void *at = sqlite3_column_blob(row, CHECK_BLOB);
    const gn_bytes blob = { at, at != NULL ? (size_t)sqlite3_column_bytes(row, CHECK_BLOB) : 0 };
    char where[CHECK_WORDS_BYTES];
    uint32_t count = 0;
    uint64_t base_seq = 0;
    (void)snprintf(where, sizeof where, "chunk %lld of series %lld", (long long)sqlite3_column_int64(row, CHECK_ID),
                   (long long)sqlite3_column_int64(row, CHECK_SERIES));
    checking->check->chunk_count++;
    checking->blob_bytes += blob.size;
    if (checking->check->tell != NULL && checking->check->chunk_count % CHECK_TELL_CHUNKS == 0)
        checking->check->tell(checking->check->ctx, "reading the history", checking->blob_bytes, 0);
    if (gn_chunk_decode(blob, checking->points, &count, &base_seq) != GN_OK)
        check_say(checking, where, "its bytes fail their checksum: its readings cannot be had, all others can");
    else if (!check_row(checking, row, count, base_seq))
        check_say(checking, where, "what its row says is not what its readings say");
    else
        checking->check->reading_count += count;
    if (sqlite3_column_int(row, CHECK_KNOWN) == 0 && sqlite3_column_int(row, CHECK_BEYOND) == 0)
        check_say(checking, where, "there is no such series");
    check_order(checking, row);
}

/* Runs a statement and hands each row to `each`. A failure is a problem, too. */
static void check_rows(struct checking *checking, const char *sql,
                       void (*each)(struct checking *checking, sqlite3_stmt *row))
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(checking->db, sql, -1, &statement, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        each(checking, statement);
        rc = SQLITE_OK;
    }
    if (rc != SQLITE_OK && rc != SQLITE_DONE)
        check_say(checking, "", sqlite3_errmsg(checking->db));
    (void)sqlite3_finalize(statement);
}

static void check_integrity(struct checking *checking, sqlite3_stmt *row)
{
    const char *words = (const char *)sqlite3_column_text(row, 0);
    if (words != NULL && strcmp(words, "ok") != 0)
        check_say(checking, "", words);
}

static void check_format(struct checking *checking, sqlite3_stmt *row)
{
    if (sqlite3_column_int(row, 0) != GN_HISTORY_VERSION)
        check_say(checking, "", "it has the format of another version: start the node once, then check again");
}

static void check_state_part(struct checking *checking, sqlite3_stmt *row)
{
    if (sqlite3_column_int64(row, 0) != sqlite3_column_int64(row, 1))
        check_say(checking, "the engine's state", "it is not as long as it should be");
}

/* crc32 as an SQL aggregate would be more than is needed: the parts are read in order. */
static void check_state(struct checking *checking)
{
    sqlite3_stmt *parts = NULL;
    uint32_t crc = 0;
    int rc = sqlite3_prepare_v2(checking->db, "SELECT bytes FROM state ORDER BY part", -1, &parts, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(parts)) == SQLITE_ROW) {
        const void *at = sqlite3_column_blob(parts, 0);
        crc = gn_crc32(crc, (gn_bytes){ at, at != NULL ? (size_t)sqlite3_column_bytes(parts, 0) : 0 });
        rc = SQLITE_OK;
    }
    (void)sqlite3_finalize(parts);
    rc = sqlite3_prepare_v2(checking->db, "SELECT value FROM meta WHERE key = 8", -1, &parts, NULL);
    if (rc == SQLITE_OK && sqlite3_step(parts) == SQLITE_ROW && (uint32_t)sqlite3_column_int64(parts, 0) != crc)
        check_say(checking, "the engine's state",
                  "its bytes fail their checksum: the engine would read the journal again");
    (void)sqlite3_finalize(parts);
    check_rows(
        checking,
        "SELECT ifnull((SELECT sum(length(bytes)) FROM state), 0), ifnull((SELECT value FROM meta WHERE key = 7), 0)",
        check_state_part);
}

gn_err gn_store_check(const char *dir, struct gn_check *check)
{
    struct checking *checking = gn_mem_take(sizeof *checking, "history: checking");
    if (checking == NULL)
        return GN_ERR_FULL;
    checking->check = check;
    const int size = snprintf(checking->path, sizeof checking->path, "%s/history.db", dir);
    if (size < 0 || (size_t)size >= sizeof checking->path || access(checking->path, R_OK) != 0) {
        gn_mem_give(checking);
        return GN_ERR_NOT_FOUND;
    }
    const int rc = sqlite3_open_v2(checking->path, &checking->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        check_say(checking, "", sqlite3_errmsg(checking->db));
    } else {
        (void)sqlite3_db_config(checking->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        (void)sqlite3_exec(checking->db, "PRAGMA query_only=1; PRAGMA temp_store=MEMORY; BEGIN", NULL, NULL, NULL);
        check_rows(checking, "PRAGMA integrity_check(20)", check_integrity);
        check_rows(checking, "PRAGMA user_version", check_format);
        check_rows(checking, check_chunks, check_chunk);
        check_state(checking);
    }
    (void)sqlite3_close(checking->db);
    gn_mem_give(checking);
    return GN_OK;
}
