/* SPDX-License-Identifier: Apache-2.0 */
/* Beyond all that was ever seen: a record, measured in percent of the range so far (K. N. Chandler, "The Distribution
 * and Frequency of Record Values", 1952). The range shrinks by a factor e in 8000 readings, so that one
 * glitch does not hide all later ones for good. */
#include "learn/detect/detector.h"

static const double reach_memory = 4000;
static const double reach_forgets = 8000;
enum { REACH_WARM = 50 };

struct reach {
    double low;
    double high;
    double mean;
    uint32_t count;
    uint32_t reserved;
};

static void reach_score(void *state, int64_t time_ms, double value, double *out)
{
    (void)time_ms;
    struct reach *reach = state;
    if (reach->count == 0)
        reach->low = reach->high = value;
    const double range = reach->high - reach->low;
    const double beyond = value > reach->high ? value - reach->high : value < reach->low ? reach->low - value : 0;
    out[0] = reach->count > REACH_WARM && range > 0 ? 100 * beyond / (range + gn_detector_floor(value)) : 0;

    gn_detector_count(&reach->count);
    reach->high = value > reach->high ? value : reach->high;
    reach->low = value < reach->low ? value : reach->low;
    reach->mean += gn_detector_gain(reach->count, reach_memory) * (value - reach->mean);
    reach->high -= (reach->high - reach->mean) / reach_forgets;
    reach->low -= (reach->low - reach->mean) / reach_forgets;
}

static bool reach_valid(const void *state)
{
    const struct reach *reach = state;
    return gn_detector_sane(reach->low) && gn_detector_sane(reach->high) && gn_detector_sane(reach->mean) &&
           reach->count <= GN_DETECTOR_COUNT_MAX && reach->reserved == 0;
}

const struct gn_detector gn_detector_reach = {
    .name = "reach",
    .method = "how far beyond the range ever seen (record values, Chandler 1952)",
    .state_size = sizeof(struct reach),
    .score_count = 1,
    .score = reach_score,
    .valid = reach_valid,
};
