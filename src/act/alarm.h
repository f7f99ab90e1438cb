/* SPDX-License-Identifier: Apache-2.0 */
/* act/alarm.h -- a Thing's findings that start together, as one alarm (private to the room).
 *
 *      cpu_use ──┐ < 10 s
 *      load1  ───┼─▶ alarm of this-machine ── all over ─▶ cleared
 *      io_stall ─┘            shares: 52 %, 30 %, 18 % of the evidence
 *
 * A finding joins an open alarm of its Thing when that alarm's last finding started at most 10 s of the journal's
 * time before; else it opens one. Faults of sensors make alarms of their own. */
#ifndef GN_ACT_ALARM_H
#define GN_ACT_ALARM_H

#include "act/act_int.h"

enum { GN_ALARM_JOIN_MS = 10000 };

/* Puts a new finding into its alarm (finding->alarm); GN_NONE, and counted, when no row is free. */
void gn_alarm_join(struct gn_act *act, struct gn_open_finding *finding, uint64_t seq);
/* Says the alarm of a finding that is open; `force` also within a second of the last time. */
void gn_alarm_say(struct gn_act *act, uint32_t alarm, bool force);
/* The finding is over and its row is free: its figures stay with the alarm, which is cleared, said and freed when it
 * was the last open one. */
void gn_alarm_leave(struct gn_act *act, uint32_t alarm, const struct gn_alarm_member *member, int64_t until_ms);
struct gn_alarm_member gn_alarm_member_of(const struct gn_open_finding *finding);

#endif
