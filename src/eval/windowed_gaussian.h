/* SPDX-License-Identifier: Apache-2.0 */
/* eval/windowed_gaussian.h -- the simple detector to beat: how many standard deviations from the mean of the last 1000.
 *
 * The score is 1 - Q(|value - mean| / deviation), of the values before this one; 0 for the first. Much like the
 * "windowedGaussian" of NAB (numenta/NAB), which looks at one side only and rounds differently. */
#ifndef GN_EVAL_WINDOWED_GAUSSIAN_H
#define GN_EVAL_WINDOWED_GAUSSIAN_H

#include <stddef.h>

void gn_windowed_gaussian(const double *values, size_t count, double *out_scores);

#endif
