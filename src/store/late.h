/* SPDX-License-Identifier: Apache-2.0 */
/* store/late.h -- numeric readings that came after newer ones of their series, until a flush.
 *
 *      reading ─┬─ newer than all of its series ──▶ head ──▶ chunk         (nearly all)
 *               └─ not ──────────────────────────▶ late ──▶ table `late`  ──merged at leisure──▶ chunk
 *
 * So chunks of a series never overlap, however late a reading comes: hours, days, or a year of backfill. A query
 * lays the late ones over the chunks; at the same key the late one arrived last, and counts.
 *
 * Everything here is done with the store's lock. */
#ifndef GN_STORE_LATE_H
#define GN_STORE_LATE_H

#include "base/limits.h"
#include "store/sample.h"

struct gn_late {
    struct gn_sample sample;
    uint32_t series;
};

struct gn_lates {
    struct gn_late *rows; /* GN_LATE_WAITING_MAX, in the order of arrival */
    uint32_t count;
};

GN_MUST_USE gn_err gn_lates_init(struct gn_lates *lates);
void gn_lates_fini(struct gn_lates *lates);
/* FULL: flush first. */
GN_MUST_USE gn_err gn_lates_put_lkd(struct gn_lates *lates, uint32_t series, const struct gn_sample *sample);

#endif
