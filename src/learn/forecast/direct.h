/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/direct.h -- one linear map from the past straight to the whole horizon, in closed form.
 *
 *      window:  | x x x ... x x x x | y y y y |        look_back_max and horizon values; see window_moments.h
 *                     └─look_back─┘
 *      y ~ constant + W x               ridge;    or, with `level`,    y - last ~ constant + W (x - last)
 *
 * For long histories: a map has look_back x horizon weights. Its level may be left to the data (series that come back
 * to their mean) or be the last value's (series that stay where they are): A. Zeng et al., "Are transformers effective
 * for time series forecasting?" (AAAI 2023), where such maps beat transformers. Moments of sibling series may be
 * averaged before the fit: what is common to all is learnt from all.
 *
 * Which look-back, level and pooling suits a series is not guessed: maps are judged on windows they were not fitted on,
 * and those within GN_DIRECT_SLACK of the best are averaged (a mean of linear maps is one linear map). Pure; the
 * caller's memory. */
#ifndef GN_LEARN_FORECAST_DIRECT_H
#define GN_LEARN_FORECAST_DIRECT_H

#include <stdbool.h>
#include <stddef.h>

#define GN_DIRECT_RIDGE 0.03 /* of the mean variance of an input */
#define GN_DIRECT_SLACK 0.02

struct gn_direct_shape {
    size_t look_back_max; /* values of a window before the horizon */
    size_t horizon;
};

/* A map is horizon x (look_back_max + 1) numbers, row after row: weights, oldest value first, and the constant. */
static inline size_t gn_direct_map_size(struct gn_direct_shape shape)
{
    return shape.horizon * (shape.look_back_max + 1);
}

/* How many numbers gn_direct_fit and gn_direct_error need to work with. */
static inline size_t gn_direct_work_size(struct gn_direct_shape shape)
{
    return (shape.look_back_max + 1) * (shape.look_back_max + 2);
}

/* Fits on moments of windows of look_back_max + horizon values. `look_back` <= look_back_max. False: the moments
 * are not those of a series (not finite), or the series never moves. */
bool gn_direct_fit(struct gn_direct_shape shape, const double *moments, size_t look_back, bool level, double *map,
                   double *work);
/* The map's mean squared error on the windows of `moments`; only the newest `look_back` weights are looked at. */
double gn_direct_error(struct gn_direct_shape shape, const double *moments, size_t look_back, const double *map,
                       double *work);
/* The forecast that follows `past`, the newest value last: look_back_max of them. */
void gn_direct_forecast(struct gn_direct_shape shape, const double *map, const double *past, double *out);

/* The choice among `count` maps of which errors[i] is known: weights[i] = 1 / (how many are good enough), or 0. */
void gn_direct_choose(const double *errors, size_t count, double *weights);

#endif
