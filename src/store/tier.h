/* SPDX-License-Identifier: Apache-2.0 */
/* store/tier.h -- what is left of readings that are not kept: a row a minute, an hour, a day.
 *
 *      raw ──older than `raw`──▶ minutes ──older than `minutes`──▶ hours ──▶ days ──older than `days`──▶ nothing
 *
 * A row has count, min, max, sum, first and last of the readings it stands for, and *unusual*: the evidence that the
 * engine had in all findings that began in its time (in nats, act/finding.h), so that years later one still sees when
 * something was wrong. Nothing is kept twice: a reading stands in a chunk or in one row of one tier. What is not
 * finite is not counted. Rows are made at a checkpoint, in its transaction (store/tidy.h). */
#ifndef GN_STORE_TIER_H
#define GN_STORE_TIER_H

#include "store/sample.h"
#include "store/store_int.h"

enum { GN_TIER_MINUTE = 60000, GN_TIER_HOUR = 3600000, GN_TIER_DAY = 86400000 };

/* One row that is being made. */
struct gn_tier_row {
    int64_t step_ms;
    int64_t time_ms; /* start, a multiple of the step */
    uint64_t count;  /* 0: nothing yet */
    double min, max, sum, first, last;
    int64_t first_ms, last_ms;
    double unusual;
};

/* The step that contains a time, or its start. */
int64_t gn_tier_start(int64_t time_ms, int64_t step_ms);

/* Makes rows of samples in ascending order, and of the findings of their time. */
GN_MUST_USE gn_err gn_tier_add(struct gn_history *history, uint32_t series, int64_t step_ms,
                               const struct gn_sample *samples, uint32_t count);
/* Moves rows of one tier that begin before a time into the next wider one, or (to_ms 0) away; some at a time. */
GN_MUST_USE gn_err gn_tier_move(struct gn_history *history, uint32_t series, int64_t step_ms, int64_t to_ms,
                                int64_t before_ms, bool *out_any);

#endif
