/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/baseline.h -- the model every numeric series gets by itself: what is usual, and how sure.
 *
 *   reading ─▶ quality ─▶ pace ────▶ robust ──────▶ conformal ─▶ evidence ─▶ phase
 *              stuck,     window     location,       p-value       CUSUM       START, GOING_ON, END
 *              gap,       of about   spread:         from the      against
 *              range      a second   a score         rank          a budget
 *
 * What may be a fault is not learnt as usual:
 *
 *   evidence > 0            scores are held back; a long-remembered level stands still from 8 nats on
 *   it falls to 0 again,    the held-back scores are learnt after all: it was chance
 *   or just stays there
 *   announced               level and calibration stand still; a shadow of the level learns aside
 *   usual again             END; nothing of it is learnt
 *   settled elsewhere for   END; the shadow becomes the level: this is usual now
 *   accept_after_s
 *
 * Times in ms, values in the series' own unit. Cost: see src/learn/README.md. Not thread-safe. */
#ifndef GN_LEARN_DETECT_BASELINE_H
#define GN_LEARN_DETECT_BASELINE_H

#include "learn/detect/conformal.h"
#include "learn/detect/evidence.h"
#include "learn/detect/interval.h"
#include "learn/detect/pace.h"
#include "learn/detect/quality.h"
#include "learn/detect/robust.h"
#include "learn/model.h"

enum {
    GN_BASELINE_WARM_WINDOWS = 60, /* windows until the first judgement */
    GN_BASELINE_HELD = 32,
};

/* What a parameter row sets; the order is that of the kind's table. */
struct gn_baseline_parameters {
    double budget_per_day;
    double direction;
    double range_low;
    double range_high;
    double interval_alpha;
    double accept_after_s;
    double memory_windows;
};

struct gn_baseline {
    struct gn_baseline_parameters parameters;
    struct gn_conformal conformal;
    struct gn_quality quality;
    struct gn_pace pace;
    struct gn_robust level;
    struct gn_robust shadow; /* of the level while an anomaly is open */
    struct gn_interval interval;
    struct gn_evidence evidence;
    double score; /* of the newest window */
    double p_value;
    double shadow_before; /* the shadow's location half an accept_after ago */
    int64_t open_from_ms;
    int64_t window_ms;            /* end of the newest window */
    int64_t learnt_to_ms;         /* newest reading learnt */
    int64_t lap_from_ms[2];       /* start of this and the previous lap of the calibration ring */
    uint64_t lap_count[2];        /* readings learnt in them */
    float held[GN_BASELINE_HELD]; /* scores of the episode under way */
    uint32_t held_count;
    uint32_t held_stride;  /* one of so many windows is held */
    uint32_t held_windows; /* of the episode, wraps */
    uint32_t open;         /* bool: announced */
    uint32_t usual_run;    /* usual windows in a row since, stops at 1000 */
    uint32_t halves;       /* halves of accept_after the suspicion has lasted, stops at 8 */
};

extern const struct gn_model_kind gn_baseline_kind;

#endif
