/* SPDX-License-Identifier: Apache-2.0 */
/* A change larger than changes usually are: the moving range of W. A. Shewhart, "Economic Control of Quality of
 * Manufactured Product" (1931), with a mean that remembers 1000 changes. */
#include "learn/detect/detector.h"

static const double step_memory = 1000;
enum { STEP_WARM = 20 };

struct step {
    double last;
    double usual; /* mean |change| */
    uint32_t count;
    uint32_t reserved;
};

static void step_score(void *state, int64_t time_ms, double value, double *out)
{
    (void)time_ms;
    struct step *step = state;
    const double change = step->count > 0 ? fabs(value - step->last) : 0;
    out[0] = step->count > STEP_WARM ? change / (step->usual + gn_detector_floor(value)) : 0;
    if (step->count > 0)
        step->usual += gn_detector_gain(step->count, step_memory) * (change - step->usual);
    step->last = value;
    gn_detector_count(&step->count);
}

static bool step_valid(const void *state)
{
    const struct step *step = state;
    return gn_detector_sane(step->last) && step->usual >= 0 && gn_detector_sane(step->usual) &&
           step->count <= GN_DETECTOR_COUNT_MAX && step->reserved == 0;
}

const struct gn_detector gn_detector_step = {
    .name = "step",
    .method = "change against the mean moving range (Shewhart 1931)",
    .state_size = sizeof(struct step),
    .score_count = 1,
    .score = step_score,
    .valid = step_valid,
};
