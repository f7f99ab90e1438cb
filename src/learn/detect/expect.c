/* SPDX-License-Identifier: Apache-2.0 */
/* Far from what a simple forecast says: of five, the one that erred least of late is believed ("follow the leader":
 * N. Cesa-Bianchi, G. Lugosi, "Prediction, Learning, and Games", 2006).
 *
 *      last        the last value                      hour        the mean of this hour of the day
 *      near        mean of about 8                     drift       the last value, and what the hour usually adds
 *      far         robust mean of about 64 */
#include "learn/detect/detector.h"

enum { EXPECT_LAST, EXPECT_NEAR, EXPECT_FAR, EXPECT_HOUR, EXPECT_DRIFT, EXPECT_WAYS, EXPECT_HOURS = 24 };
enum { EXPECT_WARM = 30, EXPECT_SEEN_MAX = 255 };
static const double expect_error_memory = 600;
static const double expect_spread_memory = 1000;
static const double expect_clip = 6;
static const double expect_better = 0.98; /* a forecast further down the list must be so much better */
static const double expect_hour_memory = 100;

struct expect {
    double hour[EXPECT_HOURS];
    double error[EXPECT_WAYS]; /* mean clipped |error| */
    double last;
    double near;
    double far;
    double spread;    /* of the forecast that was believed */
    double last_hour; /* what the hour's mean was, one reading ago */
    uint32_t count;
    uint8_t seen[EXPECT_HOURS];
    uint8_t reserved[4];
};

static double expect_clipped(const struct expect *expect, double size, double mean)
{
    const bool clip = mean > 0 && expect->count > EXPECT_WARM;
    return clip && size > expect_clip * mean ? expect_clip * mean : size;
}

static void expect_learn(struct expect *expect, size_t hour, const double *ways, double value, double error)
{
    gn_detector_count(&expect->count);
    const double gain = gn_detector_gain(expect->count, expect_error_memory);
    for (int i = 0; i < EXPECT_WAYS; i++)
        expect->error[i] += gain * (expect_clipped(expect, fabs(value - ways[i]), expect->error[i]) - expect->error[i]);
    expect->spread += gn_detector_gain(expect->count, expect_spread_memory) *
                      (expect_clipped(expect, error, expect->spread) - expect->spread);
    expect->near += (value - expect->near) / 8;
    const double most = 4 * expect->spread + gn_detector_floor(value);
    expect->far += gn_detector_clip(value - expect->far, most) / 64;
    expect->last_hour = ways[EXPECT_HOUR];
    expect->last = value;
    if (expect->seen[hour] < EXPECT_SEEN_MAX)
        expect->seen[hour]++;
    expect->hour[hour] += gn_detector_gain(expect->seen[hour], expect_hour_memory) * (value - expect->hour[hour]);
}

static void expect_score(void *state, int64_t time_ms, double value, double *out)
{
    static const int64_t hour_ms = 3600000;
    struct expect *expect = state;
    int64_t in_day = time_ms % (EXPECT_HOURS * hour_ms);
    in_day += in_day < 0 ? EXPECT_HOURS * hour_ms : 0;
    const size_t hour = (size_t)(in_day / hour_ms);
    if (expect->count == 0)
        expect->last = expect->near = expect->far = expect->last_hour = value;
    const double of_hour = expect->seen[hour] > 0 ? expect->hour[hour] : expect->last;
    const double ways[EXPECT_WAYS] = {
        [EXPECT_LAST] = expect->last,
        [EXPECT_NEAR] = expect->near,
        [EXPECT_FAR] = expect->far,
        [EXPECT_HOUR] = of_hour,
        [EXPECT_DRIFT] = expect->last + (expect->seen[hour] > 1 ? of_hour - expect->last_hour : 0),
    };
    int best = 0;
    for (int i = 1; i < EXPECT_WAYS; i++)
        best = expect->error[i] < expect_better * expect->error[best] ? i : best;
    const double error = fabs(value - ways[best]);
    out[0] = expect->count > EXPECT_WARM ? error / (expect->spread + gn_detector_floor(value)) : 0;
    expect_learn(expect, hour, ways, value, error);
}

static bool expect_valid(const void *state)
{
    const struct expect *expect = state;
    bool valid = gn_detector_sane(expect->last) && gn_detector_sane(expect->near) && gn_detector_sane(expect->far) &&
                 gn_detector_sane(expect->last_hour) && expect->spread >= 0 && gn_detector_sane(expect->spread) &&
                 expect->count <= GN_DETECTOR_COUNT_MAX;
    for (int i = 0; i < EXPECT_WAYS; i++)
        valid = valid && expect->error[i] >= 0 && gn_detector_sane(expect->error[i]);
    for (int i = 0; i < EXPECT_HOURS; i++)
        valid = valid && gn_detector_sane(expect->hour[i]);
    for (size_t i = 0; i < sizeof expect->reserved; i++)
        valid = valid && expect->reserved[i] == 0;
    return valid;
}

const struct gn_detector gn_detector_expect = {
    .name = "expect",
    .method = "error of the best of five simple forecasts (follow the leader, Cesa-Bianchi and Lugosi 2006)",
    .state_size = sizeof(struct expect),
    .score_count = 1,
    .score = expect_score,
    .valid = expect_valid,
};
