/* SPDX-License-Identifier: Apache-2.0 */
/* store/output.c -- what the engine says: kept until the flush in one block, then one row each.
 *
 * An entry is a head with the sizes of its texts, then the texts. Only the history thread sees the block; for
 * everybody else an output appears with the flush. */
#include "base/buf.h"
#include "store/store_int.h"

enum { OUTPUT_ID_BYTES_MAX = 256, OUTPUT_STATE_BYTES_MAX = 32, OUTPUT_SQL_BYTES = 640 };

enum output_text { OUTPUT_KIND, OUTPUT_ID, OUTPUT_THING, OUTPUT_STATE, OUTPUT_JSON, OUTPUT_TEXTS };

struct output_entry {
    uint32_t size; /* a multiple of 8 */
    uint32_t sizes[OUTPUT_TEXTS];
    int64_t time_ms;
    uint64_t seq;
};
_Static_assert(sizeof(struct output_entry) == 40, "entries stay aligned");
_Static_assert(GN_OUTPUTS_WAITING_BYTES >= 4 * GN_OUTPUT_BYTES_MAX, "room for a few of the longest");

gn_err gn_store_put_output(struct gn_store *store, const struct gn_output *output)
{
    static const size_t most[OUTPUT_TEXTS] = { GN_OUTPUT_KIND_BYTES_MAX, OUTPUT_ID_BYTES_MAX, GN_THING_ID_BYTES_MAX,
                                               OUTPUT_STATE_BYTES_MAX, GN_OUTPUT_BYTES_MAX };
    const gn_str texts[OUTPUT_TEXTS] = { gn_str_of(output->kind), output->id, output->thing, output->state,
                                         output->json };
    struct output_entry entry = { .time_ms = output->time_ms, .seq = output->seq };
    size_t size = sizeof entry;
    for (size_t i = 0; i < OUTPUT_TEXTS; i++) {
        if (texts[i].size > most[i])
            return GN_ERR_INVAL;
        entry.sizes[i] = (uint32_t)texts[i].size;
        size += texts[i].size;
    }
    if (texts[OUTPUT_KIND].size == 0 || texts[OUTPUT_ID].size == 0)
        return GN_ERR_INVAL;
    size = gn_record_round(size);
    if (size > GN_OUTPUTS_WAITING_BYTES - store->output_bytes)
        return GN_ERR_FULL;

    entry.size = (uint32_t)size;
    struct gn_buf buf = gn_buf_over(store->outputs + store->output_bytes, size);
    gn_buf_add(&buf, &entry, sizeof entry);
    for (size_t i = 0; i < OUTPUT_TEXTS; i++)
        gn_buf_add_str(&buf, texts[i]);
    store->output_bytes += size;
    return GN_OK;
}

/* ?1 name, ?2 kind, ?3 thing, ?4 state, ?5 time, ?6 seq, ?7 change, ?8 json */
static gn_err output_write(struct gn_store *store, const uint8_t *at, uint64_t *change)
{
    static const int parameters[OUTPUT_TEXTS] = { 2, 1, 3, 4, 8 };
    struct gn_history *history = &store->history;
    sqlite3_stmt *put = history->statements[GN_W_OUTPUT_PUT];
    struct output_entry entry;
    memcpy(&entry, at, sizeof entry);
    const char *text = (const char *)at + sizeof entry;
    for (size_t i = 0; i < OUTPUT_TEXTS; i++) {
        gn_history_bind_str(put, parameters[i], (gn_str){ text, entry.sizes[i] });
        text += entry.sizes[i];
    }
    (void)sqlite3_bind_int64(put, 5, entry.time_ms);
    (void)sqlite3_bind_int64(put, 6, (int64_t)entry.seq);
    (void)sqlite3_bind_int64(put, 7, (int64_t)*change + 1);
    gn_err err = gn_history_run(history, GN_W_OUTPUT_PUT);
    if (!err && sqlite3_changes(history->db) > 0)
        ++*change;
    return err;
}

gn_err gn_outputs_write(struct gn_store *store, uint64_t *out_change)
{
    uint64_t change = store->change;
    gn_err err = GN_OK;
    for (size_t at = 0; !err && at < store->output_bytes;) {
        uint32_t size;
        memcpy(&size, store->outputs + at, sizeof size);
        err = output_write(store, store->outputs + at, &change);
        at += size;
    }
    if (!err)
        *out_change = change;
    return err;
}

/* --- queries --------------------------------------------------------------------------------------- */

/* Only what is asked for stands in the SQL, so that SQLite can pick the index that fits; every value is
 * bound. Preparing costs about 30 us, and nobody lists outputs more often than people look. */
static void output_sql(struct gn_buf *sql, const struct gn_output_query *query)
{
    const char *order = query->after_change > 0 ? "change" : "time";
    const char *direction = query->newest_first ? "DESC" : "ASC";
    gn_buf_add_text(sql, "SELECT kind, name, thing, state, time, seq, json, change FROM output WHERE 1");
    if (query->kind != NULL)
        gn_buf_add_text(sql, " AND kind = ?1");
    if (query->id.size > 0)
        gn_buf_add_text(sql, " AND name = ?2");
    if (query->thing.size > 0)
        gn_buf_add_text(sql, " AND thing = ?3");
    if (query->state.size > 0)
        gn_buf_add_text(sql, " AND state = ?4");
    if (query->after_change > 0)
        gn_buf_add_text(sql, " AND change > ?7");
    gn_buf_addf(sql, " AND time >= ?5 AND time <= ?6 ORDER BY %s %s", order, direction);
    if (query->after_change == 0)
        gn_buf_addf(sql, ", change %s", direction);
    gn_buf_add_text(sql, " LIMIT ?8");
    gn_buf_add_u8(sql, 0);
}

static void output_bind(sqlite3_stmt *rows, const struct gn_output_query *query)
{
    const bool endless = query->to_ms == 0 || query->to_ms == INT64_MAX;
    if (query->kind != NULL)
        gn_history_bind_str(rows, 1, gn_str_of(query->kind));
    if (query->id.size > 0)
        gn_history_bind_str(rows, 2, query->id);
    if (query->thing.size > 0)
        gn_history_bind_str(rows, 3, query->thing);
    if (query->state.size > 0)
        gn_history_bind_str(rows, 4, query->state);
    (void)sqlite3_bind_int64(rows, 5, query->from_ms);
    (void)sqlite3_bind_int64(rows, 6, endless ? INT64_MAX : query->to_ms - 1);
    if (query->after_change > 0)
        (void)sqlite3_bind_int64(rows, 7, (int64_t)query->after_change);
    (void)sqlite3_bind_int64(rows, 8, query->limit > 0 ? (int64_t)query->limit : -1);
}

static bool output_give(sqlite3_stmt *rows, gn_output_each *each, void *ctx)
{
    char kind[GN_OUTPUT_KIND_BYTES_MAX + 1];
    if (gn_str_copy(kind, sizeof kind, gn_history_str(rows, 0)) != GN_OK)
        return true; /* nothing we ever wrote */
    const struct gn_output output = { .kind = kind,
                                      .id = gn_history_str(rows, 1),
                                      .thing = gn_history_str(rows, 2),
                                      .state = gn_history_str(rows, 3),
                                      .time_ms = sqlite3_column_int64(rows, 4),
                                      .seq = (uint64_t)sqlite3_column_int64(rows, 5),
                                      .json = gn_history_str(rows, 6) };
    return each(ctx, &output, (uint64_t)sqlite3_column_int64(rows, 7));
}

gn_err gn_store_outputs(struct gn_store_reader *reader, const struct gn_output_query *query, gn_output_each *each,
                        void *ctx)
{
    char text[OUTPUT_SQL_BYTES];
    struct gn_buf sql = gn_buf_over(text, sizeof text);
    sqlite3_stmt *rows = NULL;
    if (reader->busy)
        return GN_ERR_BUSY;
    output_sql(&sql, query);
    int rc = sqlite3_prepare_v2(reader->history.db, text, (int)sql.size, &rows, NULL);
    gn_err err = gn_history_err(&reader->history, rc);
    if (err)
        return err;
    output_bind(rows, query);
    reader->busy = true;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW && output_give(rows, each, ctx))
        continue;
    err = gn_history_err(&reader->history, rc);
    reader->busy = false;
    (void)sqlite3_finalize(rows);
    return err;
}

uint64_t gn_store_last_change(struct gn_store_reader *reader)
{
    return atomic_load(&reader->store->last_change);
}
