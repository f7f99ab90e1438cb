/* SPDX-License-Identifier: Apache-2.0 */
/* store/sql_int.h -- what the virtual tables share. Private to the room. */
#ifndef GN_STORE_SQL_INT_H
#define GN_STORE_SQL_INT_H

#include "store/sql.h"
#include "store/store_int.h"

struct gn_sql {
    struct gn_store *store;
    const struct gn_clock *clock;
    sqlite3 *db;
    /* Each table that is being read needs a reader of its own; opened at the first need. */
    struct gn_store_reader *readers[GN_SQL_CURSORS_MAX];
    bool taken[GN_SQL_CURSORS_MAX];
    int64_t deadline_us;
    int64_t memory_before; /* of SQLite, when the question began */
    bool memory_full;
    bool declaring;     /* a table says what columns it has: the one CREATE that is allowed */
    uint64_t looked_at; /* readings */
    gn_err err;         /* of the store, when a table failed; else GN_OK */
};

struct gn_sql_table {
    sqlite3_vtab base;
    struct gn_sql *sql;
};

/* FULL with the table's error text set: too many at once, or no memory. */
GN_MUST_USE gn_err gn_sql_take_reader(struct gn_sql_table *table, struct gn_store_reader **out);
void gn_sql_give_reader(struct gn_sql *sql, struct gn_store_reader *reader);
/* Notes what failed, for the answer, and says it in the table's words; returns SQLITE_ERROR. */
int gn_sql_fail(struct gn_sql_table *table, gn_err err, const char *words);
/* One more reading looked at. False: too many. */
static inline bool gn_sql_look(struct gn_sql *sql)
{
    return ++sql->looked_at <= GN_SQL_LOOKED_AT_MAX;
}

/* Which Thing a text names, and which of its series; false: none. */
bool gn_sql_find_thing(struct gn_sql *sql, gn_str id, uint32_t *out);
bool gn_sql_find_series(struct gn_sql *sql, uint32_t thing, gn_str property, uint32_t *out);
/* Copies a series and the id of its Thing out of the registry; false: there are no more. */
bool gn_sql_series_at(struct gn_sql *sql, uint32_t index, struct gn_series *out,
                      char out_thing[static GN_THING_ID_BYTES_MAX + 1]);

/* A constraint on `time`: narrows the span, which is closed at both ends. False: nothing can lie in it, or the value
 * is no time (then *out_bad). */
bool gn_sql_narrow(struct gn_span *span, unsigned char op, sqlite3_value *value, bool *out_bad);

static inline gn_str gn_sql_text(sqlite3_value *value)
{
    const char *at = (const char *)sqlite3_value_text(value);
    return (gn_str){ at, at != NULL ? (size_t)sqlite3_value_bytes(value) : 0 };
}

/* What all three tables do the same way. */
int gn_sql_connect(sqlite3 *db, void *aux, const char *declaration, sqlite3_vtab **out);
int gn_sql_disconnect(sqlite3_vtab *base);

extern const sqlite3_module gn_sql_readings;
extern const sqlite3_module gn_sql_series;
extern const sqlite3_module gn_sql_buckets;

#endif
