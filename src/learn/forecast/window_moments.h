/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/window_moments.h -- the second moments of all windows of a series, without looking at each.
 *
 *      windows of `length` values, starting at from .. to - 1;  w = (values of the window, 1)
 *      moments = mean over the windows of w w'            (length + 1) x (length + 1), symmetric
 *
 * Neighbouring windows share all values but one, so moment (i + 1, j + 1) is moment (i, j) and two products more: the
 * cost is (to - from) * length + length^2, not (to - from) * length^2. Everything linear follows from these moments:
 * every least-squares map from a part of the window to another, and its mean squared error on these windows. */
#ifndef GN_LEARN_FORECAST_WINDOW_MOMENTS_H
#define GN_LEARN_FORECAST_WINDOW_MOMENTS_H

#include <stddef.h>

/* `values` reach to + length - 1 at least; from < to, length > 0. Writes both triangles of `out`. */
void gn_window_moments(const double *values, size_t from, size_t to, size_t length, double *out);

#endif
