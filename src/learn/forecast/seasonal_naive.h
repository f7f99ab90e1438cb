/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/seasonal_naive.h -- what was one season ago comes again: the figure every method has to beat.
 *
 *      values  a b c d | e f g h      season 4, horizon 6
 *      out     e f g h   e f
 *
 * R. J. Hyndman, G. Athanasopoulos, *Forecasting: Principles and Practice* (2021), section 5.2. Pure. */
#ifndef GN_LEARN_FORECAST_SEASONAL_NAIVE_H
#define GN_LEARN_FORECAST_SEASONAL_NAIVE_H

#include <stddef.h>

/* A series shorter than a season repeats its last value. `count` > 0, `season` > 0. */
void gn_seasonal_naive(const double *values, size_t count, size_t season, double *out, size_t horizon);

#endif
