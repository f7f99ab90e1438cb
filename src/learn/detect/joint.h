/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/joint.h -- a Thing's many series together: does each go where the others and the hour say it goes?
 *
 *      reference ─▶ scale ─▶ ridge: z(t) from z(t-1) of all series and the hour ─▶ usual energy of each residual
 *      reading  ─▶ residual of each series ─▶ its energy over about 8 readings, in units of what is rare for it
 *                                                   └─▶ score: the largest; parts: all of them, so the culprit is named
 *
 * A tank that fills though its pump is off has a usual level and a usual flow, and breaks this. The first three
 * quarters of the reference fit the weights, the last quarter says what residuals are usual: weights fit what they were
 * fitted on too well to say that. A score above 1 happens in 1 % of usual readings.
 *
 * Series are predicted from the past alone, not from the others at the same time: so a wrong sensor stands out by
 * itself at first, and those it helps to predict follow one reading later.
 *
 * Method: vector autoregression (C. A. Sims, 1980) by ridge regression (Hoerl and Kennard, 1970); energies as
 * exponentially weighted mean squares (MacGregor and Harris, 1993). Cost: a fit of 8760 rows of 43 series 0.2 s, a
 * reading 3 us. State: 108 KiB, the caller's, pointer-free. Not thread-safe. */
#ifndef GN_LEARN_DETECT_JOINT_H
#define GN_LEARN_DETECT_JOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    GN_JOINT_SERIES_MAX = 64,
    GN_JOINT_FEATURES_MAX = GN_JOINT_SERIES_MAX + 5, /* 1, two sines and cosines of the day, the series */
    GN_JOINT_ROWS_MIN = 200,
};

struct gn_joint {
    uint32_t series;
    uint32_t seen;                        /* readings since the start, stops at 1 */
    double unit;                          /* score of 1 */
    double center[GN_JOINT_SERIES_MAX];   /* median of the reference */
    double scale[GN_JOINT_SERIES_MAX];    /* its standard deviation */
    double residual[GN_JOINT_SERIES_MAX]; /* root mean square of usual residuals, scaled */
    double rare[GN_JOINT_SERIES_MAX];     /* energy that 0.5 % of usual readings exceed */
    double energy[GN_JOINT_SERIES_MAX];   /* running */
    double last[GN_JOINT_SERIES_MAX];     /* the reading before, scaled */
    double weights[GN_JOINT_SERIES_MAX][GN_JOINT_FEATURES_MAX];
    double normal[GN_JOINT_FEATURES_MAX * GN_JOINT_FEATURES_MAX]; /* of the fit */
};

/* Numbers of working memory that a fit needs. */
size_t gn_joint_scratch(size_t series, size_t rows);
/* Learns what is usual. `values`: series after series, `rows` finite numbers each. INVAL: too many or no series, fewer
 * than GN_JOINT_ROWS_MIN rows, or values so large that nothing can be computed with them. */
GN_MUST_USE gn_err gn_joint_fit(struct gn_joint *joint, size_t series, size_t rows, const int64_t *times_ms,
                                const double *values, double *scratch);
/* Forgets the reading before, not what is usual: another stretch begins. */
void gn_joint_start(struct gn_joint *joint);
/* Judges one reading of all series, finite, `stride` numbers apart. The score is the largest part. */
double gn_joint_score(struct gn_joint *joint, int64_t time_ms, const double *values, size_t stride, double *out_parts);

#endif
