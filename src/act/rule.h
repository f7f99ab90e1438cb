/* SPDX-License-Identifier: Apache-2.0 */
/* act/rule.h -- when a rule fires (private to the room).
 *
 *   finding open, matches, not covered ──┐
 *                                        ├─ for DURATION ─▶ no open decision of (rule, Thing) ─▶ at_most ─▶ fire
 *   reading above / below, not fired ────┘
 *
 * A rule keeps a past for each Thing. Findings that were open while an earlier decision was under way are covered
 * by it; a condition on readings must have been false before it fires again. Durations and limits run on the
 * journal's clock. A rule that at_most holds back is looked at again at every tick. */
#ifndef GN_ACT_RULE_H
#define GN_ACT_RULE_H

#include "act/act_int.h"

/* Makes what is derived from the solution again. */
void gn_rule_index(struct gn_act *act);
/* Bits of the rules that look at a series. */
const struct gn_series_rules *gn_rules_of(struct gn_act *act, uint32_t series);

void gn_rule_on_finding(struct gn_act *act, struct gn_open_finding *finding, uint64_t seq);
void gn_rule_on_reading(struct gn_act *act, uint32_t series, uint64_t seq, int64_t time_ms, double value);
void gn_rule_on_tick(struct gn_act *act, uint64_t seq);
/* A decision ended: what is open now counts as answered by it. */
void gn_rule_on_decision_end(struct gn_act *act, uint64_t rule_key, uint32_t thing, uint64_t seq);

#endif
