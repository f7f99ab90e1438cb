/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/conformal.h -- how unusual is a score? Its rank among the scores of usual windows.
 *
 *      p = (r + 1 + sqrt(r + 1)) / (n + 1)     r = how many of the n remembered scores are at least as large
 *
 * Without the root this is the split-conformal p-value (Vovk, Gammerman, Shafer, "Algorithmic Learning in
 * a Random World", 2005), right on average over calibration sets. Evidence is summed over many windows
 * against the SAME set, so it must hold given the set; the root is one standard deviation of the rank
 * (Bates, Candes, Lei, Romano, Sesia, "Testing for outliers with conformal p-values", 2023).
 *
 * A score above all remembered ones would only ever get 2 / (n + 1). Beyond the largest the tail goes on
 * as a shifted Pareto law whose index is fitted to the top scores (B. M. Hill, 1975), never lighter than
 * index 0.2, so what is glaring counts more than what is merely new.
 *
 * The memory reaches back further as it ages: every window at first, then every 2nd, 4th ... up to what
 * spans about a day, and always the newest N of those:
 *
 *      age     ├── every ──┤├──── every 2nd ────┤├──────── every 4th ────────┤ now
 *      ring                          [ the last N = 384 kept ............... ]
 *
 * Cost: judge O(log n), and 24 logarithms when the score is beyond all; learn O(n) bytes moved.
 * 3 KiB of state, no pointer. Not thread-safe. */
#ifndef GN_LEARN_DETECT_CONFORMAL_H
#define GN_LEARN_DETECT_CONFORMAL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    GN_CONFORMAL_SCORES = 384,
    GN_CONFORMAL_SPACING_MAX = 256,
};
#define GN_CONFORMAL_SCORE_MAX 1e30 /* larger ones are clamped */

struct gn_conformal {
    float sorted[GN_CONFORMAL_SCORES]; /* ascending */
    float ring[GN_CONFORMAL_SCORES];   /* the same scores by age; `next` is the oldest when full */
    uint32_t count;
    uint32_t next;
    uint32_t spacing; /* one of so many offered scores is kept */
    uint32_t skipped; /* since the last kept one */
};

void gn_conformal_init(struct gn_conformal *conformal);
/* Offers the score of a usual window, >= 0; keeps one of `spacing`. True when the ring wrapped with it:
 * all scores now in it are younger than the wrap before. */
bool gn_conformal_learn(struct gn_conformal *conformal, double score, uint32_t spacing_max);
/* Chance that a usual window scores at least that high, in (0, 1]; 1 when nothing was learnt. */
double gn_conformal_p(const struct gn_conformal *conformal, double score);
/* The score beyond which usual windows are rarer than `p`, the largest remembered one when p is smaller than the
 * memory can tell; 0 when nothing was learnt. */
double gn_conformal_score_at(const struct gn_conformal *conformal, double p);
/* Any bytes: true when learning and judging stay in bounds. */
bool gn_conformal_valid(const struct gn_conformal *conformal);

#endif
