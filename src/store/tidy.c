/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tidy.h"

#include "base/mem.h"
#include "store/chunk_row.h"
#include "store/tier.h"

enum {
    TIDY_WRITES_MAX = 256, /* chunks written anew at one checkpoint */
    TIDY_SERIES_MAX = 64,  /* series looked at for small chunks at one checkpoint */
    TIDY_LATE_MAX = 2048,  /* late readings laid in at once */
    TIDY_ROWS_MAX = 64,    /* chunks of a series looked at at once */
    TIDY_JOIN = 4,         /* fewer wait for others, so that a reading is written again once and not each time */
    TIDY_SAMPLES_MAX = TIDY_LATE_MAX + 2 * GN_CHUNK_READINGS,
};

/* Everything but the blob, which is fetched when it is needed. */
struct tidy_chunk {
    int64_t id;
    int64_t time_min;
    int64_t time_max;
    uint32_t count;
};

struct gn_tidy {
    uint32_t late_series;           /* where the search for late ones goes on */
    uint32_t next_kept;             /* where the search for what is too old goes on */
    uint32_t next_series;           /* where the search for small chunks goes on */
    int64_t from_ms[GN_SERIES_MAX]; /* before it a series has no small chunks any more; since this start */
    /* while at work */
    struct gn_store *store;
    uint32_t series;
    int64_t before_ms; /* chunks that begin here or later are left alone */
    int64_t *id;
    int64_t *added;
    uint32_t writes;
    uint32_t count;
    struct gn_sample samples[TIDY_SAMPLES_MAX];
    struct gn_point points[GN_CHUNK_READINGS];
    uint8_t blob[GN_CHUNK_BLOB_BYTES_MAX];
};

gn_err gn_tidy_new(struct gn_tidy **out)
{
    struct gn_tidy *tidy = gn_mem_take(sizeof *tidy, "history: tidying");
    if (tidy == NULL)
        return GN_ERR_FULL;
    for (uint32_t i = 0; i < GN_SERIES_MAX; i++)
        tidy->from_ms[i] = INT64_MIN;
    *out = tidy;
    return GN_OK;
}

static sqlite3_stmt *tidy_statement(struct gn_tidy *tidy, int statement)
{
    sqlite3_stmt *s = tidy->store->history.statements[statement];
    (void)sqlite3_bind_int64(s, 1, tidy->series);
    return s;
}

static void tidy_begin_series(struct gn_tidy *tidy, uint32_t series)
{
    const struct gn_head *head = &tidy->store->heads.rows[series];
    const uint32_t count = atomic_load_explicit(&head->count, memory_order_relaxed);
    tidy->series = series;
    tidy->before_ms = count > 0 ? head->points[0].time_ms : INT64_MAX;
}

/* The chunk that begins last at or before a time (GN_W_CHUNK_BEFORE), or first after it (GN_W_CHUNK_AFTER). */
static gn_err tidy_find(struct gn_tidy *tidy, int statement, int64_t time_ms, struct tidy_chunk *out, bool *out_found)
{
    sqlite3_stmt *find = tidy_statement(tidy, statement);
    (void)sqlite3_bind_int64(find, 2, time_ms);
    (void)sqlite3_bind_int64(find, 3, tidy->before_ms);
    gn_err err = gn_history_row(&tidy->store->history, statement, out_found);
    if (err || !*out_found)
        return err;
    *out = (struct tidy_chunk){ sqlite3_column_int64(find, 0), sqlite3_column_int64(find, 1),
                                sqlite3_column_int64(find, 2), (uint32_t)sqlite3_column_int64(find, 3) };
    gn_history_reset(&tidy->store->history, statement);
    return GN_OK;
}

/* Adds the readings of a chunk to the samples. CORRUPT: it cannot be read, and is to be left as it is. */
static gn_err tidy_add_chunk(struct gn_tidy *tidy, int64_t id)
{
    struct gn_history *history = &tidy->store->history;
    sqlite3_stmt *get = history->statements[GN_W_CHUNK_BLOB];
    uint32_t count = 0;
    uint64_t base_seq = 0;
    bool is_row = false;
    (void)sqlite3_bind_int64(get, 1, id);
    gn_err err = gn_history_row(history, GN_W_CHUNK_BLOB, &is_row);
    if (err || !is_row)
        return err ? err : GN_ERR_CORRUPT;
    const void *at = sqlite3_column_blob(get, 0);
    const gn_bytes blob = { at, at != NULL ? (size_t)sqlite3_column_bytes(get, 0) : 0 };
    err = gn_chunk_decode(blob, tidy->points, &count, &base_seq);
    gn_history_reset(history, GN_W_CHUNK_BLOB);
    if (err)
        return err;
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_point *point = &tidy->points[i];
        tidy->samples[tidy->count++] =
            (struct gn_sample){ point->time_ms, base_seq + point->seq_delta, point->value, point->quality };
    }
    return GN_OK;
}

/* --- writing --------------------------------------------------------------------------------------- */

/* A chunk holds seqs as 32-bit distances: may these stand in one? */
static bool tidy_fits(const struct gn_sample *samples, uint32_t count)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t i = 0; i < count; i++) {
        least = samples[i].seq < least ? samples[i].seq : least;
        most = samples[i].seq > most ? samples[i].seq : most;
    }
    return count == 0 || most - least <= UINT32_MAX;
}

/* As few chunks as hold them, all about as full. The first takes `id` unless that is 0. */
static gn_err tidy_write(struct gn_tidy *tidy, int64_t id)
{
    struct gn_history *history = &tidy->store->history;
    const uint32_t pieces = (tidy->count + GN_CHUNK_READINGS - 1) / GN_CHUNK_READINGS;
    gn_err err = GN_OK;
    for (uint32_t i = 0; !err && i < pieces; i++) {
        const uint32_t from = (uint32_t)((uint64_t)tidy->count * i / pieces);
        const uint32_t to = (uint32_t)((uint64_t)tidy->count * (i + 1) / pieces);
        if (i > 0 || id == 0) {
            id = ++*tidy->id;
            ++*tidy->added;
        }
        gn_chunk_row_bind_samples(history->statements[GN_W_CHUNK_PUT], id, tidy->series, tidy->samples + from,
                                  to - from, tidy->points, tidy->blob);
        err = gn_history_run(history, GN_W_CHUNK_PUT);
        tidy->writes++;
    }
    return err;
}

static gn_err tidy_drop_chunk(struct gn_tidy *tidy, int64_t id)
{
    (void)sqlite3_bind_int64(tidy->store->history.statements[GN_W_CHUNK_DROP], 1, id);
    --*tidy->added;
    return gn_history_run(&tidy->store->history, GN_W_CHUNK_DROP);
}

/* --- late ones ------------------------------------------------------------------------------------- */

/* Where a late reading belongs, and up to where others go with it. */
struct tidy_place {
    struct tidy_chunk into;
    bool has_into;
    int64_t until_ms;
    bool blocked; /* two chunks share a millisecond here: what is laid over them stays late */
};

static gn_err tidy_find_place(struct gn_tidy *tidy, int64_t time_ms, struct tidy_place *out)
{
    struct tidy_chunk next = { 0 }, earlier = { 0 };
    bool has_next = false, has_earlier = false;
    *out = (struct tidy_place){ .until_ms = tidy->before_ms - 1 };
    gn_err err = tidy_find(tidy, GN_W_CHUNK_BEFORE, time_ms, &out->into, &out->has_into);
    if (!err)
        err = tidy_find(tidy, GN_W_CHUNK_AFTER, time_ms, &next, &has_next);
    if (!err && out->has_into && out->into.time_min > INT64_MIN)
        err = tidy_find(tidy, GN_W_CHUNK_BEFORE, out->into.time_min - 1, &earlier, &has_earlier);
    if (err)
        return err;
    if (has_next)
        out->until_ms = next.time_min - 1;
    if (out->has_into)
        out->blocked = out->into.time_max > out->until_ms || (has_earlier && earlier.time_max >= out->into.time_min);
    if (out->has_into && time_ms > out->into.time_max && out->into.count > GN_CHUNK_READINGS / 2)
        out->has_into = false; /* between two chunks, and the one before is well filled */
    return GN_OK;
}

/* Reads late ones from a time on, as many as go together; *out_first_ms is the time of the first. */
static gn_err tidy_read_late(struct gn_tidy *tidy, int64_t from_ms, int64_t until_ms)
{
    struct gn_history *history = &tidy->store->history;
    sqlite3_stmt *rows = tidy_statement(tidy, GN_W_LATE_ROWS);
    bool is_row = false;
    gn_err err = GN_OK;
    (void)sqlite3_bind_int64(rows, 2, from_ms);
    (void)sqlite3_bind_int64(rows, 3, until_ms);
    uint32_t left = TIDY_LATE_MAX;
    while (left-- > 0 && (err = gn_history_row(history, GN_W_LATE_ROWS, &is_row)) == GN_OK && is_row) {
        const int64_t bits = sqlite3_column_int64(rows, 3);
        struct gn_sample *sample = &tidy->samples[tidy->count++];
        *sample = (struct gn_sample){ .time_ms = sqlite3_column_int64(rows, 0),
                                      .seq = (uint64_t)sqlite3_column_int64(rows, 1),
                                      .quality = (uint8_t)sqlite3_column_int64(rows, 2) };
        memcpy(&sample->value, &bits, sizeof bits);
    }
    gn_history_reset(history, GN_W_LATE_ROWS);
    return err;
}

static gn_err tidy_drop_late(struct gn_tidy *tidy, const struct gn_sample *first, const struct gn_sample *last)
{
    sqlite3_stmt *drop = tidy_statement(tidy, GN_W_LATE_DROP);
    (void)sqlite3_bind_int64(drop, 2, first->time_ms);
    (void)sqlite3_bind_int64(drop, 3, (int64_t)gn_stamp(first->seq, first->quality));
    (void)sqlite3_bind_int64(drop, 4, last->time_ms);
    (void)sqlite3_bind_int64(drop, 5, (int64_t)gn_stamp(last->seq, last->quality));
    return gn_history_run(&tidy->store->history, GN_W_LATE_DROP);
}

/* Lays the late ones from a time on into their chunk. *out_any false: there are none, or they have to wait. */
static gn_err tidy_lay_in(struct gn_tidy *tidy, int64_t from_ms, bool *out_any)
{
    struct tidy_place place;
    *out_any = false;
    gn_err err = tidy_find_place(tidy, from_ms, &place);
    if (err || place.blocked)
        return err;
    tidy->count = 0;
    err = tidy_read_late(tidy, from_ms, place.until_ms);
    if (err || tidy->count == 0)
        return err;
    const struct gn_sample first = tidy->samples[0], last = tidy->samples[tidy->count - 1];
    if (place.has_into) {
        err = tidy_add_chunk(tidy, place.into.id);
        if (err)
            return err == GN_ERR_CORRUPT ? GN_OK : err; /* what is laid over it is still good */
    }
    tidy->count = gn_samples_settle(tidy->samples, tidy->count);
    if (!tidy_fits(tidy->samples, tidy->count))
        return GN_OK;
    err = tidy_write(tidy, place.has_into ? place.into.id : 0);
    *out_any = !err;
    return err ? err : tidy_drop_late(tidy, &first, &last);
}

/* The first late reading of a series from (series, 0) on that could be laid in. */
static gn_err tidy_first_late(struct gn_tidy *tidy, int64_t *out_ms, bool *out_found)
{
    sqlite3_stmt *first = tidy_statement(tidy, GN_W_LATE_FIRST);
    (void)sqlite3_bind_int64(first, 2, tidy->before_ms);
    gn_err err = gn_history_row(&tidy->store->history, GN_W_LATE_FIRST, out_found);
    if (err || !*out_found)
        return err;
    *out_ms = sqlite3_column_int64(first, 0);
    gn_history_reset(&tidy->store->history, GN_W_LATE_FIRST);
    return GN_OK;
}

static gn_err tidy_late_of_series(struct gn_tidy *tidy)
{
    bool any = true;
    gn_err err = GN_OK;
    while (!err && any && tidy->writes < TIDY_WRITES_MAX) {
        int64_t first_ms = 0;
        err = tidy_first_late(tidy, &first_ms, &any);
        if (!err && any)
            err = tidy_lay_in(tidy, first_ms, &any);
    }
    return err;
}

/* The next series that has late ones, in turn. */
static gn_err tidy_late(struct gn_tidy *tidy)
{
    struct gn_history *history = &tidy->store->history;
    sqlite3_stmt *next = history->statements[GN_W_LATE_SERIES];
    const uint32_t begin = tidy->late_series;
    bool wrapped = false, is_row = false;
    while (tidy->writes < TIDY_WRITES_MAX) {
        (void)sqlite3_bind_int64(next, 1, tidy->late_series);
        gn_err err = gn_history_row(history, GN_W_LATE_SERIES, &is_row);
        if (err)
            return err;
        const int64_t series = is_row ? sqlite3_column_int64(next, 0) : 0;
        if (is_row)
            gn_history_reset(history, GN_W_LATE_SERIES);
        if ((!is_row && (wrapped || begin == 0)) || (is_row && wrapped && series >= begin))
            break;
        if (!is_row) {
            wrapped = true;
            tidy->late_series = 0;
            continue;
        }
        tidy->late_series = (uint32_t)series + 1;
        if (series >= tidy->store->registry.series_count)
            continue;
        tidy_begin_series(tidy, (uint32_t)series);
        err = tidy_late_of_series(tidy);
        if (err)
            return err;
    }
    return GN_OK;
}

/* --- small chunks ---------------------------------------------------------------------------------- */

static gn_err tidy_join(struct gn_tidy *tidy, const struct tidy_chunk *chunks, uint32_t count)
{
    gn_err err = GN_OK;
    tidy->count = 0;
    for (uint32_t i = 0; !err && i < count; i++)
        err = tidy_add_chunk(tidy, chunks[i].id);
    if (err)
        return err == GN_ERR_CORRUPT ? GN_OK : err;
    tidy->count = gn_samples_settle(tidy->samples, tidy->count);
    if (!tidy_fits(tidy->samples, tidy->count))
        return GN_OK;
    for (uint32_t i = 1; !err && i < count; i++)
        err = tidy_drop_chunk(tidy, chunks[i].id);
    return err ? err : tidy_write(tidy, chunks[0].id);
}

static gn_err tidy_read_chunks(struct gn_tidy *tidy, struct tidy_chunk out[static TIDY_ROWS_MAX], uint32_t *out_count)
{
    struct gn_history *history = &tidy->store->history;
    sqlite3_stmt *rows = tidy_statement(tidy, GN_W_CHUNK_LIST);
    bool is_row = false;
    gn_err err = GN_OK;
    *out_count = 0;
    (void)sqlite3_bind_int64(rows, 2, tidy->from_ms[tidy->series]);
    (void)sqlite3_bind_int64(rows, 3, tidy->before_ms);
    while (*out_count < TIDY_ROWS_MAX && (err = gn_history_row(history, GN_W_CHUNK_LIST, &is_row)) == GN_OK && is_row)
        out[(*out_count)++] =
            (struct tidy_chunk){ sqlite3_column_int64(rows, 0), sqlite3_column_int64(rows, 1),
                                 sqlite3_column_int64(rows, 2), (uint32_t)sqlite3_column_int64(rows, 3) };
    gn_history_reset(history, GN_W_CHUNK_LIST);
    return err;
}

static gn_err tidy_small_of_series(struct gn_tidy *tidy)
{
    struct tidy_chunk chunks[TIDY_ROWS_MAX];
    uint32_t count = 0, from = 0, sum = 0;
    gn_err err = tidy_read_chunks(tidy, chunks, &count);
    for (uint32_t i = 0; !err && i < count; i++) {
        if (sum + chunks[i].count > GN_CHUNK_READINGS) {
            if (i - from > 1)
                err = tidy_join(tidy, chunks + from, i - from);
            from = i;
            sum = 0;
        }
        sum += chunks[i].count;
    }
    if (!err && count - from >= TIDY_JOIN && sum <= GN_CHUNK_READINGS)
        err = tidy_join(tidy, chunks + from, count - from);
    if (!err && count > 0)
        tidy->from_ms[tidy->series] = chunks[from].time_min;
    return err;
}

static gn_err tidy_small(struct gn_tidy *tidy)
{
    const uint32_t count = tidy->store->registry.series_count;
    gn_err err = GN_OK;
    for (uint32_t i = 0; !err && i < TIDY_SERIES_MAX && i < count && tidy->writes < TIDY_WRITES_MAX; i++) {
        tidy_begin_series(tidy, tidy->next_series % count);
        tidy->next_series = (tidy->next_series + 1) % count;
        err = tidy_small_of_series(tidy);
    }
    return err;
}

/* --- keeping --------------------------------------------------------------------------------------- */

/* The narrowest tier that is kept, or 0. */
static int64_t tidy_first_tier(const struct gn_retention *keep)
{
    if (keep->minutes_ms > 0)
        return GN_TIER_MINUTE;
    if (keep->hours_ms > 0)
        return GN_TIER_HOUR;
    return keep->days_ms > 0 ? GN_TIER_DAY : 0;
}

/* Readings from the beginning up to a time, with what is laid over them, become rows of a tier. */
static gn_err tidy_roll(struct gn_tidy *tidy, const struct tidy_chunk *chunk, int64_t until_ms, int64_t step_ms)
{
    struct gn_history *history = &tidy->store->history;
    tidy->count = 0;
    gn_err err = tidy_read_late(tidy, INT64_MIN, until_ms);
    const uint32_t late = tidy->count;
    const struct gn_sample first = tidy->samples[0], last = tidy->samples[late > 0 ? late - 1 : 0];
    if (!err && chunk != NULL)
        err = tidy_add_chunk(tidy, chunk->id);
    if (err == GN_ERR_CORRUPT) /* it cannot be read, and is too old to be kept */
        err = GN_OK;
    tidy->count = gn_samples_settle(tidy->samples, tidy->count);
    if (!err && step_ms > 0)
        err = gn_tier_add(history, tidy->series, step_ms, tidy->samples, tidy->count);
    if (!err && chunk != NULL)
        err = tidy_drop_chunk(tidy, chunk->id);
    if (!err && late > 0)
        err = tidy_drop_late(tidy, &first, &last);
    tidy->writes++;
    return err;
}

/* Raw readings before a time. */
static gn_err tidy_roll_before(struct gn_tidy *tidy, int64_t before_ms, int64_t step_ms)
{
    gn_err err = GN_OK;
    while (!err && tidy->writes < TIDY_WRITES_MAX) {
        struct tidy_chunk chunk = { 0 };
        int64_t late_ms = 0;
        bool has_chunk = false, has_late = false;
        err = tidy_find(tidy, GN_W_CHUNK_AFTER, INT64_MIN, &chunk, &has_chunk);
        if (!err)
            err = tidy_first_late(tidy, &late_ms, &has_late);
        if (err)
            return err;
        has_chunk = has_chunk && chunk.time_max < before_ms;
        has_late = has_late && late_ms < before_ms;
        if (has_late && (!has_chunk || late_ms < chunk.time_min))
            err = tidy_roll(tidy, NULL, (has_chunk ? chunk.time_min : before_ms) - 1, step_ms);
        else if (has_chunk)
            err = tidy_roll(tidy, &chunk, chunk.time_max, step_ms);
        else
            return GN_OK;
    }
    return err;
}

/* The time before which something is older than that: at the start of a step, so that whole steps go. */
static int64_t tidy_before(int64_t now_ms, int64_t age_ms, int64_t step_ms)
{
    return age_ms < now_ms - INT64_MIN / 2 ? gn_tier_start(now_ms - age_ms, step_ms) : INT64_MIN;
}

static gn_err tidy_move_tiers(struct gn_tidy *tidy, const struct gn_retention *keep, int64_t now_ms)
{
    const int64_t steps[3] = { GN_TIER_MINUTE, GN_TIER_HOUR, GN_TIER_DAY };
    const int64_t ages[3] = { keep->minutes_ms, keep->hours_ms, keep->days_ms };
    gn_err err = GN_OK;
    for (int i = 0; !err && i < 3; i++) {
        int64_t to_ms = 0;
        for (int k = i + 1; k < 3 && to_ms == 0; k++)
            to_ms = ages[k] > 0 ? steps[k] : 0;
        bool any = ages[i] < INT64_MAX;
        while (!err && any && tidy->writes < TIDY_WRITES_MAX) {
            err = gn_tier_move(&tidy->store->history, tidy->series, steps[i], to_ms,
                               tidy_before(now_ms, ages[i], to_ms > 0 ? to_ms : steps[i]), &any);
            tidy->writes += any;
        }
    }
    return err;
}

static struct gn_retention tidy_keep_of(const struct gn_tidy *tidy, uint32_t series)
{
    const struct gn_store *store = tidy->store;
    const struct gn_series *row = &store->registry.series[series];
    struct gn_retention keep = { 0 };
    if (store->keep.of != NULL)
        store->keep.of(store->keep.ctx, gn_str_of(store->registry.things[row->thing].id), gn_str_of(row->property),
                       &keep);
    return keep;
}

static gn_err tidy_keep_series(struct gn_tidy *tidy, int64_t now_ms)
{
    const struct gn_retention keep = tidy_keep_of(tidy, tidy->series);
    if (keep.raw_ms == 0)
        return GN_OK;
    if (tidy->store->heads.rows[tidy->series].kind == GN_SERIES_TEXT) {
        sqlite3_stmt *expire = tidy_statement(tidy, GN_W_TEXT_EXPIRE);
        (void)sqlite3_bind_int64(expire, 2, tidy_before(now_ms, keep.raw_ms, 1));
        return gn_history_run(&tidy->store->history, GN_W_TEXT_EXPIRE);
    }
    const int64_t step_ms = tidy_first_tier(&keep);
    gn_err err = tidy_roll_before(tidy, tidy_before(now_ms, keep.raw_ms, step_ms > 0 ? step_ms : 1), step_ms);
    return err ? err : tidy_move_tiers(tidy, &keep, now_ms);
}

/* A clock that has gone astray must not take years of readings along. */
static int64_t tidy_now(const struct gn_store *store)
{
    if (store->wall_ms == INT64_MIN || store->ahead_ms == INT64_MIN)
        return INT64_MIN;
    const int64_t most = store->ahead_ms < INT64_MAX - GN_TIER_DAY ? store->ahead_ms + GN_TIER_DAY : INT64_MAX;
    return store->wall_ms < most ? store->wall_ms : most;
}

static gn_err tidy_keep_ages(struct gn_tidy *tidy)
{
    const uint32_t count = tidy->store->registry.series_count;
    const int64_t now_ms = tidy_now(tidy->store);
    gn_err err = GN_OK;
    if (tidy->store->keep.of == NULL || now_ms == INT64_MIN)
        return GN_OK;
    for (uint32_t i = 0; !err && i < TIDY_SERIES_MAX && i < count && tidy->writes < TIDY_WRITES_MAX; i++) {
        tidy_begin_series(tidy, tidy->next_kept % count);
        tidy->next_kept = (tidy->next_kept + 1) % count;
        err = tidy_keep_series(tidy, now_ms);
    }
    return err;
}

/* The first chunk of the series whose chunk was made first. */
static gn_err tidy_find_oldest(struct gn_tidy *tidy, int64_t *after_id, struct tidy_chunk *out, bool *out_found,
                               bool *out_more)
{
    struct gn_history *history = &tidy->store->history;
    sqlite3_stmt *oldest = history->statements[GN_W_CHUNK_OLDEST];
    *out_found = false;
    (void)sqlite3_bind_int64(oldest, 1, *after_id);
    gn_err err = gn_history_row(history, GN_W_CHUNK_OLDEST, out_more);
    if (err || !*out_more)
        return err;
    *after_id = sqlite3_column_int64(oldest, 0);
    const int64_t series = sqlite3_column_int64(oldest, 1);
    gn_history_reset(history, GN_W_CHUNK_OLDEST);
    if (series < 0 || series >= tidy->store->registry.series_count)
        return GN_OK;
    tidy_begin_series(tidy, (uint32_t)series);
    return tidy_find(tidy, GN_W_CHUNK_AFTER, INT64_MIN, out, out_found);
}

/* Too many bytes: what was made first goes, whatever its age. */
static gn_err tidy_keep_bytes(struct gn_tidy *tidy)
{
    struct gn_history *history = &tidy->store->history;
    int64_t after_id = 0;
    bool more = true;
    gn_err err = GN_OK;
    while (!err && more && tidy->writes < TIDY_WRITES_MAX) {
        struct tidy_chunk chunk = { 0 };
        uint64_t bytes = 0, unused = 0;
        bool found = false;
        if (!gn_history_bytes(history, GN_W_PAGES, &bytes) || !gn_history_bytes(history, GN_W_FREE_PAGES, &unused) ||
            bytes - unused <= tidy->store->keep.bytes)
            return GN_OK;
        err = tidy_find_oldest(tidy, &after_id, &chunk, &found, &more);
        if (err || !found)
            continue;
        const struct gn_retention keep = tidy_keep_of(tidy, tidy->series);
        err = tidy_roll(tidy, &chunk, chunk.time_max, tidy_first_tier(&keep));
    }
    return err;
}

gn_err gn_tidy_run(struct gn_store *store, int64_t *inout_id, int64_t *inout_added)
{
    struct gn_tidy *tidy = store->tidy;
    tidy->store = store;
    tidy->id = inout_id;
    tidy->added = inout_added;
    tidy->writes = 0;
    gn_err err = tidy_late(tidy);
    if (!err)
        err = tidy_small(tidy);
    if (!err)
        err = tidy_keep_ages(tidy);
    if (!err && store->keep.bytes > 0)
        err = tidy_keep_bytes(tidy);
    return err;
}
