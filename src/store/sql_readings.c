/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test sql_test.c asks it */
/* The virtual table `readings`: a row a reading.
 *
 *      xBestIndex   which of thing = ?, property = ?, and bounds of time it can use, and the order it gives
 *      xFilter      goes through the series they leave, one after the other, each in the order of time */
#include <math.h>

#include "base/mem.h"
#include "store/cursor.h"
#include "store/sql_int.h"

enum readings_column {
    READINGS_THING,
    READINGS_PROPERTY,
    READINGS_TIME,
    READINGS_VALUE,
    READINGS_QUALITY,
    READINGS_SEQ
};

/* Of idxNum; the arguments of xFilter come in this order. The operators of the time bounds stand in idxStr. */
enum { READINGS_BY_THING = 1, READINGS_BY_PROPERTY = 2, READINGS_DOWN = 4, READINGS_TIMES_MAX = 4 };

enum { READINGS_TEXTS = 256 }; /* text readings fetched at once */

struct readings_text {
    struct gn_sample sample;
    uint32_t at;
    uint32_t size;
};

struct readings_cursor {
    sqlite3_vtab_cursor base;
    struct gn_store_reader *reader;
    bool one_series; /* the one at hand is the only one */
    bool has_thing, has_property;
    bool down;
    uint32_t thing;
    char want[GN_PROPERTY_BYTES_MAX + 1];
    struct gn_span span; /* of the series at hand */
    uint32_t next_series;

    bool eof;
    bool is_open; /* walk */
    struct gn_cursor walk;
    struct gn_sample sample;
    gn_str text;
    int64_t row;
    struct gn_series series;
    char thing_id[GN_THING_ID_BYTES_MAX + 1];

    /* of a text series: what is fetched, and how far it is given */
    uint32_t text_count, text_at;
    bool has_last;
    struct gn_sample last;
    uint32_t given_same; /* texts given with the time of `last` */
    struct readings_text texts[READINGS_TEXTS];
    struct gn_buf bytes;
    uint8_t *space; /* READINGS_TEXTS * GN_TEXT_VALUE_BYTES_MAX, taken at the first text series */
};

static struct gn_sql_table *readings_table(struct readings_cursor *cursor)
{
    return (struct gn_sql_table *)cursor->base.pVtab;
}

static int readings_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    return gn_sql_connect(
        db, aux, "CREATE TABLE readings(thing TEXT, property TEXT, time INTEGER, value, quality TEXT, seq INTEGER)",
        out);
}

static bool readings_is_text_equal(sqlite3_index_info *info, int i, int column)
{
    const struct sqlite3_index_constraint *c = &info->aConstraint[i];
    const char *collation = sqlite3_vtab_collation(info, i);
    return c->usable && c->iColumn == column && c->op == SQLITE_INDEX_CONSTRAINT_EQ && collation != NULL &&
           sqlite3_stricmp(collation, "BINARY") == 0;
}

/* Uses the first usable `column = ?`. */
static bool readings_use_equal(sqlite3_index_info *info, int column, int *argument)
{
    for (int i = 0; i < info->nConstraint; i++)
        if (readings_is_text_equal(info, i, column)) {
            info->aConstraintUsage[i].argvIndex = ++*argument;
            info->aConstraintUsage[i].omit = 1;
            return true;
        }
    return false;
}

static int readings_use_times(sqlite3_index_info *info, int *argument)
{
    char ops[READINGS_TIMES_MAX + 1] = "";
    int count = 0;
    for (int i = 0; i < info->nConstraint && count < READINGS_TIMES_MAX; i++) {
        const struct sqlite3_index_constraint *c = &info->aConstraint[i];
        const unsigned char op = c->op;
        if (!c->usable || c->iColumn != READINGS_TIME ||
            (op != SQLITE_INDEX_CONSTRAINT_EQ && op != SQLITE_INDEX_CONSTRAINT_GT && op != SQLITE_INDEX_CONSTRAINT_GE &&
             op != SQLITE_INDEX_CONSTRAINT_LT && op != SQLITE_INDEX_CONSTRAINT_LE))
            continue;
        ops[count++] = (char)op;
        info->aConstraintUsage[i].argvIndex = ++*argument; /* not omitted: SQLite looks again */
    }
    info->idxStr = sqlite3_mprintf("%s", ops);
    info->needToFreeIdxStr = 1;
    return count;
}

static int readings_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    int argument = 0;
    (void)base;
    info->idxNum = 0;
    if (readings_use_equal(info, READINGS_THING, &argument))
        info->idxNum |= READINGS_BY_THING;
    if (readings_use_equal(info, READINGS_PROPERTY, &argument))
        info->idxNum |= READINGS_BY_PROPERTY;
    const int times = readings_use_times(info, &argument);
    const bool one = info->idxNum == (READINGS_BY_THING | READINGS_BY_PROPERTY);
    double rows = one ? 1e5 : (info->idxNum != 0 ? 1e6 : 1e8);
    for (int i = 0; i < times; i++)
        rows /= 10;
    info->estimatedRows = (sqlite3_int64)rows;
    info->estimatedCost = rows;
    if (one && info->nOrderBy == 1 && info->aOrderBy[0].iColumn == READINGS_TIME) {
        info->orderByConsumed = 1;
        if (info->aOrderBy[0].desc)
            info->idxNum |= READINGS_DOWN;
    }
    return info->idxStr != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

static int readings_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    struct readings_cursor *cursor = gn_mem_take(sizeof *cursor, "history: SQL");
    if (cursor == NULL)
        return SQLITE_NOMEM;
    if (gn_sql_take_reader((struct gn_sql_table *)base, &cursor->reader) != GN_OK) {
        gn_mem_give(cursor);
        return SQLITE_ERROR;
    }
    *out = &cursor->base;
    return SQLITE_OK;
}

static void readings_end_series(struct readings_cursor *cursor)
{
    if (cursor->is_open)
        gn_cursor_close(&cursor->walk);
    cursor->is_open = false;
    cursor->text_count = 0;
    cursor->text_at = 0;
    cursor->has_last = false;
    cursor->given_same = 0;
}

static int readings_close(sqlite3_vtab_cursor *base)
{
    struct readings_cursor *cursor = (struct readings_cursor *)base;
    readings_end_series(cursor);
    gn_sql_give_reader(readings_table(cursor)->sql, cursor->reader);
    gn_mem_give(cursor->space);
    gn_mem_give(cursor);
    return SQLITE_OK;
}

/* --- text series: fetched some at a time, each time from the time of the last on -------------------- */

static bool readings_take_text(void *ctx, const struct gn_reading *reading)
{
    struct readings_cursor *cursor = ctx;
    const struct gn_sample sample = { reading->time_ms, reading->seq, 0, reading->quality };
    if (cursor->has_last) {
        const int order = gn_sample_order(&sample, &cursor->last);
        if (cursor->down ? order >= 0 : order <= 0)
            return true; /* given before */
    }
    if (cursor->text_count == READINGS_TEXTS)
        return false;
    cursor->texts[cursor->text_count++] =
        (struct readings_text){ sample, (uint32_t)cursor->bytes.size, (uint32_t)reading->text.size };
    gn_buf_add_str(&cursor->bytes, reading->text);
    return true;
}

/* Remembers where the next fetch goes on: at the time of the last one, whose others it will meet again. */
static void readings_note_last(struct readings_cursor *cursor)
{
    const struct gn_sample last = cursor->texts[cursor->down ? 0 : cursor->text_count - 1].sample;
    if (!cursor->has_last || cursor->last.time_ms != last.time_ms)
        cursor->given_same = 0;
    for (uint32_t i = 0; i < cursor->text_count; i++)
        cursor->given_same += cursor->texts[i].sample.time_ms == last.time_ms;
    cursor->last = last;
    cursor->has_last = true;
}

static gn_err readings_fetch_texts(struct readings_cursor *cursor)
{
    struct gn_range range = { .series = cursor->span.series,
                              .from_ms = cursor->span.from_ms,
                              .to_ms = cursor->span.until_ms < INT64_MAX ? cursor->span.until_ms + 1 : INT64_MAX,
                              .limit = READINGS_TEXTS + (cursor->has_last ? cursor->given_same : 0),
                              .newest_first = cursor->down };
    const size_t room = (size_t)READINGS_TEXTS * GN_TEXT_VALUE_BYTES_MAX;
    if (cursor->space == NULL)
        cursor->space = gn_mem_take(room, "history: SQL");
    if (cursor->space == NULL)
        return GN_ERR_FULL;
    if (cursor->has_last && !cursor->down)
        range.from_ms = cursor->last.time_ms;
    if (cursor->has_last && cursor->down && cursor->last.time_ms < INT64_MAX)
        range.to_ms = cursor->last.time_ms + 1;
    cursor->bytes = gn_buf_over(cursor->space, room);
    cursor->text_count = 0;
    cursor->text_at = 0;
    gn_err err = gn_store_range(cursor->reader, &range, readings_take_text, cursor);
    if (!err && cursor->text_count > 0)
        readings_note_last(cursor);
    return err;
}

static gn_err readings_next_text(struct readings_cursor *cursor, bool *out_any)
{
    if (cursor->text_at == cursor->text_count) {
        gn_err err = readings_fetch_texts(cursor);
        if (err)
            return err;
    }
    *out_any = cursor->text_at < cursor->text_count;
    if (*out_any) {
        const uint32_t at = cursor->down ? cursor->text_count - 1 - cursor->text_at : cursor->text_at;
        const struct readings_text *text = &cursor->texts[at];
        cursor->text_at++;
        cursor->sample = text->sample;
        cursor->text = (gn_str){ (const char *)cursor->space + text->at, text->size };
    }
    return GN_OK;
}

/* --- one series after the other -------------------------------------------------------------------- */

static bool readings_wants(const struct readings_cursor *cursor)
{
    return (!cursor->has_thing || cursor->series.thing == cursor->thing) &&
           (!cursor->has_property || strcmp(cursor->series.property, cursor->want) == 0);
}

/* *out_any false: there is no further one. */
static gn_err readings_next_series(struct readings_cursor *cursor, bool *out_any)
{
    struct gn_sql *sql = readings_table(cursor)->sql;
    for (;;) {
        const uint32_t index = cursor->next_series++;
        *out_any = gn_sql_series_at(sql, index, &cursor->series, cursor->thing_id);
        if (!*out_any)
            return GN_OK;
        if (!readings_wants(cursor))
            continue;
        cursor->span.series = index;
        if (cursor->one_series)
            cursor->next_series = UINT32_MAX;
        if (cursor->series.kind == GN_SERIES_TEXT)
            return GN_OK;
        gn_err err = gn_cursor_open(cursor->reader, &cursor->span, cursor->down, &cursor->walk);
        cursor->is_open = err == GN_OK;
        return err;
    }
}

static gn_err readings_step(struct readings_cursor *cursor)
{
    bool any = cursor->span.series != GN_NONE;
    gn_err err = GN_OK;
    for (;;) {
        if (any) {
            err = cursor->is_open ? gn_cursor_next(&cursor->walk, &cursor->sample, &any)
                                  : readings_next_text(cursor, &any);
            if (err || any)
                return err;
            readings_end_series(cursor);
        }
        err = readings_next_series(cursor, &any);
        cursor->eof = !err && !any;
        if (err || !any)
            return err;
    }
}

static int readings_next(sqlite3_vtab_cursor *base)
{
    struct readings_cursor *cursor = (struct readings_cursor *)base;
    const gn_err err = readings_step(cursor);
    cursor->row++;
    if (err)
        return gn_sql_fail(readings_table(cursor), err, gn_err_text(err));
    if (!cursor->eof && !gn_sql_look(readings_table(cursor)->sql))
        return gn_sql_fail(readings_table(cursor), GN_ERR_FULL,
                           "this looks at too many readings: ask for less time, or ask 'buckets'");
    return SQLITE_OK;
}

/* Narrows by the arguments. False: nothing can be found. */
static bool readings_narrow(struct readings_cursor *cursor, int number, const char *ops, sqlite3_value **argv,
                            bool *out_bad)
{
    struct gn_sql *sql = readings_table(cursor)->sql;
    int at = 0;
    *out_bad = false;
    if (number & READINGS_BY_THING && !gn_sql_find_thing(sql, gn_sql_text(argv[at++]), &cursor->thing))
        return false;
    if (number & READINGS_BY_PROPERTY &&
        gn_str_copy(cursor->want, sizeof cursor->want, gn_sql_text(argv[at++])) != GN_OK)
        return false;
    for (const char *op = ops; *op != '\0'; op++)
        if (!gn_sql_narrow(&cursor->span, (unsigned char)*op, argv[at++], out_bad))
            return false;
    if (cursor->one_series)
        return gn_sql_find_series(sql, cursor->thing, gn_str_of(cursor->want), &cursor->next_series);
    return true;
}

static int readings_filter(sqlite3_vtab_cursor *base, int number, const char *ops, int argc, sqlite3_value **argv)
{
    struct readings_cursor *cursor = (struct readings_cursor *)base;
    bool bad = false;
    (void)argc;
    readings_end_series(cursor);
    cursor->span = (struct gn_span){ GN_NONE, INT64_MIN, INT64_MAX };
    cursor->has_thing = (number & READINGS_BY_THING) != 0;
    cursor->has_property = (number & READINGS_BY_PROPERTY) != 0;
    cursor->one_series = cursor->has_thing && cursor->has_property;
    cursor->down = (number & READINGS_DOWN) != 0;
    cursor->next_series = 0;
    cursor->row = 0;
    cursor->eof = !readings_narrow(cursor, number, ops, argv, &bad);
    if (bad)
        return gn_sql_fail(readings_table(cursor), GN_ERR_INVAL,
                           "time is milliseconds since 1970: compare it with ms('2026-11-22T03:24:00Z')");
    return cursor->eof ? SQLITE_OK : readings_next(base);
}

static int readings_eof(sqlite3_vtab_cursor *base)
{
    return ((struct readings_cursor *)base)->eof;
}

static const char *readings_quality(uint8_t quality)
{
    static const char *const names[] = { "good", "stamped", "late", "late stamped" };
    return quality < sizeof names / sizeof names[0] ? names[quality] : "unknown";
}

static int readings_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct readings_cursor *cursor = (struct readings_cursor *)base;
    switch (column) {
    case READINGS_THING:
        sqlite3_result_text(context, cursor->thing_id, -1, SQLITE_TRANSIENT);
        break;
    case READINGS_PROPERTY:
        sqlite3_result_text(context, cursor->series.property, -1, SQLITE_TRANSIENT);
        break;
    case READINGS_TIME:
        sqlite3_result_int64(context, cursor->sample.time_ms);
        break;
    case READINGS_VALUE:
        if (cursor->series.kind == GN_SERIES_TEXT)
            sqlite3_result_text(context, cursor->text.at, (int)cursor->text.size, SQLITE_TRANSIENT);
        else if (cursor->series.kind == GN_SERIES_BOOL)
            sqlite3_result_int(context, cursor->sample.value != 0);
        else
            sqlite3_result_double(context, cursor->sample.value); /* NaN becomes NULL */
        break;
    case READINGS_QUALITY:
        sqlite3_result_text(context, readings_quality(cursor->sample.quality), -1, SQLITE_STATIC);
        break;
    default:
        sqlite3_result_int64(context, (sqlite3_int64)cursor->sample.seq);
        break;
    }
    return SQLITE_OK;
}

static int readings_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((struct readings_cursor *)base)->row;
    return SQLITE_OK;
}

const sqlite3_module gn_sql_readings = {
    .xConnect = readings_connect,
    .xBestIndex = readings_best_index,
    .xDisconnect = gn_sql_disconnect,
    .xOpen = readings_open,
    .xClose = readings_close,
    .xFilter = readings_filter,
    .xNext = readings_next,
    .xEof = readings_eof,
    .xColumn = readings_column,
    .xRowid = readings_rowid,
};
