/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/windowed_gaussian.h"

#include <math.h>

enum { GAUSSIAN_WINDOW = 1000 };
static const double gaussian_sd_of_constant = 1e-6;

void gn_windowed_gaussian(const double *values, size_t count, double *out_scores)
{
    for (size_t i = 0; i < count; i++) {
        const size_t from = i > GAUSSIAN_WINDOW ? i - GAUSSIAN_WINDOW : 0;
        const double n = (double)(i - from);
        double mean = 0;
        double square = 0;
        for (size_t j = from; j < i; j++)
            mean += values[j] / n;
        for (size_t j = from; j < i; j++)
            square += (values[j] - mean) * (values[j] - mean) / n;
        const double sd = square > 0 ? sqrt(square) : gaussian_sd_of_constant;
        out_scores[i] = i > 0 ? 1 - erfc(fabs(values[i] - mean) / sd / sqrt(2.0)) / 2 : 0;
    }
}
