/* SPDX-License-Identifier: Apache-2.0 */
/* eval/nab_score.h -- the score of the Numenta Anomaly Benchmark, one threshold for a whole corpus.
 *
 *      ──────────────┤ window ├─────────────────      y(p) = 2 / (1 + e^5p) - 1, -1 from p = 3 on
 *       x      x       A   x       x                  A: the earliest alarm of a window earns y(p) / y(-1),
 *      -1     -1   early +1 .. late 0   0 .. -1          p from -1 (first row) to 0 (behind the last)
 *                                                     x outside: y(p) times the price of a false alarm, p in
 *      a window without an alarm: - price of a miss      widths of the last window; -1 before the first one
 *
 *      score = 100 (sum - nothing) / (perfect - nothing)      nothing: no alarm at all; perfect: each window at once
 *
 * The first 15 % of a series, at most 750 rows, do not count. The threshold is the one that scores best: that is
 * the benchmark's own protocol, and what all published figures are. A. Lavin, S. Ahmad, "Evaluating Real-Time Anomaly
 * Detection Algorithms" (2015). */
#ifndef GN_EVAL_NAB_SCORE_H
#define GN_EVAL_NAB_SCORE_H

#include "base/err.h"

struct gn_nab_window {
    size_t from; /* first row */
    size_t to;   /* last row */
};

struct gn_nab_series {
    const double *scores;
    size_t count;
    const struct gn_nab_window *windows; /* ascending, apart */
    size_t window_count;                 /* <= GN_EVAL_NAB_WINDOWS_MAX */
};

typedef enum gn_nab_profile {
    GN_NAB_STANDARD = 0,
    GN_NAB_LOW_FP,
    GN_NAB_LOW_FN,
    GN_NAB_PROFILES,
} gn_nab_profile;

struct gn_nab_result {
    double score;
    double threshold; /* alarms are scores at or above it; infinite: none */
    size_t hits;      /* windows with an alarm */
    size_t false_alarms;
};

/* FULL when there is no memory to sort the rows in. At least one window must be there. */
GN_MUST_USE gn_err gn_nab_score(const struct gn_nab_series *series, size_t count, gn_nab_profile profile,
                                struct gn_nab_result *out);

#endif
