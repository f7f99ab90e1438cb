/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/interval.h -- the band that a share `alpha` of usual readings leaves.
 *
 *      reading above high:  high += step * (1 - alpha / 2)       else:  high -= step * alpha / 2
 *      reading below low:   low  -= step * (1 - alpha / 2)       else:  low  += step * alpha / 2
 *
 * Each bound settles where it is left exactly alpha / 2 of the time, whatever the distribution and however
 * it drifts: adaptive conformal inference (Gibbs, Candes, 2021) on the bound itself. The two sides are
 * apart because many quantities have a floor they never cross. Bounds are kept relative to the location,
 * so they ride on it. They speak of readings; p-values speak of windows.
 *
 * Cost: O(1), no libm. Not thread-safe. */
#ifndef GN_LEARN_DETECT_INTERVAL_H
#define GN_LEARN_DETECT_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

struct gn_interval {
    double low; /* relative to the location */
    double high;
    double deviation; /* running mean of |reading - location|: the scale of a step */
    uint32_t count;   /* readings, stops at GN_INTERVAL_COUNT_MAX */
    uint32_t reserved;
};

enum { GN_INTERVAL_COUNT_MAX = 1000000000 };

void gn_interval_init(struct gn_interval *interval);
void gn_interval_learn(struct gn_interval *interval, double reading, double location, double alpha);
bool gn_interval_valid(const struct gn_interval *interval);

#endif
