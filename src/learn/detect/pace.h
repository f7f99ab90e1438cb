/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/pace.h -- how often a series speaks, and the short windows its readings are judged in.
 *
 *      readings  . . . . . | . . . . . | . . .        5 Hz: 5 in a window
 *      readings  .         | .         | .            1 s and slower: each is a window
 *
 * Neighbouring readings agree with each other more than a p-value may assume; their mean over about a
 * second does so less, and is steadier. The number of readings in a window follows the usual period
 * and changes only when that has clearly changed, because the spread of means hangs on it.
 *
 * Cost: O(1), a division. Not thread-safe. */
#ifndef GN_LEARN_DETECT_PACE_H
#define GN_LEARN_DETECT_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    GN_PACE_WINDOW_MS = 1000,
    GN_PACE_WINDOW_READINGS_MAX = 256,
    GN_PACE_FIRST = 8, /* readings that only tell the period; no window before */
};

struct gn_pace {
    double period_ms;    /* usual time between readings; 0 until two were seen */
    double mean;         /* of the window in the making */
    double chosen_ms;    /* the period `target` was chosen for */
    int64_t last_ms;     /* of the newest reading */
    int64_t from_ms;     /* first reading of the window in the making */
    uint32_t seen;       /* readings, stops at GN_PACE_SEEN_MAX */
    uint32_t in_window;  /* readings in the window in the making */
    uint32_t target;     /* readings a window has, 1..GN_PACE_WINDOW_READINGS_MAX */
    uint32_t retargeted; /* times the target changed, stops at UINT16_MAX */
};

enum { GN_PACE_SEEN_MAX = 1000000000 };

struct gn_pace_window {
    double mean;
    int64_t from_ms;
    int64_t to_ms;
    uint32_t count;
};

void gn_pace_init(struct gn_pace *pace);
/* Takes one reading; true when a window is complete: *out says which. */
bool gn_pace_add(struct gn_pace *pace, int64_t time_ms, double value, struct gn_pace_window *out);
/* Notes only that a reading came, and throws away the window in the making. */
void gn_pace_drop(struct gn_pace *pace, int64_t time_ms);
/* Usual time from window to window, >= 1. */
double gn_pace_window_ms(const struct gn_pace *pace);
bool gn_pace_valid(const struct gn_pace *pace);

/* `to` - `from`, 0 when that is negative, without overflow for any two times. */
int64_t gn_pace_elapsed_ms(int64_t from_ms, int64_t to_ms);

#endif
