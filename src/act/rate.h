/* SPDX-License-Identifier: Apache-2.0 */
/* act/rate.h -- at most COUNT per DURATION, exactly: no window of that length ever holds more.
 *
 *      mark(key, until = now + duration)        allowed while fewer than COUNT marks of the key are alive
 *
 * Each firing of a rule and each action sent leaves a mark, which dies after the duration; counting marks is a
 * sliding window without the edges of a bucket. Marks of all keys share one table; when it is full nothing more is
 * allowed, for a limit that forgets is none. Time is the journal's. Cost: one pass over the living marks. */
#ifndef GN_ACT_RATE_H
#define GN_ACT_RATE_H

#include "act/act_int.h"

/* Keys of a rule with a Thing, and of a Thing's action. `thing` is its index. */
uint64_t gn_rate_rule_key(uint64_t rule_key, uint32_t thing);
uint64_t gn_rate_action_key(gn_str action, uint32_t thing);

bool gn_rate_allows(struct gn_act_state *state, uint64_t key, struct gn_rate rate, int64_t now_ms);
/* Only after gn_rate_allows said yes; does nothing for a rate without a limit. */
void gn_rate_mark(struct gn_act_state *state, uint64_t key, struct gn_rate rate, int64_t now_ms);

#endif
