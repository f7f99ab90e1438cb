/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/robust_ridge.h -- several targets from the same inputs, one linear map, rows that are outliers count
 * less.
 *
 *      targets (rows x targets) ~ constant + inputs (rows x inputs) * weights
 *
 * Inputs are brought to mean 0 and deviation 1 first, so that one ridge suits all; the map that comes out is for inputs
 * as they are. A row's weight is 1 up to the median error (root mean square over the targets), beyond it in inverse
 * proportion: Huber's weights, twice. A. E. Hoerl, R. W. Kennard, "Ridge regression" (1970); P. J. Huber, "Robust
 * regression" (1973). Pure; the caller's memory. */
#ifndef GN_LEARN_FORECAST_ROBUST_RIDGE_H
#define GN_LEARN_FORECAST_ROBUST_RIDGE_H

#include <stdbool.h>
#include <stddef.h>

struct gn_ridge_problem {
    const double *inputs;     /* row after row */
    const double *targets;    /* row after row */
    const double *importance; /* of each row, mean about 1; NULL: all the same */
    size_t rows;
    size_t input_count;
    size_t target_count;
    double ridge; /* a thousandth of the rows' number is the unit */
};

/* How many numbers the fit needs to work with. */
size_t gn_robust_ridge_work(const struct gn_ridge_problem *problem);
/* `map` is target_count x (input_count + 1), the constant last. False: no rows, or numbers that are not finite. */
bool gn_robust_ridge_fit(const struct gn_ridge_problem *problem, double *map, double *work);
/* One row through the map. */
void gn_robust_ridge_apply(const double *map, size_t input_count, size_t target_count, const double *inputs,
                           double *out);

#endif
