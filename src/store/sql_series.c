/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test sql_test.c asks it */
/* The virtual table `series`: which series there are. */
#include "base/mem.h"
#include "store/sql_int.h"

struct series_cursor {
    sqlite3_vtab_cursor base;
    uint32_t index;
    bool there;
    struct gn_series series;
    char thing[GN_THING_ID_BYTES_MAX + 1];
};

static int series_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    return gn_sql_connect(db, aux, "CREATE TABLE series(thing TEXT, property TEXT, kind TEXT)", out);
}

static int series_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    (void)base;
    info->estimatedCost = 1000;
    info->estimatedRows = 1000;
    return SQLITE_OK;
}

static int series_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    (void)base;
    struct series_cursor *cursor = gn_mem_take(sizeof *cursor, "history: SQL");
    if (cursor == NULL)
        return SQLITE_NOMEM;
    *out = &cursor->base;
    return SQLITE_OK;
}

static int series_close(sqlite3_vtab_cursor *base)
{
    gn_mem_give(base);
    return SQLITE_OK;
}

static int series_look(struct series_cursor *cursor)
{
    struct gn_sql *sql = ((struct gn_sql_table *)cursor->base.pVtab)->sql;
    cursor->there = gn_sql_series_at(sql, cursor->index, &cursor->series, cursor->thing);
    return SQLITE_OK;
}

static int series_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc, sqlite3_value **argv)
{
    struct series_cursor *cursor = (struct series_cursor *)base;
    (void)number;
    (void)text;
    (void)argc;
    (void)argv;
    cursor->index = 0;
    return series_look(cursor);
}

static int series_next(sqlite3_vtab_cursor *base)
{
    struct series_cursor *cursor = (struct series_cursor *)base;
    cursor->index++;
    return series_look(cursor);
}

static int series_eof(sqlite3_vtab_cursor *base)
{
    return !((struct series_cursor *)base)->there;
}

static int series_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    static const char *const kinds[] = { "number", "bool", "text" };
    const struct series_cursor *cursor = (struct series_cursor *)base;
    const char *text = column == 0 ? cursor->thing : column == 1 ? cursor->series.property : kinds[cursor->series.kind];
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

static int series_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((struct series_cursor *)base)->index;
    return SQLITE_OK;
}

const sqlite3_module gn_sql_series = {
    .xConnect = series_connect, /* without xCreate: the table is there by itself, and cannot be made */
    .xBestIndex = series_best_index,
    .xDisconnect = gn_sql_disconnect,
    .xOpen = series_open,
    .xClose = series_close,
    .xFilter = series_filter,
    .xNext = series_next,
    .xEof = series_eof,
    .xColumn = series_column,
    .xRowid = series_rowid,
};
