/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/robust.h -- where a series is expected next, and how far it usually strays from there.
 *
 * Four expectations run side by side; they differ only in how long they remember:
 *
 *      memory    follows                        good for
 *      2         the last value                 random walks, switches, smoothed figures
 *      8
 *      64
 *      `memory`  a level held for long          noise around a level; a slow daily swing
 *
 *      location  <-  location + gain * spread * clip((x - location) / spread, +-2.5)     (Huber's psi)
 *      deviation <-  deviation + gain * (min(|x - location|, 4 * deviation) - deviation)
 *
 * In force is the longest memory whose deviation is at most 6 % above the best: a long memory sees
 * lasting changes for longer, a short one makes the errors of a wandering series small and unlike their
 * neighbours. Clipping bounds what one outlier can move, and how fast a lasting change is followed: the
 * deviation can grow by a factor e in about memory / 3 steps, so a wrong level is left exponentially.
 *
 * A series that stands still has deviation 0. Two floors keep scores finite and honest: the standard
 * deviation of rounding, quantum / sqrt(12), where the quantum is the usual size of a change; and
 * 1e-9 of the location, below which a double shows arithmetic and not the world.
 *
 * `correlation` is that of neighbouring errors: evidence piles up faster when they agree anyway.
 *
 * Method: P. J. Huber, "Robust Estimation of a Location Parameter" (1964), as a stochastic
 * approximation. Cost: O(1), no libm. Inputs must lie within +-GN_ROBUST_VALUE_MAX. Not thread-safe. */
#ifndef GN_LEARN_DETECT_ROBUST_H
#define GN_LEARN_DETECT_ROBUST_H

#include <stdbool.h>
#include <stdint.h>

#define GN_ROBUST_VALUE_MAX 1e100 /* larger ones are clamped by the caller: squares stay finite */

enum {
    GN_ROBUST_MEMORIES = 4,
    GN_ROBUST_COUNT_MAX = 1000000000,
};

struct gn_robust {
    double location[GN_ROBUST_MEMORIES];  /* shortest memory first */
    double deviation[GN_ROBUST_MEMORIES]; /* running mean of clipped |error| */
    double quantum;                       /* running mean of the changes that were not 0; 0 = never changed */
    double last;                          /* last value learnt */
    double last_z;                        /* its clipped, scaled error */
    double lag0;                          /* running mean of z * z, for the correlation */
    double lag1;                          /* running mean of z * previous z */
    uint32_t count;                       /* values learnt, stops at GN_ROBUST_COUNT_MAX */
    uint32_t change_count;                /* of them different from the one before, stops at 64 */
    uint32_t chosen;                      /* the memory in force */
    uint32_t reserved;
};

void gn_robust_init(struct gn_robust *robust);
/* Takes one value. `memory`, >= 2, is the longest one's. */
void gn_robust_learn(struct gn_robust *robust, double value, double memory);
/* Forgets how much was seen, not what: the next values count as if only `count` had been seen. */
void gn_robust_loosen(struct gn_robust *robust, uint32_t count);

/* After a long silence: the memories before `upto` know nothing of the value that comes; it is theirs. */
void gn_robust_reseat(struct gn_robust *robust, double value, uint32_t upto);

/* Where the next value is expected. */
double gn_robust_location(const struct gn_robust *robust);
/* Standard deviation around that, > 0. */
double gn_robust_spread(const struct gn_robust *robust);
/* Of neighbouring errors, in [0, 0.98]; 0 when little is known. */
double gn_robust_correlation(const struct gn_robust *robust);
/* >= 1: by how much a score must shrink because location and spread come from few values only, and of
 * those only count / D are worth a fresh one, D = (1 + correlation) / (1 - correlation). */
double gn_robust_caution(const struct gn_robust *robust);
/* Any bytes: true when the figures are finite and in range. */
bool gn_robust_valid(const struct gn_robust *robust);

#endif
