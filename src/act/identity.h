/* SPDX-License-Identifier: Apache-2.0 */
/* act/identity.h -- one credential in two places, as a finding and an alarm of its Thing (private to the room).
 *
 *   IDENTITY {"state":"turns"|"both","first":..,"second":..} ─▶ open ─ seen again: last_ms ─┐
 *                                                               │  ◀──────────────────────┘
 *            {"state":"renewed"|"revoked"} ─────────────────────┼▶ cleared
 *            not seen for GN_IDENTITY_QUIET_MS (journal's clock) ┘
 *
 * Who sees it is the net thread (guard: two addresses take turns; endpoint: both connected and speaking); it says so
 * again while it goes on. It is about no series: the finding names no property and carries no figures, for it is seen,
 * not reckoned. One alarm a Thing, of one finding; both said at its start, when turns become both, and at its end. */
#ifndef GN_ACT_IDENTITY_H
#define GN_ACT_IDENTITY_H

#include "act/act_int.h"

enum { GN_IDENTITY_QUIET_MS = 15 * 60 * 1000 };

void gn_identity_on_record(struct gn_act *act, uint64_t seq, uint32_t thing, gn_str json);
void gn_identity_on_tick(struct gn_act *act);

#endif
