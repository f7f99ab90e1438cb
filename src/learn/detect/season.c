/* SPDX-License-Identifier: Apache-2.0 */
/* Far from the same hour of the same day of the week: a robust profile of 168 hours (P. R. Winters, "Forecasting Sales
 * by Exponentially Weighted Moving Averages", 1960: seasonal means without a trend). Times are UTC: the hours of
 * a place are shifted, which changes nothing but the names of the hours. */
#include "learn/detect/detector.h"

enum { SEASON_HOURS = 168, SEASON_KNOWN = 2, SEASON_CLIPS = 3, SEASON_COUNT_MAX = 255 };
static const double season_memory = 20;   /* readings of one hour */
static const double season_spread = 2000; /* readings */
static const double season_own = 0.3;     /* share of the hour's own deviation; the rest is of all hours */
static const double season_clip = 4;
static const double season_spread_clip = 6;

struct season {
    double mean[SEASON_HOURS];
    float deviation[SEASON_HOURS];
    double spread; /* mean |error| of all hours */
    uint32_t count;
    uint8_t seen[SEASON_HOURS];
    uint8_t reserved[4];
};

static void season_score(void *state, int64_t time_ms, double value, double *out)
{
    static const int64_t hour_ms = 3600000;
    struct season *season = state;
    int64_t in_week = time_ms % (SEASON_HOURS * hour_ms);
    in_week += in_week < 0 ? SEASON_HOURS * hour_ms : 0;
    const size_t hour = (size_t)(in_week / hour_ms);
    const double error = value - season->mean[hour];

    if (season->seen[hour] < SEASON_COUNT_MAX)
        season->seen[hour]++;
    const uint32_t seen = season->seen[hour];
    const double floor = gn_detector_floor(season->mean[hour]);
    const double usual = season_own * season->deviation[hour] + (1 - season_own) * season->spread + floor;
    out[0] = seen > SEASON_KNOWN ? fabs(error) / usual : 0;

    const double gain = gn_detector_gain(seen, season_memory);
    const double most = season_clip * season->spread + floor;
    season->mean[hour] += gain * (seen > SEASON_CLIPS ? gn_detector_clip(error, most) : error);
    const double size = fabs(error) < 1e30 ? fabs(error) : 1e30; /* a float holds it */
    season->deviation[hour] += (float)(gain * (size - season->deviation[hour]));
    if (seen <= SEASON_KNOWN)
        return;
    gn_detector_count(&season->count);
    const double clipped =
        season->spread > 0 ? gn_detector_clip(fabs(error), season_spread_clip * season->spread) : fabs(error);
    season->spread += gn_detector_gain(season->count, season_spread) * (clipped - season->spread);
}

static bool season_valid(const void *state)
{
    const struct season *season = state;
    bool valid = season->spread >= 0 && gn_detector_sane(season->spread) && season->count <= GN_DETECTOR_COUNT_MAX;
    for (size_t i = 0; i < SEASON_HOURS; i++)
        valid =
            valid && gn_detector_sane(season->mean[i]) && season->deviation[i] >= 0 && season->deviation[i] <= 2e30F;
    for (size_t i = 0; i < sizeof season->reserved; i++)
        valid = valid && season->reserved[i] == 0;
    return valid;
}

const struct gn_detector gn_detector_season = {
    .name = "season",
    .method = "distance from a profile of the 168 hours of the week (after Winters 1960)",
    .state_size = sizeof(struct season),
    .score_count = 1,
    .score = season_score,
    .valid = season_valid,
};
