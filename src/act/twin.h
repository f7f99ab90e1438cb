/* SPDX-License-Identifier: Apache-2.0 */
/* act/twin.h -- what a Thing's properties are to become, until they are (private to the room).
 *
 *      desired ─┬ refused ■ (range, rate, no room)
 *               └▶ waiting ─ connected ─▶ sent ─┬ reported equals desired ─▶ reached ■
 *                     ▲                          ├ every 10 s, then twice as long: sent again
 *                     └──── comes back: again ───┘                            expired ■, withdrawn ■
 *
 * Each change is said as an output of kind "desired", id "thing/property", which the history keeps: the newest of each
 * property. A row is free once it is reached, expired or withdrawn. Time is the journal's. */
#ifndef GN_ACT_TWIN_H
#define GN_ACT_TWIN_H

#include "act/act_int.h"

enum { GN_TWIN_AGAIN_MS = 10000, GN_TWIN_AGAIN_MS_MAX = 600000, GN_TWIN_WRITES = 12, GN_TWIN_WRITES_MS = 60000 };

/* {"by","expires","properties":{name:{"value","topic","payload"} or null}} */
void gn_twin_on_desired(struct gn_act *act, uint64_t seq, int64_t now_ms, uint32_t thing, gn_str json, gn_str key);
/* The property has that value now, one JSON scalar. */
void gn_twin_on_reported(struct gn_act *act, uint32_t series, int64_t now_ms, double value, gn_str text);
void gn_twin_on_link(struct gn_act *act, uint32_t thing, int64_t now_ms);
void gn_twin_on_tick(struct gn_act *act);
/* Which series a row waits for; after a restore, a change of the rows, or a new series. */
void gn_twin_index(struct gn_act *act);

const char *gn_twin_state_name(gn_twin_state state);

#endif
