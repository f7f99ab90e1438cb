/* SPDX-License-Identifier: Apache-2.0 */
/* store/quantile.h -- the value below which a given part of some values lies. */
#ifndef GN_STORE_QUANTILE_H
#define GN_STORE_QUANTILE_H

#include "base/bytes.h"

/* `part` is 0 to 1. Between two values it lies between them in proportion, as in NumPy's default (type 7 of
 * R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", 1996). What is not finite is left out; NaN
 * when nothing is left. Reorders `values`; expected time is linear. */
double gn_quantile(double *values, size_t count, double part);

#endif
