/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/rarity.h"

#include <math.h>

static const double rarity_lowest = 0.015625; /* scores below are all the same */
static const double rarity_bins_an_octave = 4;
static const double rarity_bin_nats = 0.17328679513998632; /* ln 2 / 4: a bin, as a logarithm of the score */
static const double rarity_tail_prior = 0.35;
static const double rarity_tail_prior_weight = 6;
static const double rarity_tail_min = 0.25;
static const double rarity_tail_share = 0.03;
static const double rarity_tail_scores = 8;
static const uint32_t rarity_known = 30;

/* Where a score is on the scale of bins, fraction included. */
static double rarity_place(double score)
{
    if (!(score > rarity_lowest))
        return 0;
    return log2(score / rarity_lowest) * rarity_bins_an_octave + 1;
}

static uint32_t rarity_bin(double place)
{
    return place < GN_RARITY_BINS - 1 ? (uint32_t)place : GN_RARITY_BINS - 1;
}

/* Mean excess of the top scores over the bin they start in, as a logarithm: 1 / the Pareto exponent. */
static double rarity_tail_index(const struct gn_rarity *rarity)
{
    const double need = fmax(rarity_tail_scores, rarity_tail_share * rarity->total);
    double excess = 0;
    double seen = 0;
    uint32_t bin = GN_RARITY_BINS;
    while (bin > 1 && seen < need) {
        bin--;
        excess += seen * rarity_bin_nats; /* those above are a bin further from this one's foot */
        excess += rarity->counts[bin] * rarity_bin_nats / 2;
        seen += rarity->counts[bin];
    }
    const double index = (excess + rarity_tail_prior * rarity_tail_prior_weight) / (seen + rarity_tail_prior_weight);
    return fmax(index, rarity_tail_min);
}

static double rarity_beyond(const struct gn_rarity *rarity, double place)
{
    uint32_t top = GN_RARITY_BINS;
    while (top > 1 && rarity->counts[top - 1] == 0)
        top--;
    const double over = fmax(place - top, 0) * rarity_bin_nats;
    return over / rarity_tail_index(rarity);
}

static double rarity_judge(const struct gn_rarity *rarity, double place)
{
    if (rarity->total < rarity_known)
        return 0;
    uint32_t above = 0;
    for (uint32_t i = rarity_bin(place); i < GN_RARITY_BINS; i++)
        above += rarity->counts[i];
    const double nats = log((rarity->total + 1) / (above + 0.5));
    return above > 0 ? nats : fmin(nats + rarity_beyond(rarity, place), GN_RARITY_MAX);
}

/* Every other odd count loses its half: what was seen once is not surely forgotten, nor surely kept. */
static void rarity_halve(struct gn_rarity *rarity)
{
    rarity->total = 0;
    for (uint32_t i = 0; i < GN_RARITY_BINS; i++) {
        rarity->counts[i] = (uint16_t)((rarity->counts[i] + (i & 1)) / 2);
        rarity->total += rarity->counts[i];
    }
}

double gn_rarity_of(struct gn_rarity *rarity, double score)
{
    const double place = rarity_place(score);
    const double nats = rarity_judge(rarity, place);
    if (rarity->total >= GN_RARITY_SCORES_MAX)
        rarity_halve(rarity);
    rarity->counts[rarity_bin(place)]++;
    rarity->total++;
    return nats;
}

bool gn_rarity_valid(const struct gn_rarity *rarity)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < GN_RARITY_BINS; i++)
        sum += rarity->counts[i];
    return sum == rarity->total && sum <= GN_RARITY_SCORES_MAX && rarity->reserved == 0;
}
