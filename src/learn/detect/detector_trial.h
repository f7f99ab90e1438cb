/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/detector_trial.h -- for tests only: what every detector must bear. */
#ifndef GN_LEARN_DETECT_DETECTOR_TRIAL_H
#define GN_LEARN_DETECT_DETECTOR_TRIAL_H

#include <string.h>

#include "learn/detect/detector.h"
#include "learn/detect/drawn.h"

enum { TRIAL_STATE_BYTES = 32768, TRIAL_MINUTE_MS = 60000 };

struct trial_state {
    _Alignas(8) unsigned char bytes[TRIAL_STATE_BYTES];
};

/* Scores of the i-th reading, one a minute. */
static inline void trial_score(const struct gn_detector *detector, struct trial_state *state, int i, double value,
                               double *out)
{
    detector->score(state->bytes, (int64_t)i * TRIAL_MINUTE_MS, value, out);
}

/* Values that break arithmetic: constants, jumps over 200 orders of size, tiny ones, long repeats. */
static inline double trial_nasty(struct gn_drawn *drawn, int i)
{
    static const double values[] = { 0, GN_DETECTOR_VALUE_MAX, -GN_DETECTOR_VALUE_MAX, 1e-300, 5e-324, -1e308 / 1e208 };
    if (i / 300 % 3 == 0)
        return 7;
    if (i / 300 % 3 == 1)
        return values[(size_t)(gn_drawn_uniform(drawn) * 6)];
    return gn_drawn_normal(drawn) * 1e6;
}

static inline void trial_bears_anything(const struct gn_detector *detector)
{
    static struct trial_state state;
    struct gn_drawn drawn = gn_drawn_from(77);
    memset(&state, 0, sizeof state);
    assert_true(detector->state_size <= sizeof state.bytes && detector->state_size % 8 == 0);
    assert_true(detector->valid(state.bytes));
    for (int i = 0; i < 9000; i++) {
        double scores[GN_DETECTOR_SCORES_MAX] = { -1, -1 };
        trial_score(detector, &state, i % 50 == 0 ? -i : i, trial_nasty(&drawn, i), scores);
        for (uint32_t j = 0; j < detector->score_count; j++)
            if (!(scores[j] >= 0 && isfinite(scores[j])))
                fail_msg("%s: score %u of reading %d is %g", detector->name, j, i, scores[j]);
        if (i % 100 == 0)
            assert_true(detector->valid(state.bytes));
    }
}

static inline void trial_goes_on_from_a_copy(const struct gn_detector *detector)
{
    static struct trial_state one;
    static struct trial_state two;
    struct gn_drawn drawn = gn_drawn_from(5);
    double scores[GN_DETECTOR_SCORES_MAX];
    memset(&one, 0, sizeof one);
    for (int i = 0; i < 3000; i++)
        trial_score(detector, &one, i, gn_drawn_normal(&drawn), scores);
    two = one;
    for (int i = 3000; i < 4000; i++) {
        const double value = gn_drawn_normal(&drawn);
        double other[GN_DETECTOR_SCORES_MAX];
        trial_score(detector, &one, i, value, scores);
        trial_score(detector, &two, i, value, other);
        assert_memory_equal(scores, other, detector->score_count * sizeof *scores);
    }
    assert_memory_equal(&one, &two, detector->state_size);
}

static inline void trial_refuses_foreign_bytes(const struct gn_detector *detector)
{
    static struct trial_state state;
    memset(&state, 0xff, sizeof state); /* NaN, and counts beyond all limits */
    assert_false(detector->valid(state.bytes));
}

/* What every detector's test runs first. */
static inline void trial_common(const struct gn_detector *detector)
{
    trial_bears_anything(detector);
    trial_goes_on_from_a_copy(detector);
    trial_refuses_foreign_bytes(detector);
}

#endif
