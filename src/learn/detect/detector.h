/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/detector.h -- one way of finding a reading strange: one file, one const row.
 *
 *      reading ─▶ score(s) >= 0: how strange, in units of its own ─▶ rarity.h: how seldom in this series ─▶ ensemble.h
 *           └─▶ learnt afterwards, with a bounded influence, so that a fault cannot take over what is usual
 *
 *      row       strange is                                                     scores  bytes
 *      level     far from where the series usually is                           1       32
 *      step      a change larger than changes usually are                       1       32
 *      reach     beyond all that was ever seen                                  1       48
 *      shift     the mean of the last few away from the long mean               1       40
 *      energy    restless or still for this series, over 20 and over 60         2       80
 *      expect    far from what the best of six simple forecasts says            1       ~0.5 KiB
 *      season    far from the same hour of the same day of the week             1       ~2 KiB
 *      discord   the last 8, the last 128, unlike any stretch of the past       2       24 KiB
 *
 * A state is the caller's, zeroed at the start, holds no pointer and is copied to be kept. Values are finite and
 * within GN_DETECTOR_VALUE_MAX. Scores are finite. No clock, no randomness, no allocation; not thread-safe. */
#ifndef GN_LEARN_DETECT_DETECTOR_H
#define GN_LEARN_DETECT_DETECTOR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GN_DETECTOR_VALUE_MAX 1e100 /* larger ones are clamped by the caller: sums of them stay finite */
#define GN_DETECTOR_FLOOR     1e-12 /* smallest spread, absolute; relative to the value it is 1e-9 */

enum { GN_DETECTOR_SCORES_MAX = 2, GN_DETECTOR_COUNT_MAX = 1000000000 };

struct gn_detector {
    const char *name;
    const char *method; /* one line, with the paper */
    size_t state_size;  /* a multiple of 8 */
    uint32_t score_count;
    /* Scores of a value, then learns it. A zeroed state is a new one. */
    void (*score)(void *state, int64_t time_ms, double value, double *out_scores);
    /* Any bytes: true when scoring and learning stay in bounds and finite. */
    bool (*valid)(const void *state);
};

extern const struct gn_detector gn_detector_level;
extern const struct gn_detector gn_detector_step;
extern const struct gn_detector gn_detector_reach;
extern const struct gn_detector gn_detector_shift;
extern const struct gn_detector gn_detector_energy;
extern const struct gn_detector gn_detector_expect;
extern const struct gn_detector gn_detector_season;
extern const struct gn_detector gn_detector_discord;

/* One more reading, up to the last count that matters. */
static inline void gn_detector_count(uint32_t *count)
{
    if (*count < GN_DETECTOR_COUNT_MAX)
        ++*count;
}

/* How fast a mean of `memory` values follows: as a plain mean while it is young. */
static inline double gn_detector_gain(uint32_t count, double memory)
{
    return 1 / ((double)count < memory ? (double)count : memory);
}

static inline double gn_detector_clip(double x, double limit)
{
    return x > limit ? limit : x < -limit ? -limit : x;
}

/* Below this a difference is arithmetic, not the world. */
static inline double gn_detector_floor(double value)
{
    return 1e-9 * fabs(value) + GN_DETECTOR_FLOOR;
}

/* A number that a state may hold; false for NaN. */
static inline bool gn_detector_sane(double x)
{
    return fabs(x) <= 16 * GN_DETECTOR_VALUE_MAX;
}

#endif
