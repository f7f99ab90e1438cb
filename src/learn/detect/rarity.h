/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/rarity.h -- how seldom is a score this high in this series? In nats: 7 is one reading in 1100.
 *
 *      rarity = -ln p,   p = (scores at least as high + 1/2) / (scores + 1)
 *
 *      counts  │▇▇
 *              │▇▇▇▇▅                                    four bins an octave, from 2^-6 to 2^10
 *              │▇▇▇▇▇▇▃▂▁ ▁
 *              └────────────┴─ · · beyond the highest: a Pareto tail goes on, its index from the top 3 %
 *
 * So scores of detectors with different units, of series with different tails, are put on one scale. A score as
 * high as one seen before is never rarer than that one was: what repeats itself stops being news. The counts are
 * halved when 16 000 are reached: about the last 8000 to 16 000 readings are remembered.
 *
 * Methods: conformal p-values (Vovk, Gammerman, Shafer 2005) on a histogram; tail index of B. M. Hill (1975), shrunk
 * towards 0.35. Cost: one logarithm to find the bin, one for p, additions over 64 bins. 136 bytes. */
#ifndef GN_LEARN_DETECT_RARITY_H
#define GN_LEARN_DETECT_RARITY_H

#include <stdbool.h>
#include <stdint.h>

enum { GN_RARITY_BINS = 64, GN_RARITY_SCORES_MAX = 16000 };
#define GN_RARITY_MAX 1000.0 /* nats; nothing is rarer */

struct gn_rarity {
    uint16_t counts[GN_RARITY_BINS];
    uint32_t total;    /* their sum, <= GN_RARITY_SCORES_MAX */
    uint32_t reserved; /* 0 */
};

/* Rarity of a score >= 0 among those learnt, 0 while there are fewer than 30; then learns it. Zeroed is new. */
double gn_rarity_of(struct gn_rarity *rarity, double score);
/* Any bytes: true when they could be the counts of scores. */
bool gn_rarity_valid(const struct gn_rarity *rarity);

#endif
