/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test sql_test.c asks it */
/* The table-valued function buckets(thing, property, step): what store/downsample.c answers, as rows. */
#include "base/mem.h"
#include "base/timestamp.h"
#include "store/sql_int.h"

enum buckets_column {
    BUCKETS_TIME,
    BUCKETS_COUNT,
    BUCKETS_MIN,
    BUCKETS_MAX,
    BUCKETS_MEAN,
    BUCKETS_SUM,
    BUCKETS_FIRST,
    BUCKETS_LAST,
    BUCKETS_THING, /* the three arguments */
    BUCKETS_PROPERTY,
    BUCKETS_STEP,
};

enum { BUCKETS_TIMES_MAX = 4 };

struct buckets_cursor {
    sqlite3_vtab_cursor base;
    struct gn_store_reader *reader;
    size_t at;
    size_t count;
    char thing[GN_THING_ID_BYTES_MAX + 1];
    char property[GN_PROPERTY_BYTES_MAX + 1];
    int64_t step_ms;
    struct gn_bucket rows[GN_QUERY_BUCKETS_MAX];
};

static struct gn_sql_table *buckets_table(struct buckets_cursor *cursor)
{
    return (struct gn_sql_table *)cursor->base.pVtab;
}

static int buckets_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    return gn_sql_connect(db, aux,
                          "CREATE TABLE buckets(time INTEGER, count INTEGER, min REAL, max REAL, mean REAL, sum REAL,"
                          " first REAL, last REAL, thing TEXT HIDDEN, property TEXT HIDDEN, step HIDDEN)",
                          out);
}

/* All three arguments, then bounds of time: ops in idxStr. */
static int buckets_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    char ops[BUCKETS_TIMES_MAX + 1] = "";
    int count = 0;
    for (int column = BUCKETS_THING; column <= BUCKETS_STEP; column++) {
        int found = -1;
        for (int i = 0; i < info->nConstraint && found < 0; i++)
            if (info->aConstraint[i].usable && info->aConstraint[i].iColumn == column &&
                info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ)
                found = i;
        if (found < 0) {
            sqlite3_free(base->zErrMsg);
            base->zErrMsg = sqlite3_mprintf("buckets needs thing, property and step: buckets('press-7', 'oil', '1h')");
            return SQLITE_CONSTRAINT;
        }
        info->aConstraintUsage[found].argvIndex = 1 + column - BUCKETS_THING;
        info->aConstraintUsage[found].omit = 1;
    }
    for (int i = 0; i < info->nConstraint && count < BUCKETS_TIMES_MAX; i++) {
        const struct sqlite3_index_constraint *c = &info->aConstraint[i];
        if (!c->usable || c->iColumn != BUCKETS_TIME ||
            (c->op != SQLITE_INDEX_CONSTRAINT_GT && c->op != SQLITE_INDEX_CONSTRAINT_GE &&
             c->op != SQLITE_INDEX_CONSTRAINT_LT && c->op != SQLITE_INDEX_CONSTRAINT_LE))
            continue;
        ops[count++] = (char)c->op;
        info->aConstraintUsage[i].argvIndex = 3 + count;
    }
    info->idxStr = sqlite3_mprintf("%s", ops);
    info->needToFreeIdxStr = 1;
    info->estimatedCost = 1000;
    info->estimatedRows = 1000;
    info->orderByConsumed = info->nOrderBy == 1 && info->aOrderBy[0].iColumn == BUCKETS_TIME && !info->aOrderBy[0].desc;
    return info->idxStr != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

static int buckets_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    struct buckets_cursor *cursor = gn_mem_take(sizeof *cursor, "history: SQL");
    if (cursor == NULL)
        return SQLITE_NOMEM;
    if (gn_sql_take_reader((struct gn_sql_table *)base, &cursor->reader) != GN_OK) {
        gn_mem_give(cursor);
        return SQLITE_ERROR;
    }
    *out = &cursor->base;
    return SQLITE_OK;
}

static int buckets_close(sqlite3_vtab_cursor *base)
{
    struct buckets_cursor *cursor = (struct buckets_cursor *)base;
    gn_sql_give_reader(buckets_table(cursor)->sql, cursor->reader);
    gn_mem_give(cursor);
    return SQLITE_OK;
}

static bool buckets_take(void *ctx, const struct gn_bucket *bucket)
{
    struct buckets_cursor *cursor = ctx;
    cursor->rows[cursor->count++] = *bucket; /* no more come than there is room for */
    return true;
}

/* Milliseconds, or "1h". */
static bool buckets_step(sqlite3_value *value, int64_t *out)
{
    if (sqlite3_value_type(value) == SQLITE_TEXT && gn_duration_parse(gn_sql_text(value), out) == GN_OK)
        return *out >= 1;
    *out = sqlite3_value_int64(value);
    return sqlite3_value_numeric_type(value) == SQLITE_INTEGER && *out >= 1;
}

static int buckets_ask(struct buckets_cursor *cursor, uint32_t series, const struct gn_span *span)
{
    /* A bucket belongs to a range by its start, so the last one is whole; a first one that begins before the range
     * is left out by SQLite, which looks again. */
    const int64_t room = INT64_MAX - cursor->step_ms;
    const int64_t to_ms = span->until_ms >= room ? INT64_MAX : span->until_ms + cursor->step_ms;
    const gn_err err =
        gn_store_downsample(cursor->reader, series, span->from_ms, to_ms, cursor->step_ms, buckets_take, cursor);
    if (err == GN_ERR_INVAL)
        return gn_sql_fail(buckets_table(cursor), err, "a text property has no buckets");
    if (err == GN_ERR_FULL)
        return gn_sql_fail(buckets_table(cursor), err, "too many buckets: ask with a larger step, or for less time");
    return err ? gn_sql_fail(buckets_table(cursor), err, gn_err_text(err)) : SQLITE_OK;
}

static int buckets_filter(sqlite3_vtab_cursor *base, int number, const char *ops, int argc, sqlite3_value **argv)
{
    struct buckets_cursor *cursor = (struct buckets_cursor *)base;
    struct gn_sql *sql = buckets_table(cursor)->sql;
    struct gn_span span = { 0, INT64_MIN, INT64_MAX };
    uint32_t thing;
    bool bad = false;
    (void)number;
    (void)argc;
    cursor->at = 0;
    cursor->count = 0;
    if (!buckets_step(argv[2], &cursor->step_ms))
        return gn_sql_fail(buckets_table(cursor), GN_ERR_INVAL,
                           "a step is '250ms', '90s', '5m', '1h', '1d', or milliseconds");
    for (int i = 0; ops[i] != '\0'; i++)
        if (!gn_sql_narrow(&span, (unsigned char)ops[i], argv[3 + i], &bad) && !bad)
            return SQLITE_OK;
    if (bad)
        return gn_sql_fail(buckets_table(cursor), GN_ERR_INVAL,
                           "time is milliseconds since 1970: compare it with ms('2026-11-22T03:24:00Z')");
    if (gn_str_copy(cursor->thing, sizeof cursor->thing, gn_sql_text(argv[0])) != GN_OK ||
        gn_str_copy(cursor->property, sizeof cursor->property, gn_sql_text(argv[1])) != GN_OK ||
        !gn_sql_find_thing(sql, gn_str_of(cursor->thing), &thing) ||
        !gn_sql_find_series(sql, thing, gn_str_of(cursor->property), &span.series))
        return SQLITE_OK;
    return buckets_ask(cursor, span.series, &span);
}

static int buckets_next(sqlite3_vtab_cursor *base)
{
    ((struct buckets_cursor *)base)->at++;
    return SQLITE_OK;
}

static int buckets_eof(sqlite3_vtab_cursor *base)
{
    const struct buckets_cursor *cursor = (struct buckets_cursor *)base;
    return cursor->at >= cursor->count;
}

static int buckets_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct buckets_cursor *cursor = (struct buckets_cursor *)base;
    const struct gn_bucket *row = &cursor->rows[cursor->at];
    const double values[] = { row->min, row->max, row->mean, row->sum, row->first, row->last };
    if (column == BUCKETS_TIME)
        sqlite3_result_int64(context, row->time_ms);
    else if (column == BUCKETS_COUNT)
        sqlite3_result_int64(context, (sqlite3_int64)row->count);
    else if (column == BUCKETS_THING || column == BUCKETS_PROPERTY)
        sqlite3_result_text(context, column == BUCKETS_THING ? cursor->thing : cursor->property, -1, SQLITE_TRANSIENT);
    else if (column == BUCKETS_STEP)
        sqlite3_result_int64(context, cursor->step_ms);
    else
        sqlite3_result_double(context, values[column - BUCKETS_MIN]);
    return SQLITE_OK;
}

static int buckets_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((struct buckets_cursor *)base)->at;
    return SQLITE_OK;
}

const sqlite3_module gn_sql_buckets = {
    .xConnect = buckets_connect,
    .xBestIndex = buckets_best_index,
    .xDisconnect = gn_sql_disconnect,
    .xOpen = buckets_open,
    .xClose = buckets_close,
    .xFilter = buckets_filter,
    .xNext = buckets_next,
    .xEof = buckets_eof,
    .xColumn = buckets_column,
    .xRowid = buckets_rowid,
};
