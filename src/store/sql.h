/* SPDX-License-Identifier: Apache-2.0 */
/* store/sql.h -- questions in SQL, read only, over the readings wherever they are: chunks, memory, late ones.
 *
 *      SELECT ... FROM readings WHERE thing = 'press-7' AND property = 'oil' AND time > ms('2026-11-22T03:00:00Z')
 *                      │               └──────── pushed down: only these series, only this time ─────────┘
 *                      └ a virtual table over store/cursor.h
 *
 *   readings   thing, property, time, value, quality, seq     a row a reading; time in ms since 1970
 *   series     thing, property, kind                          a row a series
 *   buckets(thing, property, step)   time, count, min, max, mean, sum, first, last    whole chunks by their summaries
 *
 *   ms(text)   RFC 3339 to milliseconds       iso(ms)   and back
 *
 * SQLite hands a virtual table its constraints and the order wanted, but not its aggregates: count(*) over `readings`
 * looks at each reading, and `buckets` is there to ask for summaries.
 *
 * The connection is a database in memory of its own, without any table but these: there is nothing in it to change
 * and no file behind it. An authorizer refuses everything but SELECT. Bounded: bytes of the question, rows of the
 * answer (the rest is cut off, and said), readings looked at, time. One thread. */
#ifndef GN_STORE_SQL_H
#define GN_STORE_SQL_H

#include "os/clock.h"
#include "store/store.h"

struct gn_sql; /* opaque */

typedef enum gn_sql_kind { GN_SQL_NULL, GN_SQL_INTEGER, GN_SQL_REAL, GN_SQL_TEXT } gn_sql_kind;

struct gn_sql_value {
    gn_sql_kind kind;
    int64_t integer;
    double real;
    gn_str text; /* valid during the call */
};

struct gn_sql_answer {
    void (*columns)(void *ctx, const gn_str *names, size_t count);           /* once, before the rows */
    bool (*row)(void *ctx, const struct gn_sql_value *values, size_t count); /* false: enough */
    void *ctx;
    /* filled in */
    uint64_t row_count;
    bool cut; /* there were more rows than GN_SQL_ROWS_MAX, or `row` had enough */
};

/* Of the store that the reader reads; the reader itself is not used. FULL: no memory. */
GN_MUST_USE gn_err gn_sql_open(const struct gn_store_reader *reader, const struct gn_clock *clock, struct gn_sql **out);
void gn_sql_close(struct gn_sql *sql);

/* Asks one question. INVAL: it is not understood, or not allowed; FULL: it looks at more readings or takes more memory
 * than it may; AGAIN: it took longer than GN_SQL_MS_MAX. The diag says what and, if known, where: its line
 * and column are those of `text`. Rows that were given before a failure have been given. */
GN_MUST_USE gn_err gn_sql_ask(struct gn_sql *sql, gn_str text, struct gn_sql_answer *answer, struct gn_diag *diag);

#endif
