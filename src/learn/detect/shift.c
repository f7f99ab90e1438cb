/* SPDX-License-Identifier: Apache-2.0 */
/* The mean has moved: S. W. Roberts, "Control Chart Tests Based on Geometric Moving Averages" (1959). A mean of about
 * 8 readings against one of 1000, in units of how far the two usually are apart. */
#include "learn/detect/detector.h"

static const double shift_near = 8;
static const double shift_far = 1000;
static const double shift_mean_clip = 3;
static const double shift_deviation_clip = 5;
enum { SHIFT_FIRST = 8, SHIFT_OWN = 24, SHIFT_WARM = 44 };

struct shift {
    double near;
    double far;
    double deviation; /* mean |near - far| */
    uint32_t count;
    uint32_t reserved;
};

static void shift_score(void *state, int64_t time_ms, double value, double *out)
{
    (void)time_ms;
    struct shift *shift = state;
    if (shift->count == 0)
        shift->near = shift->far = value;
    const uint32_t before = shift->count;
    gn_detector_count(&shift->count);
    shift->near += gn_detector_gain(shift->count, shift_near) * (value - shift->near);
    const double error = shift->near - shift->far;
    const double spread = shift->deviation + gn_detector_floor(shift->far);
    out[0] = before > SHIFT_WARM ? fabs(error) / spread : 0;

    const double gain = gn_detector_gain(shift->count, shift_far);
    shift->far += gain * (before > SHIFT_FIRST ? gn_detector_clip(error, shift_mean_clip * spread) : error);
    const double size = before > SHIFT_OWN ? gn_detector_clip(fabs(error), shift_deviation_clip * spread) : fabs(error);
    shift->deviation += gain * (size - shift->deviation);
}

static bool shift_valid(const void *state)
{
    const struct shift *shift = state;
    return gn_detector_sane(shift->near) && gn_detector_sane(shift->far) && shift->deviation >= 0 &&
           gn_detector_sane(shift->deviation) && shift->count <= GN_DETECTOR_COUNT_MAX && shift->reserved == 0;
}

const struct gn_detector gn_detector_shift = {
    .name = "shift",
    .method = "geometric moving average of 8 against one of 1000 (Roberts 1959)",
    .state_size = sizeof(struct shift),
    .score_count = 1,
    .score = shift_score,
    .valid = shift_valid,
};
