/* SPDX-License-Identifier: Apache-2.0 */
/* Restless, or still, for this series: the energy of its quick changes over the last 20 and the last 60 readings, as a
 * logarithm, against what it usually is. J. F. MacGregor, T. J. Harris, "The Exponentially Weighted Moving Variance"
 * (1993), with absolute changes in place of squares: they survive outliers. */
#include "learn/detect/detector.h"

enum { ENERGY_SPANS = 2, ENERGY_WARM = 30 };
static const double energy_span[ENERGY_SPANS] = { 20, 60 };
static const double energy_memory[ENERGY_SPANS] = { 1000, 2000 };
static const double energy_floor = 1e-6;

struct energy {
    double last;
    double size[ENERGY_SPANS];      /* mean |change| over the span */
    double usual[ENERGY_SPANS];     /* of its logarithm */
    double deviation[ENERGY_SPANS]; /* mean |logarithm - usual| */
    uint32_t count;
    uint32_t reserved;
};

static double energy_score_one(struct energy *energy, int i, double change, double value)
{
    energy->size[i] += gn_detector_gain(energy->count, energy_span[i]) * (change - energy->size[i]);
    const double young = energy->count - energy_span[i];
    if (young < 0)
        return 0;
    const double logarithm = log(energy->size[i] + gn_detector_floor(value));
    if (young < 1)
        energy->usual[i] = logarithm;
    const double error = logarithm - energy->usual[i];
    const double score = young > ENERGY_WARM ? fabs(error) / (energy->deviation[i] + energy_floor) : 0;
    const double gain = gn_detector_gain((uint32_t)young + 1, energy_memory[i]);
    energy->usual[i] += gain * error;
    energy->deviation[i] += gain * (fabs(error) - energy->deviation[i]);
    return score;
}

static void energy_score(void *state, int64_t time_ms, double value, double *out)
{
    (void)time_ms;
    struct energy *energy = state;
    const double change = fabs(value - energy->last);
    for (int i = 0; i < ENERGY_SPANS; i++)
        out[i] = energy->count > 0 ? energy_score_one(energy, i, change, value) : 0;
    energy->last = value;
    gn_detector_count(&energy->count);
}

static bool energy_valid(const void *state)
{
    const struct energy *energy = state;
    bool valid = gn_detector_sane(energy->last) && energy->count <= GN_DETECTOR_COUNT_MAX && energy->reserved == 0;
    for (int i = 0; i < ENERGY_SPANS; i++)
        valid = valid && energy->size[i] >= 0 && gn_detector_sane(energy->size[i]) &&
                gn_detector_sane(energy->usual[i]) && energy->deviation[i] >= 0 &&
                gn_detector_sane(energy->deviation[i]);
    return valid;
}

const struct gn_detector gn_detector_energy = {
    .name = "energy",
    .method = "logarithm of the mean change over 20 and 60 readings (MacGregor and Harris 1993)",
    .state_size = sizeof(struct energy),
    .score_count = ENERGY_SPANS,
    .score = energy_score,
    .valid = energy_valid,
};
