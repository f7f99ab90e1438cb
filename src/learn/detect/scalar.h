/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/scalar.h -- the smaller and the larger of two numbers, without a call.
 *
 * C's fmin and fmax must look out for NaN, so compilers call the library for them: at some fifty a window
 * that was half of what a reading cost. No NaN gets into a model, so one comparison will do. */
#ifndef GN_LEARN_DETECT_SCALAR_H
#define GN_LEARN_DETECT_SCALAR_H

static inline double gn_min(double a, double b)
{
    return a < b ? a : b;
}

static inline double gn_max(double a, double b)
{
    return a > b ? a : b;
}

#endif
