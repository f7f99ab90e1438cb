/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/quality.h -- is it the sensor? Told apart from the process, and never learnt.
 *
 *      RANGE   a value outside [range_low, range_high]                         at once
 *      STUCK   the same value for 8 times longer than the series ever stood    after 30 readings, 10 s
 *              still; 32 times if it stands still more often than not, or      after 300 readings
 *              at a value it is known to rest at
 *      GAP     silence for 10 usual periods, 5 s, and 3 times the longest      told by the tick
 *              gap seen
 *
 * STUCK is about series that normally change: three values that follow each other and differ, and 100
 * stretches seen, are asked for first; so a constant and a switch are never stuck. Zero is where idle things
 * rest. What turned out to be a pause is remembered, so the next one must last longer.
 *
 *      OK ──(judge | silence)──▶ a fault ──(a reading that is well, or moves, or comes at all)──▶ OK
 *
 * One fault at a time; it keeps its name until it ends. Cost: O(1), no libm. Not thread-safe. */
#ifndef GN_LEARN_DETECT_QUALITY_H
#define GN_LEARN_DETECT_QUALITY_H

#include "learn/model.h"

struct gn_quality {
    double range_low;
    double range_high;
    double value;        /* newest */
    double before;       /* the value before it that differed */
    double rest;         /* value of the newest long stretch */
    double change_share; /* of readings that differ from the one before, about the last 512 */
    double longest_run;  /* readings, of stretches that ended; fades slowly */
    double longest_gap_ms;
    int64_t last_ms;      /* of the newest reading */
    int64_t run_from_ms;  /* since when it has been the same value */
    int64_t since_ms;     /* start of the fault */
    uint32_t run;         /* readings in a row with the same value, stops at GN_QUALITY_COUNT_MAX */
    uint32_t run_count;   /* stretches that ended, stops at GN_QUALITY_COUNT_MAX */
    uint32_t seen;        /* readings, stops at GN_QUALITY_COUNT_MAX */
    uint32_t third_count; /* changes to neither of the two values before, stops at 8 */
    uint32_t fault;       /* gn_sensor_fault that is on */
    uint32_t reserved;
};

enum { GN_QUALITY_COUNT_MAX = 1000000000 };

void gn_quality_init(struct gn_quality *quality, double range_low, double range_high);
/* Judges one reading. Returns the phase of the sensor's fault and, unless that is QUIET, its name in
 * *out_fault. Only a QUIET reading may be learnt: the one that ends a fault may begin the next. */
gn_phase gn_quality_judge(struct gn_quality *quality, int64_t time_ms, double value, gn_sensor_fault *out_fault);
/* A tick: START or GOING_ON of a GAP, else QUIET. */
gn_phase gn_quality_silence(struct gn_quality *quality, int64_t now_ms, double period_ms);
bool gn_quality_valid(const struct gn_quality *quality);

#endif
