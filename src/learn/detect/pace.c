/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/pace.h"

#include <math.h>
#include <string.h>

#include "learn/detect/robust.h"
#include "learn/detect/scalar.h"

static const double pace_period_ms_max = 1e12;
static const double pace_memory = 64;
static const double pace_changed = 1.4; /* a period so much longer or shorter needs other windows */
static const double pace_torn = 4;      /* window lengths of silence that tear a window */

void gn_pace_init(struct gn_pace *pace)
{
    memset(pace, 0, sizeof *pace);
    pace->target = 1;
}

int64_t gn_pace_elapsed_ms(int64_t from_ms, int64_t to_ms)
{
    if (to_ms <= from_ms)
        return 0;
    const uint64_t apart = (uint64_t)to_ms - (uint64_t)from_ms;
    return apart > INT64_MAX ? INT64_MAX : (int64_t)apart;
}

double gn_pace_window_ms(const struct gn_pace *pace)
{
    return gn_max(pace->period_ms * pace->target, 1);
}

static void pace_choose_target(struct gn_pace *pace)
{
    const double period = gn_max(pace->period_ms, 1);
    if (pace->chosen_ms > 0 && period < pace->chosen_ms * pace_changed && period * pace_changed > pace->chosen_ms)
        return;
    pace->chosen_ms = period;
    const double wanted = gn_min(gn_max(floor(GN_PACE_WINDOW_MS / period + 0.5), 1), GN_PACE_WINDOW_READINGS_MAX);
    if ((uint32_t)wanted == pace->target)
        return;
    pace->target = (uint32_t)wanted;
    pace->in_window = 0;
    if (pace->retargeted < UINT16_MAX)
        pace->retargeted++;
}

/* One long silence must not look like a slower device, so a step counts at most 4 periods. */
static void pace_note(struct gn_pace *pace, int64_t time_ms)
{
    if (pace->seen > 0) {
        double step = gn_min((double)gn_pace_elapsed_ms(pace->last_ms, time_ms), pace_period_ms_max);
        if (pace->seen > 2)
            step = gn_min(step, 4 * gn_max(pace->period_ms, 1));
        pace->period_ms += (step - pace->period_ms) / gn_min(pace->seen, pace_memory);
    }
    if (pace->seen < GN_PACE_SEEN_MAX)
        pace->seen++;
    pace->last_ms = time_ms;
}

void gn_pace_drop(struct gn_pace *pace, int64_t time_ms)
{
    pace_note(pace, time_ms);
    pace->in_window = 0;
}

bool gn_pace_add(struct gn_pace *pace, int64_t time_ms, double value, struct gn_pace_window *out)
{
    pace_note(pace, time_ms);
    if (pace->seen <= GN_PACE_FIRST)
        return false;
    pace_choose_target(pace);
    if (pace->in_window > 0 && (double)gn_pace_elapsed_ms(pace->from_ms, time_ms) > pace_torn * gn_pace_window_ms(pace))
        pace->in_window = 0;
    if (pace->in_window == 0) {
        pace->from_ms = time_ms;
        pace->mean = 0;
    }
    pace->in_window++;
    pace->mean += (value - pace->mean) / pace->in_window;
    if (pace->in_window < pace->target)
        return false;
    *out = (struct gn_pace_window){ pace->mean, pace->from_ms, time_ms, pace->in_window };
    pace->in_window = 0;
    return true;
}

bool gn_pace_valid(const struct gn_pace *pace)
{
    return pace->period_ms >= 0 && pace->period_ms <= pace_period_ms_max && pace->chosen_ms >= 0 &&
           pace->chosen_ms <= pace_period_ms_max && fabs(pace->mean) <= GN_ROBUST_VALUE_MAX &&
           pace->seen <= GN_PACE_SEEN_MAX && pace->target >= 1 && pace->target <= GN_PACE_WINDOW_READINGS_MAX &&
           pace->in_window < pace->target && pace->retargeted <= UINT16_MAX;
}
