/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/conformal.h"

#include <math.h>
#include <string.h>

#include "learn/detect/scalar.h"

static const double conformal_tail_min = 0.2; /* index of the lightest tail believed */
static const double conformal_tail_prior = 0.35;
static const double conformal_shift = 1.0; /* one standard deviation: steadies tiny and tied scores */
static const double conformal_nats_max = 60.0;
enum {
    CONFORMAL_TAIL_SCORES_MAX = 24,
    CONFORMAL_TAIL_SHARE = 16, /* the top 1 / 16 of the scores make the tail */
    CONFORMAL_TAIL_PRIOR_WEIGHT = 4,
};

void gn_conformal_init(struct gn_conformal *conformal)
{
    memset(conformal, 0, sizeof *conformal);
    conformal->spacing = 1;
}

/* First index whose score is >= `score`; count when there is none. */
static uint32_t conformal_lower_bound(const struct gn_conformal *conformal, float score)
{
    uint32_t low = 0;
    uint32_t high = conformal->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (conformal->sorted[middle] < score)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static float conformal_score(double score)
{
    return (float)(score > GN_CONFORMAL_SCORE_MAX ? GN_CONFORMAL_SCORE_MAX : score);
}

/* Puts `score` in the place of `gone`, moving only what lies between the two. */
static void conformal_exchange(struct gn_conformal *conformal, float gone, float score)
{
    float *sorted = conformal->sorted;
    uint32_t from = conformal_lower_bound(conformal, gone);
    const uint32_t to = conformal_lower_bound(conformal, score);
    if (from >= conformal->count) /* only bytes we did not make can do that */
        from = conformal->count - 1;
    if (to > from) {
        memmove(&sorted[from], &sorted[from + 1], (to - 1 - from) * sizeof *sorted);
        sorted[to - 1] = score;
    } else {
        memmove(&sorted[to + 1], &sorted[to], (from - to) * sizeof *sorted);
        sorted[to] = score;
    }
}

static void conformal_append(struct gn_conformal *conformal, float score)
{
    const uint32_t at = conformal_lower_bound(conformal, score);
    memmove(&conformal->sorted[at + 1], &conformal->sorted[at], (conformal->count - at) * sizeof *conformal->sorted);
    conformal->sorted[at] = score;
    conformal->count++;
}

bool gn_conformal_learn(struct gn_conformal *conformal, double score, uint32_t spacing_max)
{
    if (++conformal->skipped < conformal->spacing)
        return false;
    conformal->skipped = 0;
    const float kept = conformal_score(score);
    if (conformal->count < GN_CONFORMAL_SCORES)
        conformal_append(conformal, kept);
    else
        conformal_exchange(conformal, conformal->ring[conformal->next], kept);
    conformal->ring[conformal->next] = kept;
    if (++conformal->next < GN_CONFORMAL_SCORES)
        return false;
    conformal->next = 0;
    if (conformal->spacing * 2 <= spacing_max && conformal->spacing * 2 <= GN_CONFORMAL_SPACING_MAX)
        conformal->spacing *= 2;
    else if (conformal->spacing > spacing_max)
        conformal->spacing = spacing_max > 0 ? spacing_max : 1;
    return true;
}

/* Nats by which a score beyond the largest remembered one is less likely than that one. */
static double conformal_tail(const struct gn_conformal *conformal, double score)
{
    const uint32_t count = conformal->count;
    uint32_t top = count / CONFORMAL_TAIL_SHARE;
    if (top > CONFORMAL_TAIL_SCORES_MAX)
        top = CONFORMAL_TAIL_SCORES_MAX;
    if (top < 2)
        return 0;
    const double base = conformal->sorted[count - top - 1] + conformal_shift;
    double sum = conformal_tail_prior * CONFORMAL_TAIL_PRIOR_WEIGHT;
    for (uint32_t i = count - top; i < count; i++)
        sum += log((conformal->sorted[i] + conformal_shift) / base);
    const double index = gn_max(sum / (top + CONFORMAL_TAIL_PRIOR_WEIGHT), conformal_tail_min);
    const double largest = conformal->sorted[count - 1] + conformal_shift;
    return gn_min(log((score + conformal_shift) / largest) / index, conformal_nats_max);
}

double gn_conformal_p(const struct gn_conformal *conformal, double score)
{
    const uint32_t count = conformal->count;
    if (count == 0)
        return 1;
    const double rank = count - conformal_lower_bound(conformal, conformal_score(score)) + 1.0;
    const double p = gn_min((rank + sqrt(rank)) / (count + 1.0), 1);
    if (rank > 1 || score <= conformal->sorted[count - 1])
        return p;
    return p * exp(-conformal_tail(conformal, score));
}

double gn_conformal_score_at(const struct gn_conformal *conformal, double p)
{
    uint32_t rank = 1;
    if (conformal->count == 0)
        return 0;
    while (rank < conformal->count && (rank + 1.0 + sqrt(rank + 1.0)) / (conformal->count + 1.0) <= p)
        rank++;
    return (double)conformal->sorted[conformal->count - rank];
}

bool gn_conformal_valid(const struct gn_conformal *conformal)
{
    if (conformal->count > GN_CONFORMAL_SCORES || conformal->next >= GN_CONFORMAL_SCORES || conformal->spacing < 1 ||
        conformal->spacing > GN_CONFORMAL_SPACING_MAX || conformal->skipped >= conformal->spacing)
        return false;
    if (conformal->count < GN_CONFORMAL_SCORES && conformal->next != conformal->count)
        return false;
    float before = 0;
    for (uint32_t i = 0; i < conformal->count; i++) {
        const float score = conformal->sorted[i];
        const float aged = conformal->ring[i];
        if (!(score >= before && score <= (float)GN_CONFORMAL_SCORE_MAX) ||
            !(aged >= 0 && aged <= (float)GN_CONFORMAL_SCORE_MAX))
            return false;
        before = score;
    }
    return true;
}
