/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/seasonal_naive.h"

void gn_seasonal_naive(const double *values, size_t count, size_t season, double *out, size_t horizon)
{
    const size_t step = season <= count ? season : 1;
    for (size_t i = 0; i < horizon; i++)
        out[i] = values[count - step + i % step];
}
