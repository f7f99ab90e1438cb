/* SPDX-License-Identifier: Apache-2.0 */
/* eval/vus.h -- VUS-PR: how well scores rank the rows of labelled stretches, without any threshold.
 *
 *      label      ____████____
 *      width w    __.:████:.__      rows up to w / 2 beside a stretch count sqrt(1 - distance / w)
 *
 *      for w = 0 .. period: area under precision over recall, at 250 thresholds        VUS-PR: their mean
 *
 * Recall is times the share of stretches (joined where widened ones touch) that have any row found. Scale-free, so
 * scores need no calibration; a score that ranks at random gets about the share of labelled rows.
 *
 * J. Paparrizos et al., "Volume Under the Surface" (PVLDB 2022), as computed by TSB-AD (Q. Liu, J. Paparrizos, "The
 * Elephant in the Room", NeurIPS 2024) with its defaults; the period is the lag of the highest local maximum of the
 * autocorrelation of the first 20 000 values, 7 to 303, or 125. */
#ifndef GN_EVAL_VUS_H
#define GN_EVAL_VUS_H

#include "eval/nab_score.h"

size_t gn_vus_period(const double *values, size_t count);
/* At least one window. FULL when there is no memory for it. */
GN_MUST_USE gn_err gn_vus_pr(const struct gn_nab_series *series, size_t period, double *out);

#endif
