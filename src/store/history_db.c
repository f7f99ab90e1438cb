/* SPDX-License-Identifier: Apache-2.0 */
#include "store/history_db.h"

#include <stdio.h>

#include "os/disk.h"
#include "store/history_upgrade.h"

enum { HISTORY_BUSY_MS = 2000 };

#define GN_HISTORY_TIER_TABLE                                                                                          \
    "CREATE TABLE tier(series INTEGER NOT NULL, step INTEGER NOT NULL, time INTEGER NOT NULL,"                         \
    " count INTEGER NOT NULL, min REAL NOT NULL, max REAL NOT NULL, sum REAL NOT NULL, first REAL NOT NULL,"           \
    " last REAL NOT NULL, unusual REAL NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"                 \
    " PRIMARY KEY(series, step, time)) WITHOUT ROWID;"

const char *const gn_history_tier_schema = GN_HISTORY_TIER_TABLE;
const char *const gn_history_schema =
    "CREATE TABLE meta(key INTEGER PRIMARY KEY, value INTEGER NOT NULL);"
    "CREATE TABLE thing(id INTEGER PRIMARY KEY, record BLOB NOT NULL);"
    "CREATE TABLE series(id INTEGER PRIMARY KEY, record BLOB NOT NULL);"
    "CREATE TABLE chunk(id INTEGER PRIMARY KEY, series INTEGER NOT NULL, time_min INTEGER NOT NULL,"
    " time_max INTEGER NOT NULL, count INTEGER NOT NULL, seq_min INTEGER NOT NULL, seq_max INTEGER NOT NULL,"
    " value_min REAL, value_max REAL, value_sum REAL, value_first REAL, value_last REAL, blob BLOB NOT NULL);"
    "CREATE INDEX chunk_by_time ON chunk(series, time_min, id, time_max);"
    "CREATE TABLE late(series INTEGER NOT NULL, time INTEGER NOT NULL, stamp INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, quality INTEGER NOT NULL, value INTEGER NOT NULL,"
    " PRIMARY KEY(series, time, stamp)) WITHOUT ROWID;" GN_HISTORY_TIER_TABLE
    "CREATE TABLE text(id INTEGER PRIMARY KEY, series INTEGER NOT NULL, time INTEGER NOT NULL,"
    " stamp INTEGER NOT NULL, seq INTEGER NOT NULL, quality INTEGER NOT NULL, text TEXT NOT NULL,"
    " UNIQUE(series, time, stamp));"
    "CREATE TABLE output(id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL,"
    " thing TEXT NOT NULL, state TEXT NOT NULL, time INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " change INTEGER NOT NULL, json TEXT NOT NULL, UNIQUE(name, kind));"
    "CREATE INDEX output_by_time ON output(kind, time, change);"
    "CREATE INDEX output_by_state ON output(kind, state, time, change);"
    "CREATE INDEX output_by_change ON output(change);"
    "CREATE TABLE state(part INTEGER PRIMARY KEY, bytes BLOB NOT NULL);";

const char *const gn_write_sql[GN_W_COUNT] = {
    [GN_W_BEGIN] = "BEGIN IMMEDIATE",
    [GN_W_COMMIT] = "COMMIT",
    [GN_W_META_GET] = "SELECT value FROM meta WHERE key = ?1",
    [GN_W_META_PUT] = "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)",
    [GN_W_CHUNK_PUT] = "INSERT OR REPLACE INTO chunk(id, series, time_min, time_max, count, seq_min, seq_max,"
                       " value_min, value_max, value_sum, value_first, value_last, blob)"
                       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [GN_W_CHUNK_DROP] = "DELETE FROM chunk WHERE id = ?1",
    [GN_W_NEWEST] = "SELECT time_max FROM chunk WHERE series = ?1 ORDER BY time_min DESC, id DESC LIMIT 1",
    [GN_W_LATE_PUT] = "INSERT INTO late(series, time, stamp, seq, quality, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                      " ON CONFLICT(series, time, stamp) DO UPDATE SET seq = excluded.seq,"
                      " quality = excluded.quality, value = excluded.value WHERE excluded.seq >= seq",
    [GN_W_LATE_SERIES] = "SELECT series FROM late WHERE series >= ?1 ORDER BY series LIMIT 1",
    [GN_W_LATE_FIRST] = "SELECT time FROM late WHERE series = ?1 AND time < ?2 ORDER BY time LIMIT 1",
    [GN_W_LATE_ROWS] = "SELECT time, seq, quality, value FROM late WHERE series = ?1 AND time >= ?2 AND time <= ?3"
                       " ORDER BY time, stamp",
    [GN_W_LATE_DROP] = "DELETE FROM late WHERE series = ?1 AND (time, stamp) >= (?2, ?3) AND (time, stamp) <= (?4, ?5)",
    [GN_W_CHUNK_BEFORE] = "SELECT id, time_min, time_max, count FROM chunk WHERE series = ?1 AND time_min <= ?2"
                          " AND time_min < ?3 ORDER BY time_min DESC, id DESC LIMIT 1",
    [GN_W_CHUNK_AFTER] = "SELECT id, time_min, time_max, count FROM chunk WHERE series = ?1 AND time_min > ?2"
                         " AND time_min < ?3 ORDER BY time_min, id LIMIT 1",
    [GN_W_CHUNK_LIST] = "SELECT id, time_min, time_max, count FROM chunk WHERE series = ?1 AND time_min >= ?2"
                        " AND time_min < ?3 ORDER BY time_min, id",
    [GN_W_CHUNK_BLOB] = "SELECT blob FROM chunk WHERE id = ?1",
    [GN_W_CHUNK_OLDEST] = "SELECT id, series, time_min FROM chunk WHERE id > ?1 ORDER BY id LIMIT 1",
    [GN_W_TIER_PUT] =
        "INSERT INTO tier(series, step, time, count, min, max, sum, first, last, unusual, first_ms, last_ms)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        " ON CONFLICT(series, step, time) DO UPDATE SET count = count + excluded.count,"
        " min = min(min, excluded.min), max = max(max, excluded.max), sum = sum + excluded.sum,"
        " unusual = unusual + excluded.unusual,"
        " first = iif(excluded.first_ms < first_ms, excluded.first, first),"
        " last = iif(excluded.last_ms >= last_ms, excluded.last, last),"
        " first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)",
    [GN_W_TIER_UNUSUAL] = "UPDATE tier SET unusual = unusual + ?4 WHERE series = ?1 AND step = ?2 AND time = ?3",
    [GN_W_TIER_ROWS] = "SELECT time, count, min, max, sum, first, last, unusual, first_ms, last_ms FROM tier"
                       " WHERE series = ?1 AND step = ?2 AND time < ?3 ORDER BY time",
    [GN_W_TIER_DROP] = "DELETE FROM tier WHERE series = ?1 AND step = ?2 AND time <= ?3",
    [GN_W_FINDINGS] = "SELECT json_extract(json, '$.since'), json_extract(json, '$.evidence') FROM output"
                      " WHERE kind = 'finding' AND time >= ?2 AND time <= ?4 AND json_valid(json)"
                      " AND json_extract(json, '$.series') = ?1 AND json_extract(json, '$.since') >= ?2"
                      " AND json_extract(json, '$.since') <= ?3",
    [GN_W_TEXT_EXPIRE] = "DELETE FROM text WHERE series = ?1 AND time < ?2",
    [GN_W_TEXT_PUT] = "INSERT INTO text(id, series, time, stamp, seq, quality, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                      " ON CONFLICT(series, time, stamp) DO UPDATE SET seq = excluded.seq,"
                      " quality = excluded.quality, text = excluded.text WHERE excluded.seq >= seq",
    [GN_W_THING_PUT] = "INSERT OR REPLACE INTO thing(id, record) VALUES(?1, ?2)",
    [GN_W_SERIES_PUT] = "INSERT OR REPLACE INTO series(id, record) VALUES(?1, ?2)",
    [GN_W_THINGS] = "SELECT record FROM thing ORDER BY id",
    [GN_W_SERIES] = "SELECT record FROM series ORDER BY id",
    /* Said again with nothing new, as in catch-up after a restart, an output is left alone; so is one that has
     * come further in the meantime. */
    [GN_W_OUTPUT_PUT] = "INSERT INTO output(name, kind, thing, state, time, seq, change, json)"
                        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                        " ON CONFLICT(name, kind) DO UPDATE SET thing = excluded.thing, state = excluded.state,"
                        " time = excluded.time, seq = excluded.seq, change = excluded.change, json = excluded.json"
                        " WHERE excluded.seq >= seq AND (excluded.json <> json OR excluded.state <> state"
                        " OR excluded.time <> time OR excluded.thing <> thing)",
    [GN_W_OUTPUT_CHANGE] = "SELECT max(change) FROM output",
    [GN_W_STATE_PUT] = "INSERT INTO state(part, bytes) VALUES(?1, ?2)",
    [GN_W_STATE_DROP] = "DELETE FROM state",
    [GN_W_STATE_PARTS] = "SELECT bytes FROM state ORDER BY part",
    [GN_W_PAGES] = "PRAGMA page_count",
    [GN_W_FREE_PAGES] = "PRAGMA freelist_count",
};

/* ?1 series, ?2 and ?3 the range, ?4 and ?5 rows that memory stands for. Chunks of a series follow one another, so
 * of those that begin before the range only the last can reach into it. */
#define CHUNKS_NOT_HIDDEN " AND id <> ?4 AND id <> ?5"
#define CHUNKS_OF(direction)                                                                                           \
    "SELECT time_min, time_max, count, value_min, value_max, value_sum, value_first, value_last, blob"                 \
    " FROM chunk WHERE series = ?1 AND time_min >= ifnull((SELECT time_min FROM chunk WHERE series = ?1"               \
    " AND time_min < ?2" CHUNKS_NOT_HIDDEN " ORDER BY time_min DESC LIMIT 1), ?2) AND time_min <= ?3"                  \
    " AND time_max >= ?2" CHUNKS_NOT_HIDDEN " ORDER BY time_min " direction ", id " direction
#define LATE_OF(direction)                                                                                             \
    "SELECT time, seq, quality, value FROM late WHERE series = ?1 AND time >= ?2 AND time <= ?3"                       \
    " ORDER BY time " direction ", stamp " direction
#define TEXTS_WHERE " FROM text WHERE series = ?1 AND time >= ?2 AND time <= ?3"

const char *const gn_read_sql[GN_R_COUNT] = {
    [GN_R_BEGIN] = "BEGIN",
    [GN_R_TOUCH] = "SELECT value FROM meta WHERE key = 1",
    [GN_R_END] = "COMMIT",
    [GN_R_CHUNKS_UP] = CHUNKS_OF("ASC"),
    [GN_R_CHUNKS_DOWN] = CHUNKS_OF("DESC"),
    [GN_R_LATE_UP] = LATE_OF("ASC"),
    [GN_R_LATE_DOWN] = LATE_OF("DESC"),
    [GN_R_TIERS] = "SELECT time, count, min, max, sum, first, last, unusual FROM tier WHERE series = ?1 AND time >= ?2"
                   " AND time <= ?3 AND step IN (60000, 3600000, 86400000) ORDER BY time, step",
    [GN_R_TEXTS] = "SELECT time, seq, quality, text" TEXTS_WHERE " AND (time, stamp) >= (?4, ?5) ORDER BY time, stamp",
    [GN_R_TEXT_KEY] = "SELECT 1 FROM text WHERE series = ?1 AND time = ?2 AND stamp = ?3",
    [GN_R_TEXT_COUNT] = "SELECT count(*)" TEXTS_WHERE,
    [GN_R_TEXT_SKIP] = "SELECT time, stamp" TEXTS_WHERE " ORDER BY time DESC, stamp DESC LIMIT 1 OFFSET ?4",
};

/* --- answers --------------------------------------------------------------------------------------- */

gn_err gn_history_err(struct gn_history *history, int rc)
{
    const int extended = history->db != NULL ? sqlite3_extended_errcode(history->db) : rc;
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return GN_OK;
    case SQLITE_FULL:
        return GN_ERR_NO_SPACE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return GN_ERR_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return GN_ERR_CORRUPT;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return GN_ERR_DENIED;
    case SQLITE_NOMEM:
        return GN_ERR_FULL;
    case SQLITE_IOERR: /* the shared index of the WAL could not grow: that is a full disk too */
        return extended == SQLITE_IOERR_SHMSIZE ? GN_ERR_NO_SPACE : GN_ERR_IO;
    default:
        return GN_ERR_IO;
    }
}

gn_err gn_history_row(struct gn_history *history, int statement, bool *out_is_row)
{
    const int rc = sqlite3_step(history->statements[statement]);
    const gn_err err = gn_history_err(history, rc);
    *out_is_row = rc == SQLITE_ROW;
    if (rc != SQLITE_ROW)
        gn_history_reset(history, statement);
    return err;
}

gn_err gn_history_run(struct gn_history *history, int statement)
{
    const int rc = sqlite3_step(history->statements[statement]);
    const gn_err err = gn_history_err(history, rc); /* before the reset, which forgets it */
    gn_history_reset(history, statement);
    return err;
}

void gn_history_reset(struct gn_history *history, int statement)
{
    (void)sqlite3_reset(history->statements[statement]); /* repeats the error of the step */
    (void)sqlite3_clear_bindings(history->statements[statement]);
}

gn_err gn_history_exec(struct gn_history *history, const char *sql)
{
    return gn_history_err(history, sqlite3_exec(history->db, sql, NULL, NULL, NULL));
}

bool gn_history_bytes(struct gn_history *history, int statement, uint64_t *out)
{
    bool is_row = false;
    if (gn_history_row(history, statement, &is_row) != GN_OK || !is_row)
        return false;
    *out = (uint64_t)sqlite3_column_int64(history->statements[statement], 0) * GN_HISTORY_PAGE_BYTES;
    gn_history_reset(history, statement);
    return true;
}

gn_err gn_history_meta(struct gn_history *history, gn_meta_key key, int64_t *out)
{
    bool is_row = false;
    sqlite3_stmt *get = history->statements[GN_W_META_GET];
    (void)sqlite3_bind_int(get, 1, (int)key);
    gn_err err = gn_history_row(history, GN_W_META_GET, &is_row);
    if (err)
        return err;
    *out = is_row ? sqlite3_column_int64(get, 0) : 0;
    gn_history_reset(history, GN_W_META_GET);
    return GN_OK;
}

gn_err gn_history_meta_put(struct gn_history *history, gn_meta_key key, int64_t value)
{
    (void)sqlite3_bind_int(history->statements[GN_W_META_PUT], 1, (int)key);
    (void)sqlite3_bind_int64(history->statements[GN_W_META_PUT], 2, value);
    return gn_history_run(history, GN_W_META_PUT);
}

/* --- open ------------------------------------------------------------------------------------------ */

static gn_err history_prepare(struct gn_history *history, const char *const *sql, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int rc =
            sqlite3_prepare_v3(history->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &history->statements[i], NULL);
        if (rc != SQLITE_OK)
            return gn_history_err(history, rc);
    }
    return GN_OK;
}

static gn_err history_pragma_int(struct gn_history *history, const char *sql, int *out)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(history->db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
        if (rc == SQLITE_ROW)
            *out = sqlite3_column_int(statement, 0);
    }
    const gn_err err = gn_history_err(history, rc);
    (void)sqlite3_finalize(statement);
    return err;
}

static gn_err history_connect(struct gn_history *history, const char *path)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int rc = sqlite3_open_v2(path, &history->db, flags, NULL);
    if (rc != SQLITE_OK)
        return gn_history_err(history, rc);
    (void)sqlite3_extended_result_codes(history->db, 0);
    (void)sqlite3_busy_timeout(history->db, HISTORY_BUSY_MS);
    (void)sqlite3_db_config(history->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(history->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return gn_history_exec(history, "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;");
}

/* Ours, or empty, or somebody else's? */
static gn_err history_check_format(struct gn_history *history, struct gn_diag *diag, bool *out_is_new, int *out_version)
{
    int application = 0, version = 0, tables = 0;
    gn_err err = history_pragma_int(history, "PRAGMA application_id", &application);
    if (!err)
        err = history_pragma_int(history, "PRAGMA user_version", &version);
    if (!err)
        err = history_pragma_int(history, "SELECT count(*) FROM sqlite_schema", &tables);
    if (err)
        return err;
    *out_version = version;
    *out_is_new = application == 0 && version == 0 && tables == 0;
    if (*out_is_new)
        return GN_OK;
    if (application != GN_HISTORY_APPLICATION_ID) {
        gn_diag_set(diag, 0, 0, "a database of another program stands here: move it away");
        return GN_ERR_CORRUPT;
    }
    if (version < 1 || version > GN_HISTORY_VERSION) {
        gn_diag_set(diag, 0, 0, "made by a newer version of ganglion (format %d, this one knows up to %d)", version,
                    GN_HISTORY_VERSION);
        return GN_ERR_INVAL;
    }
    return GN_OK;
}

static gn_err history_make(struct gn_history *history)
{
    char sql[160];
    gn_err err = gn_history_exec(history, "BEGIN IMMEDIATE");
    if (!err)
        err = gn_history_exec(history, gn_history_schema);
    if (!err) {
        (void)snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;",
                       GN_HISTORY_APPLICATION_ID, GN_HISTORY_VERSION);
        err = gn_history_exec(history, sql);
    }
    return err;
}

static void history_explain(struct gn_diag *diag, const char *path, gn_err err)
{
    static const char *const words[GN_ERR_COUNT] = {
        [GN_ERR_CORRUPT] = "this is not a history database, or it is damaged: move it away and start again, "
                           "it is made anew from what the journal holds",
        [GN_ERR_DENIED] = "the history cannot be opened for writing: check that the folder exists, and that "
                          "it and its files belong to the user who runs the node",
        [GN_ERR_NO_SPACE] = "the disk is full: make space and start again",
        [GN_ERR_BUSY] = "another program holds the history database: end it and start again",
    };
    if (diag == NULL)
        return;
    if (diag->text[0] == '\0') {
        if (words[err] != NULL)
            gn_diag_set(diag, 0, 0, "%s", words[err]);
        else
            gn_diag_set(diag, 0, 0, "the history cannot be opened: %s", gn_err_text(err));
    }
    gn_diag_file(diag, path);
}

/* SQLite would make the file readable for everybody; its WAL takes over the mode of the file. */
static void history_touch(const char *path)
{
    struct gn_disk disk = gn_disk_linux();
    struct gn_file *file = NULL;
    GN_IGNORE(disk.open(disk.self, path, true, &file), "it is there, or SQLite will say what is wrong");
    if (file != NULL)
        disk.close(disk.self, file);
}

gn_err gn_history_open_writer(struct gn_history *history, const char *path, struct gn_diag *diag)
{
    struct gn_history made = { 0 };
    bool is_new = false;
    int version = 0;
    if (diag != NULL)
        *diag = (struct gn_diag){ 0 };
    history_touch(path);
    gn_err err = history_connect(&made, path);
    if (!err && sqlite3_db_readonly(made.db, "main") == 1)
        err = GN_ERR_DENIED;
    if (!err) /* the page size counts only before the first write */
        err = gn_history_exec(&made, "PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA cache_size=-1024;"
                                     "PRAGMA secure_delete=ON;");
    if (!err)
        err = history_check_format(&made, diag, &is_new, &version);
    if (!err)
        err = gn_history_exec(&made, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                                     "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=16777216;");
    if (!err && is_new)
        err = history_make(&made);
    if (!err && !is_new && version == 1)
        err = gn_history_upgrade_1(&made);
    if (!err && !is_new && version == 2)
        err = gn_history_upgrade_2(&made);
    if (!err)
        err = history_prepare(&made, gn_write_sql, GN_W_COUNT);
    if (err) {
        gn_history_close(&made);
        history_explain(diag, path, err);
        return err;
    }
    *history = made;
    return GN_OK;
}

gn_err gn_history_open_reader(struct gn_history *history, const char *path)
{
    struct gn_history made = { 0 };
    gn_err err = history_connect(&made, path);
    if (!err)
        err = gn_history_exec(&made, "PRAGMA cache_size=-512; PRAGMA query_only=1;");
    if (!err)
        err = history_prepare(&made, gn_read_sql, GN_R_COUNT);
    if (err) {
        gn_history_close(&made);
        return err;
    }
    *history = made;
    return GN_OK;
}

void gn_history_close(struct gn_history *history)
{
    for (size_t i = 0; i < sizeof history->statements / sizeof history->statements[0]; i++)
        (void)sqlite3_finalize(history->statements[i]);
    (void)sqlite3_close(history->db);
    *history = (struct gn_history){ 0 };
}
