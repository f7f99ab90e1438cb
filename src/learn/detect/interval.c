/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/interval.h"

#include <math.h>
#include <string.h>

#include "learn/detect/robust.h"
#include "learn/detect/scalar.h"

enum { INTERVAL_FIRST = 64 }; /* readings whose extremes are the first guess */
static const double interval_memory = 1024;
static const double interval_step = 0.1; /* of the deviation, or of the bound if larger: so it shrinks in time */

void gn_interval_init(struct gn_interval *interval)
{
    memset(interval, 0, sizeof *interval);
}

void gn_interval_learn(struct gn_interval *interval, double reading, double location, double alpha)
{
    const double residual = reading - location;
    if (interval->count < GN_INTERVAL_COUNT_MAX)
        interval->count++;
    double size = fabs(residual);
    if (interval->count > INTERVAL_FIRST && interval->deviation > 0)
        size = gn_min(size, 8 * interval->deviation);
    interval->deviation += (size - interval->deviation) / gn_min(interval->count, interval_memory);
    if (interval->count <= INTERVAL_FIRST) {
        interval->low = gn_min(interval->low, residual);
        interval->high = gn_max(interval->high, residual);
        return;
    }
    const double in = alpha / 2;
    const double up = interval_step * gn_max(interval->deviation, fabs(interval->high));
    const double down = interval_step * gn_max(interval->deviation, fabs(interval->low));
    interval->high += residual > interval->high ? up * (1 - in) : -up * in;
    interval->low += residual < interval->low ? -down * (1 - in) : down * in;
    if (interval->low > interval->high)
        interval->low = interval->high = (interval->low + interval->high) / 2;
}

bool gn_interval_valid(const struct gn_interval *interval)
{
    const double most = 64 * GN_ROBUST_VALUE_MAX;
    return fabs(interval->low) <= most && fabs(interval->high) <= most && interval->low <= interval->high &&
           interval->deviation >= 0 && interval->deviation <= most && interval->count <= GN_INTERVAL_COUNT_MAX &&
           interval->reserved == 0;
}
