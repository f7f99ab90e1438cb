/* SPDX-License-Identifier: Apache-2.0 */
/* portal/proposal.h -- what a Thing probably is: what it said of itself, and what its readings show.
 *
 *   described: {"type":"number","unit":"°C","gn:topic":..}   ─┐
 *   readings:  every 60 s, usually 18 to 23, never text       ─┴▶
 * {"type":"number","unit":"°C",..,"gn:period_ms":60000,..}
 *
 * What is described stays as it is; what is missing is worked out from the newest GN_PROPOSAL_READINGS of each series:
 * number, counter (grows, and now and then begins anew), state (few words), boolean or text; the unit from name and
 * range, with the reason; the period (median of the pauses), the usual range (5 % to 95 %) and the last value.
 * Deterministic: the same readings give the same proposal. */
#ifndef GN_PORTAL_PROPOSAL_H
#define GN_PORTAL_PROPOSAL_H

#include "portal/values.h"

enum { GN_PROPOSAL_READINGS = 256, GN_PROPOSAL_ENOUGH = 20, GN_PROPOSAL_MS = 180000 };

/* Readings of all its series; 0 when the store says no. */
uint64_t gn_proposal_readings(struct gn_api *api, const struct gn_series_list *series);
/* NULL when enough is known to adopt it, else why not yet. */
const char *gn_proposal_not_ready(uint64_t readings, bool is_described, int64_t age_ms);
/* The TD fragment with all that; without `told` it says only what the Thing is, not what was seen of it (period, usual
 * range, last value): that is what becomes a description. `described` may be empty. */
GN_MUST_USE gn_err gn_proposal_write(struct gn_api *api, const struct gn_thing *thing,
                                     const struct gn_series_list *series, gn_str described, bool told, struct gn_jw *w);

#endif
