/* SPDX-License-Identifier: Apache-2.0 */
/* store/found.h -- gathers readings in any order and keeps the `limit` earliest, or latest.
 *
 *      add add add ... ─▶ [run of one chunk][run of the next]...  full ─▶ sort, keep `limit`, learn a bound
 *
 * Readings come in runs that are in order (a chunk is, nearly always), so the sort merges natural runs, and two
 * that do not interleave are only copied: 100 000 readings take about 1 ms. It needs a second block as large
 * as the first; both are touched only as far as they are used. Not thread-safe. */
#ifndef GN_STORE_FOUND_H
#define GN_STORE_FOUND_H

#include "base/bytes.h"
#include "base/limits.h"

struct gn_found {
    int64_t time_ms;
    uint64_t seq;
    double value;
    uint8_t quality;
};

enum { GN_FOUND_SLACK = 4096, GN_FOUND_MAX = GN_QUERY_READINGS_MAX + GN_FOUND_SLACK };

struct gn_find {
    struct gn_found *found; /* caller's, GN_FOUND_MAX */
    struct gn_found *spare; /* caller's, GN_FOUND_MAX */
    uint32_t count;
    uint32_t limit; /* 1 to GN_QUERY_READINGS_MAX */
    bool newest;    /* keep the latest */
    bool bounded;
    int64_t bound_ms; /* if bounded: beyond it (before it, for the latest) nothing is wanted any more */
};

void gn_find_add(struct gn_find *find, const struct gn_found *reading);
/* Sorts by time, then seq, and keeps the `limit` best. */
void gn_find_settle(struct gn_find *find);

#endif
