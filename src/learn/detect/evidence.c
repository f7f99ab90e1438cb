/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/evidence.h"

#include <math.h>
#include <string.h>

#include "learn/detect/scalar.h"

static const double evidence_drift = 2.0;
static const double evidence_theta = 0.7968121300200199; /* exp(-2 theta) = 1 - theta */
static const double evidence_limit_min = 6.0;            /* rare windows would need almost none */
static const double evidence_limit_max = 1e6;
static const double evidence_windows_least = 2.9; /* the limit needs more than so many windows */
static const double evidence_ceiling = 2.0;       /* in limits */
static const double evidence_debt_factor = 1.35;
static const double evidence_debt_max = 24;
static const double evidence_share = 1.0 / 16; /* of quiet peaks that pass the level */
static const double evidence_prior_weight = 8;
static const double evidence_value_max = 1e9;
enum {
    EVIDENCE_EPISODES_MAX = 65536,
    EVIDENCE_EXCESSES_MAX = 64,
    EVIDENCE_WINDOWS_MAX = 4096,
    EVIDENCE_LIMIT_AGE_MAX = 16,
};

void gn_evidence_init(struct gn_evidence *evidence, double budget_per_day)
{
    memset(evidence, 0, sizeof *evidence);
    evidence->budget_per_day = budget_per_day;
    evidence->limit = 1 / evidence_theta * 16;
    evidence->excess = 1 / evidence_theta;
    evidence->limit_age = EVIDENCE_LIMIT_AGE_MAX;
}

static void evidence_learn_peak(struct gn_evidence *evidence)
{
    const double peak = evidence->peak;
    if (evidence->episode_count < EVIDENCE_EPISODES_MAX)
        evidence->episode_count++;
    const double excess = peak - evidence->level;
    const double pace = gn_max(1.0 / evidence->episode_count, 1.0 / 64) * gn_max(evidence->excess, 0.1) * 2;
    if (excess > 0) {
        if (evidence->excess_count < EVIDENCE_EXCESSES_MAX)
            evidence->excess_count++;
        evidence->excess += (excess - evidence->excess) / evidence->excess_count;
        evidence->level = gn_min(evidence->level + pace * (1 - evidence_share), evidence_value_max);
    } else {
        evidence->level = gn_max(evidence->level - pace * evidence_share, 0);
    }
}

void gn_evidence_add(struct gn_evidence *evidence, double p, int64_t from_ms, bool quiet)
{
    const double cap = evidence->limit / evidence_windows_least;
    const double gain = gn_min(-log(p) - evidence_drift, cap);
    const double before = evidence->value;
    const double after = gn_min(gn_max(before + gain, 0), evidence_ceiling * evidence->limit);
    if (before <= 0 && after > 0) {
        evidence->since_ms = from_ms;
        evidence->peak = 0;
    }
    evidence->value = after;
    evidence->peak = gn_max(evidence->peak, after);
    if (!quiet) {
        evidence->announced = gn_max(evidence->announced, after);
        return;
    }
    const bool ended = before > 0 && after <= 0;
    if (evidence->window_count < EVIDENCE_WINDOWS_MAX)
        evidence->window_count++;
    evidence->rate += ((ended ? 1 : 0) - evidence->rate) / evidence->window_count;
    if (ended)
        evidence_learn_peak(evidence);
}

/* How much further evidence piles up when neighbours agree: the guess until peaks were seen. */
static double evidence_guess(double correlation)
{
    const double square = correlation * correlation;
    return (1 + square) / (1 - square) / evidence_theta;
}

void gn_evidence_set_limit(struct gn_evidence *evidence, double windows_per_day, double correlation)
{
    if (++evidence->limit_age < EVIDENCE_LIMIT_AGE_MAX)
        return;
    evidence->limit_age = 0;
    const double per_alarm = gn_max(windows_per_day / evidence->budget_per_day, 1);
    double limit = log(per_alarm) / evidence_theta;

    const double seen = evidence->excess_count;
    const double excess = (seen * evidence->excess + evidence_prior_weight * evidence_guess(correlation)) /
                          (seen + evidence_prior_weight);
    const double passes = gn_max(evidence->rate, 1.0 / EVIDENCE_WINDOWS_MAX) * evidence_share * per_alarm;
    const double margin = 1 + 1 / sqrt(seen + evidence_prior_weight);
    if (passes > 1)
        limit = gn_max(limit, evidence->level + excess * margin * log(passes));

    limit = gn_max(limit, evidence_limit_min);
    if (evidence->debt > 1)
        limit *= exp((evidence->debt - 1) * log(evidence_debt_factor));
    evidence->limit = gn_min(limit, evidence_limit_max);
}

void gn_evidence_spend(struct gn_evidence *evidence)
{
    evidence->debt = gn_min(evidence->debt + 1, evidence_debt_max);
    evidence->announced = evidence->value;
    evidence->limit_age = EVIDENCE_LIMIT_AGE_MAX;
}

void gn_evidence_pay(struct gn_evidence *evidence, double days)
{
    evidence->debt = gn_max(evidence->debt - days * evidence->budget_per_day, 0);
}

void gn_evidence_relax(struct gn_evidence *evidence)
{
    evidence->value = gn_max(evidence->value * 0.6 - 1, 0);
}

void gn_evidence_accept(struct gn_evidence *evidence)
{
    const double wanted = 1.1 * evidence->announced / evidence->limit;
    if (wanted > 1) {
        const double more = log(wanted) / log(evidence_debt_factor);
        evidence->debt = gn_min(gn_max(evidence->debt, 1) + more, evidence_debt_max);
    }
    evidence->announced = 0;
    evidence->limit_age = EVIDENCE_LIMIT_AGE_MAX;
}

void gn_evidence_clear(struct gn_evidence *evidence)
{
    evidence->value = 0;
    evidence->peak = 0;
}

static bool evidence_in(double x, double high)
{
    return x >= 0 && x <= high; /* false for NaN */
}

bool gn_evidence_valid(const struct gn_evidence *evidence)
{
    return evidence->budget_per_day > 0 && evidence->budget_per_day <= 1e9 &&
           evidence_in(evidence->value, evidence_value_max) && evidence_in(evidence->peak, evidence_value_max) &&
           evidence->limit > 0 && evidence->limit <= evidence_limit_max &&
           evidence_in(evidence->level, evidence_value_max) && evidence_in(evidence->excess, evidence_value_max) &&
           evidence_in(evidence->rate, 1) && evidence_in(evidence->debt, evidence_debt_max) &&
           evidence_in(evidence->announced, evidence_value_max) && evidence->episode_count <= EVIDENCE_EPISODES_MAX &&
           evidence->excess_count <= EVIDENCE_EXCESSES_MAX && evidence->window_count <= EVIDENCE_WINDOWS_MAX &&
           evidence->limit_age <= EVIDENCE_LIMIT_AGE_MAX;
}
