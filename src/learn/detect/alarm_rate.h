/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/alarm_rate.h -- a limit that a given share of all scores exceeds, whatever their law, and when it
 * changes.
 *
 *      exceeded:  ln limit += step (1 - share)          not:  ln limit -= step share
 *
 *      limit │    ╱╲___                  each excess lifts it, time lowers it: in balance at
 *            │___╱     ╲___╱╲____        exactly `share` excesses a reading
 *
 * No law is assumed: by adding up the steps, |excesses / n - share| <= |ln limit(n) - ln limit(0)| / (step n), for any
 * scores at all, drifting ones too. Steps are taken in the logarithm, so scores of every size and tail are
 * followed at the same pace. They start large and come down to 0.1 within the first thousands of readings. One
 * that drifts slowly within faults is followed as well: a rate is kept, not a meaning.
 *
 * Method: I. Gibbs, E. Candes, "Adaptive Conformal Inference Under Distribution Shift" (2021), on the limit itself
 * as in A. Angelopoulos, E. Candes, R. Tibshirani, "Conformal PID Control" (2023). 16 bytes, one logarithm. */
#ifndef GN_LEARN_DETECT_ALARM_RATE_H
#define GN_LEARN_DETECT_ALARM_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct gn_alarm_rate {
    double log_limit;
    uint32_t count; /* of scores learnt, up to where it does not matter any more */
    uint32_t reserved;
};

/* Zeroed is new. True when the score, >= 0, exceeds the limit; then learns it. `share` in (0, 0.5]. */
bool gn_alarm_rate_exceeded(struct gn_alarm_rate *rate, double score, double share);
/* Any bytes: true when they can be gone on with. */
bool gn_alarm_rate_valid(const struct gn_alarm_rate *rate);

#endif
