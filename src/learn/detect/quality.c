/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/quality.h"

#include <math.h>
#include <string.h>

#include "learn/detect/pace.h"
#include "learn/detect/scalar.h"

enum {
    QUALITY_RUNS_LEAST = 100, /* stretches to have seen before STUCK may be said */
    QUALITY_STUCK_LEAST = 30, /* readings */
    QUALITY_IDLE_LEAST = 300, /* the same where standing still is nothing strange */
    QUALITY_STUCK_MS_LEAST = 10000,
    QUALITY_GAP_READINGS_LEAST = 20,
    QUALITY_GAP_MS_LEAST = 5000,
    QUALITY_THIRDS = 8,
};
static const double quality_change_memory = 512;
static const double quality_run_memory = 65536; /* stretches: a pause is remembered for long */
static const double quality_lively = 0.5;       /* share of changes */
static const double quality_stuck_lively = 8;
static const double quality_stuck_idle = 32;
static const double quality_gap_periods = 10;
static const double quality_gap_longest = 3;
static const double quality_ms_max = 1e15;

void gn_quality_init(struct gn_quality *quality, double range_low, double range_high)
{
    memset(quality, 0, sizeof *quality);
    quality->range_low = range_low;
    quality->range_high = range_high;
}

static uint32_t quality_up(uint32_t count)
{
    return count < GN_QUALITY_COUNT_MAX ? count + 1 : count;
}

static bool quality_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

static double quality_stuck_after(const struct gn_quality *quality)
{
    const bool resting = quality_same(quality->value, 0) || quality_same(quality->value, quality->rest);
    if (quality->change_share >= quality_lively && !resting)
        return gn_max(quality_stuck_lively * quality->longest_run, QUALITY_STUCK_LEAST);
    return gn_max(quality_stuck_idle * quality->longest_run, QUALITY_IDLE_LEAST);
}

static bool quality_is_stuck(const struct gn_quality *quality)
{
    return quality->run > QUALITY_STUCK_LEAST && quality->run_count >= QUALITY_RUNS_LEAST &&
           quality->third_count >= QUALITY_THIRDS && quality->run > quality_stuck_after(quality) &&
           gn_pace_elapsed_ms(quality->run_from_ms, quality->last_ms) >= QUALITY_STUCK_MS_LEAST;
}

/* A stretch that was called stuck and ended by itself counts, but not in full: a sensor that hangs must
 * not teach that hanging for an hour is usual. */
static void quality_end_run(struct gn_quality *quality)
{
    double run = quality->run;
    if (quality->fault == GN_SENSOR_STUCK)
        run = gn_min(run, gn_max(2 * quality->longest_run, QUALITY_STUCK_LEAST / 2));
    quality->longest_run -= quality->longest_run / quality_run_memory;
    if (run >= 3 && run * 4 >= quality->longest_run)
        quality->rest = quality->value;
    quality->longest_run = gn_max(quality->longest_run, run);
    quality->run_count = quality_up(quality->run_count);
}

static void quality_note_value(struct gn_quality *quality, int64_t time_ms, double value)
{
    const bool first = quality->seen == 0;
    const bool changed = !first && !quality_same(value, quality->value);
    quality->change_share += ((changed ? 1 : 0) - quality->change_share) / quality_change_memory;
    if (!first && !changed) {
        quality->run = quality_up(quality->run);
        return;
    }
    if (changed) {
        quality_end_run(quality);
        if (quality->run_count > 1 && !quality_same(value, quality->before) && quality->third_count < QUALITY_THIRDS)
            quality->third_count++;
        quality->before = quality->value;
    }
    quality->value = value;
    quality->run = 1;
    quality->run_from_ms = time_ms;
}

static void quality_note_gap(struct gn_quality *quality, int64_t time_ms)
{
    if (quality->seen == 0)
        return;
    double gap = gn_min((double)gn_pace_elapsed_ms(quality->last_ms, time_ms), quality_ms_max);
    if (quality->fault == GN_SENSOR_GAP) /* learnt by half only, as above */
        gap = gn_min(gap, gn_max(2 * quality->longest_gap_ms, QUALITY_GAP_MS_LEAST));
    quality->longest_gap_ms -= quality->longest_gap_ms / quality_run_memory;
    quality->longest_gap_ms = gn_max(quality->longest_gap_ms, gap);
}

static gn_phase quality_start(struct gn_quality *quality, gn_sensor_fault fault, int64_t since_ms)
{
    quality->fault = fault;
    quality->since_ms = since_ms;
    return GN_PHASE_START;
}

gn_phase gn_quality_judge(struct gn_quality *quality, int64_t time_ms, double value, gn_sensor_fault *out_fault)
{
    const bool in_range = value >= quality->range_low && value <= quality->range_high;
    const bool same = quality->seen > 0 && quality_same(value, quality->value);
    const gn_sensor_fault fault = (gn_sensor_fault)quality->fault;
    quality_note_gap(quality, time_ms);
    if (in_range)
        quality_note_value(quality, time_ms, value);
    quality->seen = quality_up(quality->seen);
    quality->last_ms = time_ms;

    *out_fault = fault;
    const bool over = fault == GN_SENSOR_GAP || (fault == GN_SENSOR_RANGE && in_range) ||
                      (fault == GN_SENSOR_STUCK && (!same || !in_range));
    if (over) {
        quality->fault = GN_SENSOR_OK;
        return GN_PHASE_END;
    }
    if (fault != GN_SENSOR_OK)
        return GN_PHASE_GOING_ON;
    if (in_range && !quality_is_stuck(quality))
        return GN_PHASE_QUIET;
    *out_fault = in_range ? GN_SENSOR_STUCK : GN_SENSOR_RANGE;
    return quality_start(quality, *out_fault, in_range ? quality->run_from_ms : time_ms);
}

gn_phase gn_quality_silence(struct gn_quality *quality, int64_t now_ms, double period_ms)
{
    if (quality->fault == GN_SENSOR_GAP)
        return GN_PHASE_GOING_ON;
    if (quality->fault != GN_SENSOR_OK || quality->seen < QUALITY_GAP_READINGS_LEAST)
        return GN_PHASE_QUIET;
    const double patience = gn_max(gn_max(quality_gap_periods * period_ms, QUALITY_GAP_MS_LEAST),
                                   quality_gap_longest * quality->longest_gap_ms);
    if ((double)gn_pace_elapsed_ms(quality->last_ms, now_ms) <= patience)
        return GN_PHASE_QUIET;
    return quality_start(quality, GN_SENSOR_GAP, quality->last_ms);
}

static bool quality_in(double x, double low, double high)
{
    return x >= low && x <= high; /* false for NaN */
}

bool gn_quality_valid(const struct gn_quality *quality)
{
    return isfinite(quality->range_low) && isfinite(quality->range_high) && isfinite(quality->value) &&
           isfinite(quality->before) && isfinite(quality->rest) && quality_in(quality->change_share, 0, 1) &&
           quality_in(quality->longest_run, 0, GN_QUALITY_COUNT_MAX) &&
           quality_in(quality->longest_gap_ms, 0, quality_ms_max) && quality->run <= GN_QUALITY_COUNT_MAX &&
           quality->run_count <= GN_QUALITY_COUNT_MAX && quality->seen <= GN_QUALITY_COUNT_MAX &&
           quality->third_count <= QUALITY_THIRDS && quality->fault < GN_SENSOR_FAULT_COUNT && quality->reserved == 0;
}
