/* SPDX-License-Identifier: Apache-2.0 */
/* store/grid.h -- buckets of a series on a grid of time that several series share, with a rule for empty steps.
 *
 *      step        0    1    2    3    4    5
 *      buckets          7         9
 *      null        -    7    -    9    -    -
 *      previous    x    7    7    9    9    9      x: what held when the range began, if anything did
 *      linear      -    7    8    9    -    -      only between two
 *
 * A count is never empty: nothing came is 0. */
#ifndef GN_STORE_GRID_H
#define GN_STORE_GRID_H

#include "store/store.h"

typedef enum gn_fill { GN_FILL_NULL = 0, GN_FILL_PREVIOUS, GN_FILL_LINEAR, GN_FILL_COUNT_OF } gn_fill;

typedef enum gn_bucket_value {
    GN_VALUE_MEAN = 0,
    GN_VALUE_MIN,
    GN_VALUE_MAX,
    GN_VALUE_SUM,
    GN_VALUE_COUNT,
    GN_VALUE_FIRST,
    GN_VALUE_LAST,
    GN_VALUE_PERCENTILE,
    GN_VALUE_COUNT_OF
} gn_bucket_value;

/* "null", "previous" ... and "mean", "min" ...; false: no such word. */
bool gn_fill_named(gn_str name, gn_fill *out);
bool gn_bucket_value_named(gn_str name, gn_bucket_value *out);

struct gn_grid {
    int64_t from_ms; /* of the range, inclusive; the first step may begin before it */
    int64_t to_ms;   /* exclusive */
    int64_t step_ms;
    gn_bucket_value value;
    double percent; /* of GN_VALUE_PERCENTILE */
    gn_fill fill;
};

/* Start of the first step, and how many there are. INVAL: a step below 1, or a range without both ends; FULL: more
 * than GN_QUERY_BUCKETS_MAX. */
GN_MUST_USE gn_err gn_grid_steps(const struct gn_grid *grid, int64_t *out_first_ms, size_t *out_count);
/* One value a step; NaN where there is none. Errors as gn_grid_steps and gn_store_percentiles. */
GN_MUST_USE gn_err gn_store_grid(struct gn_store_reader *reader, uint32_t series, const struct gn_grid *grid,
                                 double out[static GN_QUERY_BUCKETS_MAX]);

#endif
