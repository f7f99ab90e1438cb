/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/baseline.h"

#include <math.h>

#include "learn/detect/scalar.h"

enum {
    BASELINE_FIRST = 12,           /* windows until scores mean anything: these only set the level */
    BASELINE_ACCEPT_WINDOWS = 120, /* a slow series needs more than accept_after_s to show a new level */
    BASELINE_USUAL_LEAST = 8,      /* usual windows in a row that END an anomaly */
    BASELINE_USUAL_MAX = 1000,
    BASELINE_HALVES_MAX = 8,     /* then any level is accepted, steady or not */
    BASELINE_LEVEL_MEMORY = 2,   /* memories from this one on stand for a level */
    BASELINE_STRIDE_MAX = 64,    /* bounds the work of one release */
    BASELINE_CHANGES_LEAST = 8,  /* what hardly ever changed has not shown yet what is usual ... */
    BASELINE_STILL_LEAST = 3600, /* ... unless it stood still for so many windows */
    BASELINE_RELEARN = 20,       /* windows the level counts for after accept() */
};
static const double baseline_usual_p = 0.05;
static const double baseline_brewing = 8; /* nats: chance gets there about once in 5000 windows */
static const double baseline_wanders_share = 1.0 / 6;
static const double baseline_day_ms = 86400000.0;

static const struct gn_parameter baseline_parameters[] = {
    { "budget_per_day", "alarms a day", 0.1, 0.001, 1000,
      "How many false alarms this series may raise a day. Smaller: fewer and slower alarms." },
    { "direction", "", 0, -1, 1, "What is unusual: 1 only above, -1 only below, 0 both." },
    { "range_low", "unit of the series", -1e300, -1e300, 1e300,
      "Below this a reading is impossible: a fault of the sensor, told at once and never learnt." },
    { "range_high", "unit of the series", 1e300, -1e300, 1e300,
      "Above this a reading is impossible: a fault of the sensor, told at once and never learnt." },
    { "interval_alpha", "share", 0.01, 0.0001, 0.5,
      "Share of usual readings outside the band that is drawn as usual. Does not move alarms." },
    { "accept_after_s", "s", 1800, 60, 31536000,
      "An anomaly that has settled at a new level for so long (and 120 windows) is taken as the new usual and "
      "ends; a sixth of it is enough (and 60 windows) for a series that wanders anyway. One that never "
      "settles is accepted after four times as long." },
    { "memory_windows", "windows", 600, 30, 100000,
      "How long the level remembers, in windows of about 1 s (or one reading, if those are rarer)." },
};
enum { BASELINE_PARAMETERS = sizeof baseline_parameters / sizeof *baseline_parameters };
_Static_assert(sizeof(struct gn_baseline_parameters) == BASELINE_PARAMETERS * sizeof(double),
               "one field a row, in the same order");
_Static_assert((int)BASELINE_PARAMETERS <= (int)GN_MODEL_PARAMETERS_MAX, "the contract's limit");
_Static_assert(sizeof(struct gn_baseline) <= GN_MODEL_STATE_BYTES_MAX, "the contract's limit");

static void baseline_init(void *state, const double *values)
{
    struct gn_baseline *b = state;
    memset(b, 0, sizeof *b);
    memcpy(&b->parameters, values, sizeof b->parameters);
    gn_conformal_init(&b->conformal);
    gn_quality_init(&b->quality, b->parameters.range_low, b->parameters.range_high);
    gn_pace_init(&b->pace);
    gn_robust_init(&b->level);
    gn_robust_init(&b->shadow);
    gn_interval_init(&b->interval);
    gn_evidence_init(&b->evidence, b->parameters.budget_per_day);
    b->p_value = 1;
    b->held_stride = 1;
}

static bool baseline_learning(const struct gn_baseline *b)
{
    return b->conformal.count < GN_BASELINE_WARM_WINDOWS - BASELINE_FIRST || b->level.count < BASELINE_RELEARN ||
           (b->level.change_count < BASELINE_CHANGES_LEAST && b->level.count < BASELINE_STILL_LEAST);
}

/* Distance in robust standard deviations, only to the side that is asked about. */
static double baseline_score(const struct gn_baseline *b, double value)
{
    const double z = (value - gn_robust_location(&b->level)) / gn_robust_spread(&b->level);
    if (b->parameters.direction > 0.5)
        return gn_max(z, 0);
    if (b->parameters.direction < -0.5)
        return gn_max(-z, 0);
    return gn_max(fabs(z), 1);
}

static double baseline_windows_per_day(const struct gn_baseline *b)
{
    return baseline_day_ms / gn_pace_window_ms(&b->pace);
}

/* --- learning --- */

static void baseline_calibrate(struct gn_baseline *b, double score)
{
    const double windows = gn_max(baseline_windows_per_day(b) / GN_CONFORMAL_SCORES, 1);
    const uint32_t spacing_max = (uint32_t)gn_min(windows, GN_CONFORMAL_SPACING_MAX);
    if (!gn_conformal_learn(&b->conformal, score, spacing_max))
        return;
    b->lap_from_ms[1] = b->lap_from_ms[0];
    b->lap_count[1] = b->lap_count[0];
    b->lap_from_ms[0] = b->window_ms;
    b->lap_count[0] = 0;
}

static void baseline_forget_held(struct gn_baseline *b)
{
    b->held_count = 0;
    b->held_windows = 0;
    b->held_stride = 1;
}

/* A full buffer keeps every other score, and from then on one of twice as many windows: what an episode
 * of any length held is 16 to 32 scores, evenly. */
static void baseline_hold(struct gn_baseline *b, double score)
{
    if (b->held_windows++ % b->held_stride != 0)
        return;
    if (b->held_count == GN_BASELINE_HELD) {
        for (uint32_t i = 0; i < GN_BASELINE_HELD / 2; i++)
            b->held[i] = b->held[2 * i];
        b->held_count = GN_BASELINE_HELD / 2;
        b->held_stride = b->held_stride < BASELINE_STRIDE_MAX ? b->held_stride * 2 : b->held_stride;
    }
    b->held[b->held_count++] = (float)gn_min(score, GN_CONFORMAL_SCORE_MAX);
}

/* The episode was chance after all: what it held counts as often as it stood for. */
static void baseline_release(struct gn_baseline *b)
{
    for (uint32_t i = 0; i < b->held_count; i++) {
        for (uint32_t n = 0; n < b->held_stride; n++)
            baseline_calibrate(b, b->held[i]);
    }
    baseline_forget_held(b);
}

static void baseline_learn(struct gn_baseline *b, const struct gn_pace_window *window)
{
    gn_robust_learn(&b->level, window->mean, b->parameters.memory_windows);
    if (b->lap_count[0] == 0 && b->lap_from_ms[0] == 0)
        b->lap_from_ms[0] = window->from_ms;
    b->lap_count[0] += window->count;
    b->learnt_to_ms = window->to_ms;
}

/* --- the life of an anomaly: only these change its state --- */

static void baseline_announce(struct gn_baseline *b, const struct gn_pace_window *window)
{
    b->open = 1;
    b->usual_run = 0;
    b->halves = 0;
    b->open_from_ms = window->to_ms;
    b->shadow_before = window->mean;
    gn_robust_init(&b->shadow);
    gn_evidence_spend(&b->evidence);
}

static void baseline_close(struct gn_baseline *b)
{
    b->open = 0;
    gn_evidence_clear(&b->evidence);
    baseline_forget_held(b);
}

/* The size and number of changes stay known: a new level may have stood perfectly still so far. */
static void baseline_take_shadow(struct gn_baseline *b)
{
    const struct gn_robust before = b->level;
    b->level = b->shadow;
    if (b->level.change_count < before.change_count) {
        b->level.change_count = before.change_count;
        b->level.quantum = gn_max(b->level.quantum, before.quantum);
    }
    gn_interval_init(&b->interval);
}

static void baseline_adopt(struct gn_baseline *b)
{
    baseline_take_shadow(b);
    baseline_close(b);
}

/* Looks, each half of accept_after, whether the shadow has settled: it moved by less than two of its own
 * standard deviations since the last look. True when the level it found is to be the usual one. A series
 * that is expected from its last values has no level to come back to, so it is not waited for as long. */
static bool baseline_settled(struct gn_baseline *b, const struct gn_pace_window *window)
{
    const bool wanders = b->level.chosen < BASELINE_LEVEL_MEMORY;
    const double half_ms = b->parameters.accept_after_s * 500 * (wanders ? baseline_wanders_share : 1);
    const uint32_t half_windows = wanders ? BASELINE_ACCEPT_WINDOWS / 4 : BASELINE_ACCEPT_WINDOWS / 2;
    const double open_ms = (double)gn_pace_elapsed_ms(b->open_from_ms, window->to_ms);
    if (open_ms < half_ms * (b->halves + 1) || b->shadow.count < half_windows * (b->halves + 1))
        return false;
    const double moved = fabs(gn_robust_location(&b->shadow) - b->shadow_before);
    b->shadow_before = gn_robust_location(&b->shadow);
    if (b->halves < BASELINE_HALVES_MAX)
        b->halves++;
    return b->halves >= BASELINE_HALVES_MAX || (b->halves >= 2 && moved < 2 * gn_robust_spread(&b->shadow));
}

static gn_phase baseline_judge_open(struct gn_baseline *b, const struct gn_pace_window *window)
{
    if (b->p_value >= baseline_usual_p) {
        if (b->usual_run < BASELINE_USUAL_MAX)
            b->usual_run++;
        gn_evidence_relax(&b->evidence);
    } else {
        b->usual_run = 0;
    }
    if (b->evidence.value <= 0 && b->usual_run >= BASELINE_USUAL_LEAST) {
        baseline_close(b);
        return GN_PHASE_END;
    }
    if (baseline_settled(b, window)) {
        baseline_adopt(b);
        return GN_PHASE_END;
    }
    return GN_PHASE_GOING_ON;
}

/* Evidence that neither falls nor reaches the limit for accept_after: the series has become a little
 * different. What was held back is learnt, or it would never be. */
static bool baseline_stale(const struct gn_baseline *b, const struct gn_pace_window *window)
{
    return b->evidence.value > 0 && b->held_windows >= BASELINE_ACCEPT_WINDOWS &&
           (double)gn_pace_elapsed_ms(b->evidence.since_ms, window->to_ms) >= b->parameters.accept_after_s * 1000;
}

/* A level that is remembered for long stands still while something is brewing: else the spread grows with
 * the very thing that is to be noticed. A wandering series must be followed, or it walks away by itself. */
static bool baseline_stands_still(const struct gn_baseline *b)
{
    return b->level.chosen >= BASELINE_LEVEL_MEMORY && b->evidence.value >= baseline_brewing;
}

static gn_phase baseline_judge(struct gn_baseline *b, const struct gn_pace_window *window)
{
    gn_evidence_set_limit(&b->evidence, baseline_windows_per_day(b), gn_robust_correlation(&b->level));
    b->p_value = gn_conformal_p(&b->conformal, b->score / gn_robust_caution(&b->level));
    gn_evidence_add(&b->evidence, b->p_value, window->from_ms, !b->open);
    if (b->open)
        return baseline_judge_open(b, window);
    if (b->evidence.value >= b->evidence.limit) {
        baseline_announce(b, window);
        return GN_PHASE_START;
    }
    if (baseline_stale(b, window))
        gn_evidence_clear(&b->evidence);
    if (b->evidence.value <= 0)
        baseline_release(b);
    return GN_PHASE_QUIET;
}

static gn_phase baseline_take_window(struct gn_baseline *b, const struct gn_pace_window *window)
{
    if (b->window_ms != 0)
        gn_evidence_pay(&b->evidence, (double)gn_pace_elapsed_ms(b->window_ms, window->to_ms) / baseline_day_ms);
    b->window_ms = window->to_ms;
    b->score = baseline_score(b, window->mean);
    gn_phase phase = GN_PHASE_QUIET;
    if (!baseline_learning(b))
        phase = baseline_judge(b, window);
    if (b->evidence.value > 0)
        baseline_hold(b, b->score);
    else if (b->level.count >= BASELINE_FIRST)
        baseline_calibrate(b, b->score);
    if (b->open)
        gn_robust_learn(&b->shadow, window->mean, b->parameters.memory_windows);
    else if (!baseline_stands_still(b))
        baseline_learn(b, window);
    return phase;
}

/* --- the contract --- */

/* The band a finding is explained with: what its p-value was ranked against, so that what is announced lies outside.
 * (The running band speaks of readings over a longer past, and may be wider just after the series was restless.) */
static void baseline_band_of_windows(const struct gn_baseline *b, struct gn_verdict *out)
{
    const double half = gn_conformal_score_at(&b->conformal, b->parameters.interval_alpha) *
                        gn_robust_caution(&b->level) * gn_robust_spread(&b->level);
    if (b->parameters.direction < 0.5)
        out->usual_low = out->usual - half;
    if (b->parameters.direction > -0.5)
        out->usual_high = out->usual + half;
}

static void baseline_fill(const struct gn_baseline *b, double value, gn_phase phase, gn_sensor_fault fault,
                          struct gn_verdict *out)
{
    const uint64_t lap = b->lap_count[0] + b->lap_count[1];
    *out = (struct gn_verdict){
        .phase = phase,
        .fault = fault,
        .learning = baseline_learning(b),
        .value = value,
        .usual = gn_robust_location(&b->level),
        .usual_low = gn_robust_location(&b->level) + b->interval.low,
        .usual_high = gn_robust_location(&b->level) + b->interval.high,
        .interval_alpha = b->parameters.interval_alpha,
        .score = b->score,
        .p_value = b->p_value,
        .evidence = b->evidence.value,
        .threshold = b->evidence.limit,
        .since_ms = fault != GN_SENSOR_OK ? b->quality.since_ms : b->evidence.since_ms,
        .reference_from_ms = b->lap_count[1] > 0 ? b->lap_from_ms[1] : b->lap_from_ms[0],
        .reference_to_ms = b->learnt_to_ms,
        .reference_count = lap,
    };
    if (phase == GN_PHASE_QUIET)
        out->since_ms = 0;
    else if (fault == GN_SENSOR_OK)
        baseline_band_of_windows(b, out);
    out->usual_low = gn_max(out->usual_low, b->parameters.range_low); /* what cannot be is not usual */
    out->usual_high = gn_min(out->usual_high, b->parameters.range_high);
}

static double baseline_clamp(double value)
{
    return gn_min(gn_max(value, -GN_ROBUST_VALUE_MAX), GN_ROBUST_VALUE_MAX);
}

static void baseline_update(void *state, const struct gn_model_reading *reading, struct gn_verdict *out)
{
    struct gn_baseline *b = state;
    gn_sensor_fault fault = GN_SENSOR_OK;
    gn_phase phase = gn_quality_judge(&b->quality, reading->time_ms, reading->value, &fault);
    if (phase != GN_PHASE_QUIET) {
        gn_pace_drop(&b->pace, reading->time_ms);
        if (phase == GN_PHASE_END && fault == GN_SENSOR_GAP && !b->open)
            gn_robust_reseat(&b->level, baseline_clamp(reading->value), BASELINE_LEVEL_MEMORY);
        baseline_fill(b, reading->value, phase, fault, out);
        return;
    }
    const double value = baseline_clamp(reading->value);
    if (!b->open && b->level.count > 0)
        gn_interval_learn(&b->interval, value, gn_robust_location(&b->level), b->parameters.interval_alpha);
    phase = b->open ? GN_PHASE_GOING_ON : GN_PHASE_QUIET;
    struct gn_pace_window window;
    if (gn_pace_add(&b->pace, reading->time_ms, value, &window))
        phase = baseline_take_window(b, &window);
    baseline_fill(b, reading->value, phase, GN_SENSOR_OK, out);
}

static void baseline_check_silence(void *state, int64_t now_ms, struct gn_verdict *out)
{
    struct gn_baseline *b = state;
    const gn_phase phase = gn_quality_silence(&b->quality, now_ms, b->pace.period_ms);
    baseline_fill(b, b->quality.value, phase, phase == GN_PHASE_QUIET ? GN_SENSOR_OK : GN_SENSOR_GAP, out);
}

/* An open anomaly's level becomes the usual one, loosely: the next windows move it easily. The same once
 * more should not announce again, so the limit rises too. */
static void baseline_accept(void *state, int64_t now_ms)
{
    struct gn_baseline *b = state;
    (void)now_ms;
    if (b->open && b->shadow.count > 0)
        baseline_take_shadow(b);
    gn_robust_loosen(&b->level, BASELINE_RELEARN / 2);
    gn_interval_init(&b->interval);
    gn_pace_drop(&b->pace, b->pace.last_ms);
    gn_evidence_accept(&b->evidence);
    baseline_close(b);
    b->score = 0;
    b->p_value = 1;
}

static bool baseline_valid_parameters(const struct gn_baseline *b)
{
    double values[BASELINE_PARAMETERS];
    memcpy(values, &b->parameters, sizeof values);
    for (size_t i = 0; i < BASELINE_PARAMETERS; i++) {
        if (!(values[i] >= baseline_parameters[i].min && values[i] <= baseline_parameters[i].max))
            return false;
    }
    return true;
}

static bool baseline_valid(const void *state)
{
    const struct gn_baseline *b = state;
    const double apart = fabs(b->evidence.budget_per_day - b->parameters.budget_per_day) +
                         fabs(b->quality.range_low - b->parameters.range_low) +
                         fabs(b->quality.range_high - b->parameters.range_high);
    bool valid = baseline_valid_parameters(b) && apart <= 0 && gn_conformal_valid(&b->conformal) &&
                 gn_quality_valid(&b->quality) && gn_pace_valid(&b->pace) && gn_robust_valid(&b->level) &&
                 gn_robust_valid(&b->shadow) && gn_interval_valid(&b->interval) && gn_evidence_valid(&b->evidence);
    for (uint32_t i = 0; i < GN_BASELINE_HELD; i++)
        valid = valid && b->held[i] >= 0 && b->held[i] <= (float)GN_CONFORMAL_SCORE_MAX;
    return valid && b->score >= 0 && isfinite(b->score) && b->p_value > 0 && b->p_value <= 1 &&
           isfinite(b->shadow_before) && b->held_count <= GN_BASELINE_HELD && b->open <= 1 &&
           b->usual_run <= BASELINE_USUAL_MAX && b->held_stride >= 1 && b->held_stride <= BASELINE_STRIDE_MAX &&
           b->halves <= BASELINE_HALVES_MAX;
}

const struct gn_model_kind gn_baseline_kind = {
    .name = "baseline",
    .state_version = 1,
    .state_size = sizeof(struct gn_baseline),
    .parameters = baseline_parameters,
    .parameter_count = BASELINE_PARAMETERS,
    .method = "robust level with forgetting, conformal p-values, evidence against a budget of false alarms "
              "(Vovk et al. 2005; Page 1954; Bates et al. 2023)",
    .init = baseline_init,
    .update = baseline_update,
    .check_silence = baseline_check_silence,
    .accept = baseline_accept,
    .valid = baseline_valid,
};
