/* SPDX-License-Identifier: Apache-2.0 */
/* Far from where the series usually is: P. J. Huber, "Robust Estimation of a Location Parameter" (1964), followed as
 * a stochastic approximation. */
#include "learn/detect/detector.h"

static const double level_memory = 1000;
static const double level_psi = 2.5;               /* in standard deviations */
static const double level_deviation_clip = 4;      /* in mean deviations */
static const double level_sd = 1.2533141373155003; /* of a normal law, in mean deviations */
enum { LEVEL_FIRST = 8, LEVEL_WARM = 20 };

struct level {
    double location;
    double deviation;
    uint32_t count;
    uint32_t reserved;
};

static void level_score(void *state, int64_t time_ms, double value, double *out)
{
    (void)time_ms;
    struct level *level = state;
    if (level->count == 0)
        level->location = value;
    const double error = value - level->location;
    const double floor = gn_detector_floor(level->location);
    const double spread = level->deviation * level_sd + floor;
    out[0] = level->count > LEVEL_WARM ? fabs(error) / spread : 0;

    const bool clip = level->count > LEVEL_FIRST;
    gn_detector_count(&level->count);
    const double gain = gn_detector_gain(level->count, level_memory);
    level->location += gain * (clip ? gn_detector_clip(error, level_psi * spread) : error);
    const double most = level_deviation_clip * level->deviation + floor;
    level->deviation += gain * ((clip ? gn_detector_clip(fabs(error), most) : fabs(error)) - level->deviation);
}

static bool level_valid(const void *state)
{
    const struct level *level = state;
    return gn_detector_sane(level->location) && level->deviation >= 0 && gn_detector_sane(level->deviation) &&
           level->count <= GN_DETECTOR_COUNT_MAX && level->reserved == 0;
}

const struct gn_detector gn_detector_level = {
    .name = "level",
    .method = "distance from a Huber location in robust deviations (Huber 1964)",
    .state_size = sizeof(struct level),
    .score_count = 1,
    .score = level_score,
    .valid = level_valid,
};
