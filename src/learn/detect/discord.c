/* SPDX-License-Identifier: Apache-2.0 */
/* A stretch unlike any of the past: the distance of the last values to the nearest earlier stretch, at every lag up to
 * 2016 (a week of readings every five minutes). E. Keogh, J. Lin, A. Fu, "HOT SAX" (2005) named it a discord;
 * looking only back makes it causal (Y. Lu et al., "Matrix Profile XXIV: DAMP", 2022).
 *
 *      D(lag) <- (1 - 1/span) D(lag) + (x(t) - x(t - lag))^2        score = sqrt(min over lags of D / span)
 *
 * A stretch fades out instead of ending, so that nothing is ever subtracted: no rounding error grows, floats do, and
 * one pass over the lags is all. Neighbours closer than a span are itself and do not count. 2016 lags, two spans: about
 * 2.5 us a reading. */
#include "learn/detect/detector.h"

enum { DISCORD_LAGS = 2016, DISCORD_SPANS = 2, DISCORD_WARM = 32 };
static const int discord_span[DISCORD_SPANS] = { 8, 128 };
static const double discord_memory = 2000;
static const double discord_value_max = 1e6; /* in units of the first values' spread: a float keeps the rest exact */
static const float discord_none = 1e30F;

struct discord {
    float past[DISCORD_LAGS]; /* ring; `next` is where the coming value goes */
    float distance[DISCORD_SPANS][DISCORD_LAGS];
    double origin; /* values are kept as (value - origin) / unit */
    double unit;
    double mean;
    double deviation; /* mean |value - mean|, of kept values */
    uint32_t next;
    uint32_t count; /* of values, the first ones included */
};

/* The smallest of the distances; four at a time do not wait for each other. */
static float discord_least(const float *distance, size_t from, size_t to)
{
    float least[4] = { discord_none, discord_none, discord_none, discord_none };
    size_t i = from;
    for (; i + 4 <= to; i += 4)
        for (size_t j = 0; j < 4; j++)
            least[j] = distance[i + j] < least[j] ? distance[i + j] : least[j];
    for (; i < to; i++)
        least[0] = distance[i] < least[0] ? distance[i] : least[0];
    least[0] = least[1] < least[0] ? least[1] : least[0];
    least[2] = least[3] < least[2] ? least[3] : least[2];
    return least[2] < least[0] ? least[2] : least[0];
}

/* distance[i] is that of lag i + 1: past[next - 1], past[next - 2] ... round to past[next] once the ring is full. */
static void discord_add(float *distance, const float *past, size_t next, bool full, float keep, float value)
{
    for (size_t i = 0; i < next; i++) {
        const float apart = value - past[next - 1 - i];
        distance[i] = distance[i] * keep + apart * apart;
    }
    for (size_t i = next; full && i < DISCORD_LAGS; i++) {
        const float apart = value - past[DISCORD_LAGS - 1 - (i - next)];
        distance[i] = distance[i] * keep + apart * apart;
    }
}

static void discord_first(struct discord *discord, double value)
{
    if (discord->count == 0)
        discord->origin = value;
    discord->unit += (fabs(value - discord->origin) - discord->unit) / (discord->count + 1.0);
}

static void discord_score(void *state, int64_t time_ms, double value, double *out)
{
    (void)time_ms;
    struct discord *discord = state;
    for (int i = 0; i < DISCORD_SPANS; i++)
        out[i] = 0;
    if (discord->count < DISCORD_WARM) {
        discord_first(discord, value);
        discord->count++;
        return;
    }
    const double scaled = (value - discord->origin) / (discord->unit + gn_detector_floor(discord->origin));
    const double x = gn_detector_clip(scaled, discord_value_max);
    const uint32_t kept = discord->count - DISCORD_WARM; /* before this one */
    const double gain = gn_detector_gain(kept + 1, discord_memory);
    discord->mean += gain * (x - discord->mean);
    discord->deviation += gain * (fabs(x - discord->mean) - discord->deviation);
    for (int i = 0; i < DISCORD_SPANS; i++) {
        const size_t span = (size_t)discord_span[i];
        discord_add(discord->distance[i], discord->past, discord->next, kept >= DISCORD_LAGS, 1 - 1.0F / (float)span,
                    (float)x);
        const size_t lags = kept > span ? kept - span : 0; /* those whose stretch is whole */
        if (lags <= span)
            continue;
        const float least =
            discord_least(discord->distance[i], span - 1, lags < DISCORD_LAGS ? lags : (size_t)DISCORD_LAGS);
        out[i] = sqrt((double)least / (double)span) / (discord->deviation + 1e-6);
    }
    discord->past[discord->next] = (float)x;
    discord->next = (discord->next + 1) % DISCORD_LAGS;
    gn_detector_count(&discord->count);
}

static bool discord_valid(const void *state)
{
    const struct discord *discord = state;
    bool valid = discord->next < DISCORD_LAGS && discord->count <= GN_DETECTOR_COUNT_MAX &&
                 gn_detector_sane(discord->origin) && discord->unit >= 0 && gn_detector_sane(discord->unit) &&
                 fabs(discord->mean) <= 4 * discord_value_max && discord->deviation >= 0 &&
                 discord->deviation <= 4 * discord_value_max;
    for (size_t i = 0; i < DISCORD_LAGS; i++) {
        valid = valid && fabsf(discord->past[i]) <= (float)discord_value_max;
        for (int j = 0; j < DISCORD_SPANS; j++)
            valid = valid && discord->distance[j][i] >= 0 && discord->distance[j][i] <= discord_none;
    }
    return valid;
}

const struct gn_detector gn_detector_discord = {
    .name = "discord",
    .method = "distance of the last 8 and 128 values to the nearest stretch of a week (HOT SAX 2005, DAMP 2022)",
    .state_size = sizeof(struct discord),
    .score_count = DISCORD_SPANS,
    .score = discord_score,
    .valid = discord_valid,
};
