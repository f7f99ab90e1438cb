/* SPDX-License-Identifier: Apache-2.0 */
/* portal/prom/prom_window.h -- one series, summed up in the window before each step of a query.
 *
 *        range            range
 *   ├──────────────┤                        window of step i: [t_i - range, t_i)
 *             ├──────────────┤
 *   ──────────────▲─────────▲────▶ time
 *                t_i      t_i+1
 *
 * When the steps lie on a grid (start, step and range have a common divisor that is not too small), the history is
 * asked once for buckets of that size, which it answers from summaries where it can, and each bucket goes into the
 * windows that hold it. Else each step is one question. A rate looks at the readings themselves: a value below the one
 * before is a counter that began again; it is the increase over the time between first and last reading of the window,
 * not extrapolated beyond them. */
#ifndef GN_PORTAL_PROM_WINDOW_H
#define GN_PORTAL_PROM_WINDOW_H

#include "base/limits.h"
#include "store/store.h"

typedef enum gn_prom_fold {
    GN_PROM_LAST,
    GN_PROM_AVG,
    GN_PROM_MIN,
    GN_PROM_MAX,
    GN_PROM_SUM,
    GN_PROM_COUNT,
    GN_PROM_RATE,
} gn_prom_fold;

struct gn_prom_grid {
    int64_t start_ms;
    int64_t step_ms; /* at least 1 */
    uint32_t steps;  /* 1 to GN_PROM_STEPS_MAX */
};

struct gn_prom_slot { /* what one step needs while it is summed up */
    double aux;       /* AVG: readings; RATE: the value before */
    int64_t first_ms, last_ms;
};

struct gn_prom_window {
    struct gn_store_reader *reader;
    struct gn_prom_grid grid;
    int64_t range_ms;
    gn_prom_fold fold;
    struct gn_prom_slot *slots; /* [steps] */
    uint64_t work;              /* so far, of GN_PROM_WORK_MAX */
    /* private */
    double *points;
    int64_t bucket_ms;
    uint32_t readings;
};

/* points[steps]; NaN where the window is empty. FULL: beyond GN_PROM_WORK_MAX, or a rate over more than
 * GN_QUERY_READINGS_MAX readings. */
GN_MUST_USE gn_err gn_prom_window(struct gn_prom_window *window, uint32_t series, double *points);

#endif
