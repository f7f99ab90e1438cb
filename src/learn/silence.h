/* SPDX-License-Identifier: Apache-2.0 */
/* learn/silence.h -- how long a series may say nothing before that is worth a word.
 *
 *      arrivals   |     |     |      |     |                    . . . silent
 *                 └ 5 s ┘     └ 6 s: the longest ┘ └── 3 x 6 s ─┘
 *
 * The usual period is the longest pause between two arrivals that is usual: it jumps up to a longer one and falls
 * back towards the mean over some 256 arrivals. So a clockwork is missed after three of its periods, and what speaks
 * at random after three of its long pauses (exponential pauses: about 1 false word in 10^5 arrivals). What speaks in
 * bursts with long rests has no period and is never missed. A pause that was told and ended is learnt in full when the
 * Thing went on meanwhile (it is the series' habit), and by half when the Thing as a whole was away.
 *
 * Time is counted by the journal's clock while the node listened: what arrives, not what a device's clock says.
 * Several readings at once are one arrival. Cost: O(1). Not thread-safe. */
#ifndef GN_LEARN_SILENCE_H
#define GN_LEARN_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    GN_SILENCE_PERIODS = 3,
    GN_SILENCE_ARRIVALS_LEAST = 10, /* to know a period by */
    GN_SILENCE_MS_LEAST = 5000,     /* shorter is no silence to a person */
};

struct gn_silence {
    int64_t heard_ms; /* journal's clock at the last arrival */
    int64_t heard_at; /* the same on the clock of listening */
    double mean_ms;
    double longest_ms;
    int64_t told_at; /* clock of listening when its silence was last told; 0 = it is not silent */
    uint32_t count;  /* arrivals, stops at UINT32_MAX */
    uint32_t missed; /* bool: missed before its Thing came back, and not heard since */
};

/* Something of the series arrived. `alive`: other series of the Thing spoke meanwhile. */
void gn_silence_hear(struct gn_silence *silence, int64_t now_ms, int64_t listened_ms, bool alive);
/* How long it may be silent; INT64_MAX when nothing can be said of that. */
int64_t gn_silence_patience_ms(const struct gn_silence *silence);
bool gn_silence_is_overdue(const struct gn_silence *silence, int64_t listened_ms);
/* Holds for any bytes: false when they could not have come from here. */
bool gn_silence_valid(const struct gn_silence *silence);

#endif
