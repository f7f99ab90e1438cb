/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/ensemble.h"

#include <string.h>

#include "learn/detect/detector.h"
#include "learn/detect/rarity.h"

static const struct gn_detector *const ensemble_detectors[] = {
    &gn_detector_level,  &gn_detector_step,   &gn_detector_reach,  &gn_detector_shift,
    &gn_detector_energy, &gn_detector_expect, &gn_detector_season, &gn_detector_discord,
};
enum { ENSEMBLE_DETECTORS = sizeof ensemble_detectors / sizeof ensemble_detectors[0] };

/* Bit i: ensemble_detectors[i] takes part. */
static const uint32_t ensemble_tiers[GN_ENSEMBLE_TIERS] = {
    [GN_ENSEMBLE_DEFAULT] = 0x3f, [GN_ENSEMBLE_DEEP] = 0xfd, /* without step: expect and discord see what it sees */
};

static const double ensemble_max_share = 0.3;
static const double ensemble_hold_memory = 300;
static const double ensemble_debt_memory = 5000;
static const double ensemble_debt_of_alarm = 0.3;
static const double ensemble_worth_min = 2.5;
static const double ensemble_rarer = 3;
static const double ensemble_unrest_memory = 100;
static const double ensemble_unrest_half = 20;
enum { ENSEMBLE_QUIET = 24, ENSEMBLE_RELEVANT = 1000 };

/* Then come part_count of struct gn_rarity, then the detectors' states in the order of the table. */
struct ensemble {
    uint32_t detectors; /* bits */
    uint32_t since;     /* readings since the last alarm, stops at ENSEMBLE_RELEVANT */
    double hold;
    double debt;
    double unrest;
    double alarm; /* surprise of the last one */
};

static size_t ensemble_part_count(uint32_t detectors)
{
    size_t count = 0;
    for (size_t i = 0; i < ENSEMBLE_DETECTORS; i++)
        count += (detectors >> i & 1) != 0 ? ensemble_detectors[i]->score_count : 0;
    return count;
}

static size_t ensemble_bytes(uint32_t detectors)
{
    size_t size = sizeof(struct ensemble) + ensemble_part_count(detectors) * sizeof(struct gn_rarity);
    for (size_t i = 0; i < ENSEMBLE_DETECTORS; i++)
        size += (detectors >> i & 1) != 0 ? ensemble_detectors[i]->state_size : 0;
    return size;
}

static void ensemble_start(void *state, uint32_t detectors)
{
    memset(state, 0, ensemble_bytes(detectors));
    *(struct ensemble *)state = (struct ensemble){ .detectors = detectors, .since = ENSEMBLE_RELEVANT };
}

size_t gn_ensemble_size(gn_ensemble_tier tier)
{
    return ensemble_bytes(ensemble_tiers[tier]);
}

void gn_ensemble_init(void *state, gn_ensemble_tier tier)
{
    ensemble_start(state, ensemble_tiers[tier]);
}

/* The rarities of all parts; how strange the value is on the whole. */
static double ensemble_judge(struct ensemble *ensemble, int64_t time_ms, double value, struct gn_surprise *out)
{
    struct gn_rarity *rarity = (struct gn_rarity *)(ensemble + 1);
    char *state = (char *)(rarity + ensemble_part_count(ensemble->detectors));
    double sum = 0;
    double most = 0;
    for (size_t i = 0; i < ENSEMBLE_DETECTORS; i++) {
        if ((ensemble->detectors >> i & 1) == 0)
            continue;
        const struct gn_detector *detector = ensemble_detectors[i];
        double scores[GN_DETECTOR_SCORES_MAX];
        detector->score(state, time_ms, value, scores);
        state += detector->state_size;
        for (uint32_t j = 0; j < detector->score_count; j++) {
            const double nats = gn_rarity_of(rarity++, scores[j]);
            out->names[out->part_count] = detector->name;
            out->parts[out->part_count++] = nats;
            sum += nats;
            most = nats > most ? nats : most;
        }
    }
    const double mean = sum / out->part_count;
    ensemble->unrest += (mean - ensemble->unrest) / ensemble_unrest_memory;
    return ensemble_max_share * most + (1 - ensemble_max_share) * mean;
}

static bool ensemble_alarm(struct ensemble *ensemble, double surprise, double worth)
{
    ensemble->since += ensemble->since < ENSEMBLE_RELEVANT ? 1 : 0;
    if (ensemble->since == ENSEMBLE_RELEVANT)
        ensemble->alarm = 0;
    const bool again = ensemble->since < ENSEMBLE_QUIET && surprise <= ensemble->alarm + ensemble_rarer;
    const bool alarm = worth > ensemble_worth_min && surprise > ensemble->hold && !again;
    ensemble->hold -= ensemble->hold / ensemble_hold_memory;
    ensemble->hold = surprise > ensemble->hold ? surprise : ensemble->hold;
    ensemble->debt -= ensemble->debt / ensemble_debt_memory;
    if (alarm) {
        ensemble->debt += ensemble_debt_of_alarm;
        ensemble->alarm = surprise;
        ensemble->since = 0;
    }
    return alarm;
}

void gn_ensemble_score(void *state, int64_t time_ms, double value, struct gn_surprise *out)
{
    struct ensemble *ensemble = state;
    *out = (struct gn_surprise){ 0 };
    if (!isfinite(value))
        return;
    out->surprise = ensemble_judge(ensemble, time_ms, gn_detector_clip(value, GN_DETECTOR_VALUE_MAX), out);
    const double worth = out->surprise - ensemble->debt;
    out->alarm = ensemble_alarm(ensemble, out->surprise, worth);
    out->score = out->alarm ? 1 + worth : ensemble->unrest / (ensemble->unrest + ensemble_unrest_half);
}

static bool ensemble_number(double x)
{
    return x >= 0 && x <= GN_RARITY_MAX * 4;
}

bool gn_ensemble_valid(const void *state, size_t size)
{
    const struct ensemble *ensemble = state;
    if (size < sizeof *ensemble || ensemble->detectors == 0 || ensemble->detectors >> ENSEMBLE_DETECTORS != 0 ||
        size != ensemble_bytes(ensemble->detectors))
        return false;
    bool valid = ensemble->since <= ENSEMBLE_RELEVANT && ensemble_number(ensemble->hold) &&
                 ensemble_number(ensemble->debt) && ensemble_number(ensemble->unrest) &&
                 ensemble_number(ensemble->alarm);
    const struct gn_rarity *rarity = (const struct gn_rarity *)(ensemble + 1);
    const size_t parts = ensemble_part_count(ensemble->detectors);
    for (size_t i = 0; i < parts; i++)
        valid = valid && gn_rarity_valid(&rarity[i]);
    const char *part = (const char *)(rarity + parts);
    for (size_t i = 0; i < ENSEMBLE_DETECTORS; i++) {
        if ((ensemble->detectors >> i & 1) == 0)
            continue;
        valid = valid && ensemble_detectors[i]->valid(part);
        part += ensemble_detectors[i]->state_size;
    }
    return valid;
}

const struct gn_detector *gn_ensemble_detector(size_t i)
{
    return i < ENSEMBLE_DETECTORS ? ensemble_detectors[i] : NULL;
}

static uint32_t ensemble_bit(const struct gn_detector *detector)
{
    uint32_t bit = 1;
    for (size_t i = 0; i < ENSEMBLE_DETECTORS && ensemble_detectors[i] != detector; i++)
        bit <<= 1;
    return bit;
}

size_t gn_ensemble_alone_size(const struct gn_detector *detector)
{
    return ensemble_bytes(ensemble_bit(detector));
}

void gn_ensemble_alone_init(void *state, const struct gn_detector *detector)
{
    ensemble_start(state, ensemble_bit(detector));
}
