/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/ensemble.h -- `auto`: several detectors on one series, one score.
 *
 *      reading ─┬▶ level ───▶ rarity ─┐                                        alarm: stands out from the last hours,
 *               ├▶ expect ──▶ rarity ─┼▶ 0.7 mean + 0.3 max ─▶ surprise ──┬──▶        and is worth the debt
 *               └▶ ... ─────▶ rarity ─┘                                  └──▶ unrest: mean surprise of the last 100
 *
 *      score = alarm ? 1 + worth : unrest / (unrest + 20)
 *
 * Two questions have two answers in one score. "Does something begin?" is the alarm: one reading, above 1. "Does
 * it last?" is the unrest, below 1: it ranks whole stretches. Detectors weigh themselves by how they behave on this
 * series: each speaks in rarity among its own past scores, so one that cries often here has little to say here.
 *
 *      hold  <- max(surprise, hold (1 - 1/300))      an alarm must exceed the surprise of the last hours,
 *      debt  <- debt (1 - 1/5000) + 0.3 an alarm     and is worth what it exceeds the debt by: at least 2.5
 *
 * Within 24 readings of an alarm only one rarer by 3 nats is another. The debt is that of evidence.h: alarms
 * that come often get dearer, until time has paid (after I. Gibbs, E. Candes, "Adaptive Conformal Inference", 2021).
 *
 * Two tiers, by memory: the default one has no discord and no profile of the week. Cost is in docs/accuracy.md.
 * States are pointer-free bytes of gn_ensemble_size, 8-aligned; copied to be kept. Not thread-safe. */
#ifndef GN_LEARN_DETECT_ENSEMBLE_H
#define GN_LEARN_DETECT_ENSEMBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum gn_ensemble_tier {
    GN_ENSEMBLE_DEFAULT = 0, /* <= 2 KiB a series */
    GN_ENSEMBLE_DEEP,        /* <= 32 KiB */
    GN_ENSEMBLE_TIERS,
} gn_ensemble_tier;

enum { GN_ENSEMBLE_PARTS_MAX = 10 };

struct gn_surprise {
    double score;    /* >= 0: above 1 an alarm, below 1 unrest */
    double surprise; /* nats */
    bool alarm;
    uint32_t part_count;
    const char *names[GN_ENSEMBLE_PARTS_MAX]; /* of the detectors */
    double parts[GN_ENSEMBLE_PARTS_MAX];      /* their rarities, nats */
};

size_t gn_ensemble_size(gn_ensemble_tier tier);
/* `state` has gn_ensemble_size(tier) bytes. */
void gn_ensemble_init(void *state, gn_ensemble_tier tier);
/* Judges a reading, then learns it. A value that is no finite number is passed over: score 0. */
void gn_ensemble_score(void *state, int64_t time_ms, double value, struct gn_surprise *out);
/* Any `size` bytes: true when they can be scored on. */
bool gn_ensemble_valid(const void *state, size_t size);

/* One detector alone, with the same rarity, alarm and unrest: what the ensemble's gain is measured against. */
const struct gn_detector *gn_ensemble_detector(size_t i); /* NULL: there are no more */
size_t gn_ensemble_alone_size(const struct gn_detector *detector);
void gn_ensemble_alone_init(void *state, const struct gn_detector *detector);

#endif
