/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tier.h"

#include <math.h>

enum { TIER_MOVE_ROWS = 1024, TIER_FINDING_MS = 7 * GN_TIER_DAY /* a finding is over, or said again, within it */ };

int64_t gn_tier_start(int64_t time_ms, int64_t step_ms)
{
    const int64_t rest = time_ms % step_ms;
    return rest < 0 ? time_ms - rest - step_ms : time_ms - rest;
}

/* Adds a row to what is there of its step. */
static gn_err tier_put(struct gn_history *history, uint32_t series, const struct gn_tier_row *row)
{
    sqlite3_stmt *put = history->statements[GN_W_TIER_PUT];
    const double values[6] = { row->min, row->max, row->sum, row->first, row->last, row->unusual };
    if (row->count == 0)
        return GN_OK;
    (void)sqlite3_bind_int64(put, 1, series);
    (void)sqlite3_bind_int64(put, 2, row->step_ms);
    (void)sqlite3_bind_int64(put, 3, row->time_ms);
    (void)sqlite3_bind_int64(put, 4, (int64_t)row->count);
    for (int i = 0; i < 6; i++)
        (void)sqlite3_bind_double(put, 5 + i, values[i]);
    (void)sqlite3_bind_int64(put, 11, row->first_ms);
    (void)sqlite3_bind_int64(put, 12, row->last_ms);
    return gn_history_run(history, GN_W_TIER_PUT);
}

static void tier_merge(struct gn_tier_row *into, const struct gn_tier_row *more)
{
    if (into->count == 0) {
        const int64_t step_ms = into->step_ms, time_ms = into->time_ms;
        *into = *more;
        into->step_ms = step_ms;
        into->time_ms = time_ms;
        return;
    }
    into->min = fmin(into->min, more->min);
    into->max = fmax(into->max, more->max);
    into->sum += more->sum;
    into->count += more->count;
    into->unusual += more->unusual;
    if (more->first_ms < into->first_ms) {
        into->first = more->first;
        into->first_ms = more->first_ms;
    }
    if (more->last_ms >= into->last_ms) {
        into->last = more->last;
        into->last_ms = more->last_ms;
    }
}

/* A finding belongs to the step in which it began. That step has a row: it began with a reading. */
static gn_err tier_add_findings(struct gn_history *history, uint32_t series, int64_t step_ms, int64_t from_ms,
                                int64_t until_ms)
{
    sqlite3_stmt *rows = history->statements[GN_W_FINDINGS];
    sqlite3_stmt *put = history->statements[GN_W_TIER_UNUSUAL];
    bool is_row = false;
    gn_err err = GN_OK;
    (void)sqlite3_bind_int64(rows, 1, series);
    (void)sqlite3_bind_int64(rows, 2, from_ms);
    (void)sqlite3_bind_int64(rows, 3, until_ms);
    (void)sqlite3_bind_int64(rows, 4, until_ms < INT64_MAX - TIER_FINDING_MS ? until_ms + TIER_FINDING_MS : INT64_MAX);
    while (!err && (err = gn_history_row(history, GN_W_FINDINGS, &is_row)) == GN_OK && is_row) {
        (void)sqlite3_bind_int64(put, 1, series);
        (void)sqlite3_bind_int64(put, 2, step_ms);
        (void)sqlite3_bind_int64(put, 3, gn_tier_start(sqlite3_column_int64(rows, 0), step_ms));
        (void)sqlite3_bind_double(put, 4, sqlite3_column_double(rows, 1));
        err = gn_history_run(history, GN_W_TIER_UNUSUAL);
    }
    gn_history_reset(history, GN_W_FINDINGS);
    return err;
}

gn_err gn_tier_add(struct gn_history *history, uint32_t series, int64_t step_ms, const struct gn_sample *samples,
                   uint32_t count)
{
    struct gn_tier_row row = { 0 };
    gn_err err = GN_OK;
    for (uint32_t i = 0; !err && i < count; i++) {
        const struct gn_sample *sample = &samples[i];
        const int64_t start = gn_tier_start(sample->time_ms, step_ms);
        if (!isfinite(sample->value))
            continue;
        if (row.count > 0 && row.time_ms != start) {
            err = tier_put(history, series, &row);
            row.count = 0;
        }
        row.step_ms = step_ms;
        row.time_ms = start;
        const struct gn_tier_row one = { .count = 1,
                                         .min = sample->value,
                                         .max = sample->value,
                                         .sum = sample->value,
                                         .first = sample->value,
                                         .last = sample->value,
                                         .first_ms = sample->time_ms,
                                         .last_ms = sample->time_ms };
        tier_merge(&row, &one);
    }
    if (!err)
        err = tier_put(history, series, &row);
    if (!err && count > 0)
        err = tier_add_findings(history, series, step_ms, samples[0].time_ms, samples[count - 1].time_ms);
    return err;
}

static struct gn_tier_row tier_of_row(sqlite3_stmt *rows, int64_t step_ms)
{
    return (struct gn_tier_row){ .step_ms = step_ms,
                                 .time_ms = sqlite3_column_int64(rows, 0),
                                 .count = (uint64_t)sqlite3_column_int64(rows, 1),
                                 .min = sqlite3_column_double(rows, 2),
                                 .max = sqlite3_column_double(rows, 3),
                                 .sum = sqlite3_column_double(rows, 4),
                                 .first = sqlite3_column_double(rows, 5),
                                 .last = sqlite3_column_double(rows, 6),
                                 .unusual = sqlite3_column_double(rows, 7),
                                 .first_ms = sqlite3_column_int64(rows, 8),
                                 .last_ms = sqlite3_column_int64(rows, 9) };
}

gn_err gn_tier_move(struct gn_history *history, uint32_t series, int64_t step_ms, int64_t to_ms, int64_t before_ms,
                    bool *out_any)
{
    sqlite3_stmt *rows = history->statements[GN_W_TIER_ROWS];
    struct gn_tier_row wide = { 0 };
    int64_t last_ms = 0;
    int moved = 0;
    bool is_row = false;
    gn_err err = GN_OK;
    (void)sqlite3_bind_int64(rows, 1, series);
    (void)sqlite3_bind_int64(rows, 2, step_ms);
    (void)sqlite3_bind_int64(rows, 3, before_ms);
    while (!err && moved < TIER_MOVE_ROWS && (err = gn_history_row(history, GN_W_TIER_ROWS, &is_row)) == GN_OK &&
           is_row) {
        const struct gn_tier_row row = tier_of_row(rows, step_ms);
        moved++;
        last_ms = row.time_ms;
        if (to_ms == 0)
            continue;
        const int64_t start = gn_tier_start(row.time_ms, to_ms);
        if (wide.count > 0 && wide.time_ms != start) {
            err = tier_put(history, series, &wide);
            wide.count = 0;
        }
        wide.step_ms = to_ms;
        wide.time_ms = start;
        tier_merge(&wide, &row);
    }
    gn_history_reset(history, GN_W_TIER_ROWS);
    if (!err)
        err = tier_put(history, series, &wide);
    *out_any = moved > 0;
    if (err || moved == 0)
        return err;
    sqlite3_stmt *drop = history->statements[GN_W_TIER_DROP];
    (void)sqlite3_bind_int64(drop, 1, series);
    (void)sqlite3_bind_int64(drop, 2, step_ms);
    (void)sqlite3_bind_int64(drop, 3, last_ms);
    return gn_history_run(history, GN_W_TIER_DROP);
}
