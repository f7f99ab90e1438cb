/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sql.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/timestamp.h"
#include "store/sql_int.h"

enum { SQL_PROGRESS_OPS = 1000, SQL_LENGTH_MAX = 1 << 20 };

/* --- what the tables share ------------------------------------------------------------------------- */

int gn_sql_connect(sqlite3 *db, void *aux, const char *declaration, sqlite3_vtab **out)
{
    struct gn_sql_table *table = gn_mem_take(sizeof *table, "history: SQL");
    if (table == NULL)
        return SQLITE_NOMEM;
    table->sql = aux;
    table->sql->declaring = true;
    const int rc = sqlite3_declare_vtab(db, declaration);
    table->sql->declaring = false;
    if (rc != SQLITE_OK) {
        gn_mem_give(table);
        return rc;
    }
    *out = &table->base;
    return SQLITE_OK;
}

int gn_sql_disconnect(sqlite3_vtab *base)
{
    gn_mem_give(base);
    return SQLITE_OK;
}

int gn_sql_fail(struct gn_sql_table *table, gn_err err, const char *words)
{
    table->sql->err = err;
    sqlite3_free(table->base.zErrMsg);
    table->base.zErrMsg = sqlite3_mprintf("%s", words);
    return SQLITE_ERROR;
}

gn_err gn_sql_take_reader(struct gn_sql_table *table, struct gn_store_reader **out)
{
    struct gn_sql *sql = table->sql;
    for (size_t i = 0; i < GN_SQL_CURSORS_MAX; i++) {
        if (sql->taken[i])
            continue;
        gn_err err = sql->readers[i] != NULL ? GN_OK : gn_store_reader_open(sql->store, &sql->readers[i]);
        if (err) {
            (void)gn_sql_fail(table, err, "the history cannot be opened");
            return err;
        }
        sql->taken[i] = true;
        *out = sql->readers[i];
        return GN_OK;
    }
    (void)gn_sql_fail(table, GN_ERR_FULL, "too many tables are read at once");
    return GN_ERR_FULL;
}

void gn_sql_give_reader(struct gn_sql *sql, struct gn_store_reader *reader)
{
    for (size_t i = 0; i < GN_SQL_CURSORS_MAX; i++)
        if (sql->readers[i] == reader)
            sql->taken[i] = false;
}

bool gn_sql_find_thing(struct gn_sql *sql, gn_str id, uint32_t *out)
{
    pthread_mutex_lock(&sql->store->mutex);
    const bool found = gn_registry_thing(&sql->store->registry, id, out);
    pthread_mutex_unlock(&sql->store->mutex);
    return found;
}

bool gn_sql_find_series(struct gn_sql *sql, uint32_t thing, gn_str property, uint32_t *out)
{
    pthread_mutex_lock(&sql->store->mutex);
    const bool found = gn_registry_series(&sql->store->registry, thing, property, out);
    pthread_mutex_unlock(&sql->store->mutex);
    return found;
}

bool gn_sql_series_at(struct gn_sql *sql, uint32_t index, struct gn_series *out,
                      char out_thing[static GN_THING_ID_BYTES_MAX + 1])
{
    const struct gn_registry *registry = &sql->store->registry;
    pthread_mutex_lock(&sql->store->mutex);
    const bool there = index < registry->series_count;
    if (there) {
        *out = registry->series[index];
        memcpy(out_thing, registry->things[out->thing].id, GN_THING_ID_BYTES_MAX + 1);
    }
    pthread_mutex_unlock(&sql->store->mutex);
    return there;
}

/* The least whole number that is not below, or the greatest that is not above. False: there is none. */
static bool sql_whole(sqlite3_value *value, bool up, int64_t *out)
{
    if (sqlite3_value_type(value) == SQLITE_INTEGER) {
        *out = sqlite3_value_int64(value);
        return true;
    }
    const double real = up ? ceil(sqlite3_value_double(value)) : floor(sqlite3_value_double(value));
    if (real >= 9223372036854775807.0 || real <= -9223372036854775808.0)
        return false;
    *out = (int64_t)real;
    return true;
}

bool gn_sql_narrow(struct gn_span *span, unsigned char op, sqlite3_value *value, bool *out_bad)
{
    const int type = sqlite3_value_numeric_type(value);
    const bool lower = op == SQLITE_INDEX_CONSTRAINT_GT || op == SQLITE_INDEX_CONSTRAINT_GE;
    int64_t bound = 0;
    *out_bad = type == SQLITE_TEXT || type == SQLITE_BLOB;
    if (*out_bad || type == SQLITE_NULL) /* nothing is before or after NULL */
        return false;
    if (!sql_whole(value, lower, &bound)) { /* beyond the ends of time */
        const bool above = sqlite3_value_double(value) > 0;
        return op != SQLITE_INDEX_CONSTRAINT_EQ && lower != above;
    }
    /* SQLite looks at each row again, so a bound may be one too wide: > and < are taken as >= and <=. */
    if (op != SQLITE_INDEX_CONSTRAINT_LT && op != SQLITE_INDEX_CONSTRAINT_LE && bound > span->from_ms)
        span->from_ms = bound;
    if (!lower && bound < span->until_ms)
        span->until_ms = bound;
    return span->from_ms <= span->until_ms;
}

/* --- ms and iso ------------------------------------------------------------------------------------ */

static void sql_ms(sqlite3_context *context, int count, sqlite3_value **values)
{
    int64_t time_ms;
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    if (gn_time_parse(gn_sql_text(values[0]), &time_ms) != GN_OK)
        sqlite3_result_error(context, "ms() takes a time such as '2026-11-22T03:24:00Z'", -1);
    else
        sqlite3_result_int64(context, time_ms);
}

static void sql_iso(sqlite3_context *context, int count, sqlite3_value **values)
{
    char text[GN_TIME_TEXT_BYTES];
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    gn_time_format(sqlite3_value_int64(values[0]), text);
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

/* --- the connection -------------------------------------------------------------------------------- */

/* Nothing but questions; and no functions that reach out of the question. */
static int sql_authorize(void *ctx, int action, const char *a, const char *b, const char *database, const char *trigger)
{
    (void)a;
    (void)database;
    (void)trigger;
    if (((const struct gn_sql *)ctx)->declaring)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return b != NULL && sqlite3_stricmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

static int sql_progress(void *ctx)
{
    struct gn_sql *sql = ctx;
    /* Of all of SQLite in this process: it cannot be told for one connection, and the others are steady. */
    sql->memory_full = sqlite3_memory_used() - sql->memory_before > GN_SQL_MEMORY_BYTES_MAX;
    return sql->memory_full || gn_mono_us(sql->clock) > sql->deadline_us;
}

static int sql_set_up(struct gn_sql *sql)
{
    static const struct {
        int limit;
        int value;
    } limits[] = { { SQLITE_LIMIT_LENGTH, SQL_LENGTH_MAX },     { SQLITE_LIMIT_SQL_LENGTH, GN_SQL_BYTES_MAX },
                   { SQLITE_LIMIT_COLUMN, GN_SQL_COLUMNS_MAX }, { SQLITE_LIMIT_EXPR_DEPTH, 100 },
                   { SQLITE_LIMIT_COMPOUND_SELECT, 20 },        { SQLITE_LIMIT_VDBE_OP, 20000 },
                   { SQLITE_LIMIT_FUNCTION_ARG, 16 },           { SQLITE_LIMIT_ATTACHED, 0 },
                   { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256 },   { SQLITE_LIMIT_VARIABLE_NUMBER, 1 },
                   { SQLITE_LIMIT_TRIGGER_DEPTH, 1 },           { SQLITE_LIMIT_WORKER_THREADS, 0 } };
    const int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = sqlite3_open_v2(":memory:", &sql->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_exec(sql->db, "PRAGMA temp_store=MEMORY", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_module(sql->db, "readings", &gn_sql_readings, sql);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_module(sql->db, "series", &gn_sql_series, sql);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_module(sql->db, "buckets", &gn_sql_buckets, sql);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(sql->db, "ms", 1, pure, NULL, sql_ms, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(sql->db, "iso", 1, pure, NULL, sql_iso, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(sql->db, "PRAGMA query_only=1", NULL, NULL, NULL);
    (void)sqlite3_db_config(sql->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(sql->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(sql->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        (void)sqlite3_limit(sql->db, limits[i].limit, limits[i].value);
    sqlite3_progress_handler(sql->db, SQL_PROGRESS_OPS, sql_progress, sql);
    (void)sqlite3_set_authorizer(sql->db, sql_authorize, sql);
    return rc;
}

gn_err gn_sql_open(const struct gn_store_reader *reader, const struct gn_clock *clock, struct gn_sql **out)
{
    struct gn_sql *sql = gn_mem_take(sizeof *sql, "history: SQL");
    if (sql == NULL)
        return GN_ERR_FULL;
    sql->store = reader->store;
    sql->clock = clock;
    if (sql_set_up(sql) != SQLITE_OK) {
        gn_sql_close(sql);
        return GN_ERR_FULL;
    }
    *out = sql;
    return GN_OK;
}

void gn_sql_close(struct gn_sql *sql)
{
    if (sql == NULL)
        return;
    (void)sqlite3_close(sql->db);
    for (size_t i = 0; i < GN_SQL_CURSORS_MAX; i++)
        gn_store_reader_close(sql->readers[i]);
    gn_mem_give(sql);
}

/* --- asking ---------------------------------------------------------------------------------------- */

/* The byte `offset` of `text`, as a person counts: lines and characters from 1. */
static void sql_place(gn_str text, int offset, size_t *out_line, size_t *out_column)
{
    *out_line = 1;
    *out_column = 1;
    for (size_t i = 0; i < text.size && i < (size_t)offset; i++) {
        if (text.at[i] == '\n') {
            ++*out_line;
            *out_column = 1;
        } else if (((unsigned char)text.at[i] & 0xc0) != 0x80) {
            ++*out_column;
        }
    }
}

static gn_err sql_failed(struct gn_sql *sql, gn_str text, int rc, struct gn_diag *diag)
{
    size_t line = 0, column = 0;
    const int offset = sqlite3_error_offset(sql->db);
    if (offset >= 0)
        sql_place(text, offset, &line, &column);
    switch (rc & 0xff) {
    case SQLITE_INTERRUPT:
        if (sql->memory_full) {
            gn_diag_set(diag, 0, 0, "this takes more memory than a question may: sort or group less");
            return GN_ERR_FULL;
        }
        gn_diag_set(diag, 0, 0, "this takes longer than %d ms: ask for less time, or ask 'buckets'", GN_SQL_MS_MAX);
        return GN_ERR_AGAIN;
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
    case SQLITE_FULL:
        gn_diag_set(diag, line, column, "this takes more memory than a question may");
        return GN_ERR_FULL;
    case SQLITE_AUTH:
        gn_diag_set(diag, line, column, "only SELECT is allowed here (%s)", sqlite3_errmsg(sql->db));
        return GN_ERR_INVAL;
    default:
        gn_diag_set(diag, line, column, "%s", sqlite3_errmsg(sql->db));
        return sql->err != GN_OK ? sql->err : GN_ERR_INVAL;
    }
}

static struct gn_sql_value sql_value(sqlite3_stmt *statement, int column)
{
    struct gn_sql_value value = { .kind = GN_SQL_NULL };
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        value.kind = GN_SQL_INTEGER;
        value.integer = sqlite3_column_int64(statement, column);
        break;
    case SQLITE_FLOAT:
        value.kind = GN_SQL_REAL;
        value.real = sqlite3_column_double(statement, column);
        break;
    case SQLITE_TEXT:
    case SQLITE_BLOB:
        value.kind = GN_SQL_TEXT;
        value.text = gn_history_str(statement, column);
        break;
    default:
        break;
    }
    return value;
}

static int sql_run(sqlite3_stmt *statement, struct gn_sql_answer *answer)
{
    struct gn_sql_value values[GN_SQL_COLUMNS_MAX];
    gn_str names[GN_SQL_COLUMNS_MAX];
    const int count = sqlite3_column_count(statement);
    for (int i = 0; i < count; i++) {
        const char *name = sqlite3_column_name(statement, i);
        names[i] = name != NULL ? gn_str_of(name) : GN_STR("?");
    }
    answer->columns(answer->ctx, names, (size_t)count);
    int rc;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        if (answer->row_count == GN_SQL_ROWS_MAX) {
            answer->cut = true;
            return SQLITE_OK;
        }
        for (int i = 0; i < count; i++)
            values[i] = sql_value(statement, i);
        answer->row_count++;
        if (!answer->row(answer->ctx, values, (size_t)count)) {
            answer->cut = true;
            return SQLITE_OK;
        }
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

gn_err gn_sql_ask(struct gn_sql *sql, gn_str text, struct gn_sql_answer *answer, struct gn_diag *diag)
{
    sqlite3_stmt *statement = NULL;
    const char *rest = NULL;
    if (text.size > GN_SQL_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "a question has at most %d bytes", GN_SQL_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    sql->err = GN_OK;
    sql->looked_at = 0;
    sql->deadline_us = gn_mono_us(sql->clock) + GN_SQL_MS_MAX * INT64_C(1000);
    sql->memory_before = sqlite3_memory_used();
    sql->memory_full = false;
    answer->row_count = 0;
    answer->cut = false;
    int rc = sqlite3_prepare_v2(sql->db, text.at, (int)text.size, &statement, &rest);
    gn_err err = GN_OK;
    if (rc != SQLITE_OK) {
        err = sql_failed(sql, text, rc, diag);
    } else if (statement == NULL) {
        gn_diag_set(diag, 0, 0, "there is no question in it");
        err = GN_ERR_INVAL;
    } else if (gn_str_trim((gn_str){ rest, text.size - (size_t)(rest - text.at) }).size > 0) {
        size_t line, column;
        sql_place(text, (int)(rest - text.at), &line, &column);
        gn_diag_set(diag, line, column, "one question at a time: something follows the first");
        err = GN_ERR_INVAL;
    } else {
        rc = sql_run(statement, answer);
        if (rc != SQLITE_OK)
            err = sql_failed(sql, text, rc, diag);
    }
    (void)sqlite3_finalize(statement);
    return err;
}
