/* SPDX-License-Identifier: Apache-2.0 */
/* act/envelope.h -- what an action's arguments may be. Nothing passes that this refuses.
 *
 *      rule's arguments ── when the solution is loaded ──┐
 *      decision's input ── when the rule fires           ├─▶ gn_envelope_check ─▶ OK, or words why not
 *      decision's input ── when a person approves ───────┘
 *
 * Every argument must be declared, of its type, inside its range and among its choices; every declared one must
 * be there unless it is optional. An action nobody declared has no envelope, so nothing is inside it. How often
 * an action may be sent is act/rate.h. Pure functions; no state. */
#ifndef GN_ACT_ENVELOPE_H
#define GN_ACT_ENVELOPE_H

#include "act/solution_int.h"

enum { GN_ENVELOPE_WORDS_BYTES = 200 };

struct gn_envelope_words {
    char text[GN_ENVELOPE_WORDS_BYTES];
};

bool gn_value_equal(const struct gn_value *a, const struct gn_value *b);

/* One argument. INVAL with words: "'level' must be 0 to 50 %; this is 60". */
GN_MUST_USE gn_err gn_envelope_check_value(const struct gn_solution *solution, const struct gn_declared_action *action,
                                           gn_str name, const struct gn_value *value, struct gn_envelope_words *words);

/* The first declared argument that is needed and missing, or NULL. `given` has a bit for each that is there. */
const struct gn_declared_argument *gn_envelope_missing(const struct gn_declared_action *action, uint32_t given);

/* A whole input, as a JSON object of scalars. `action` may be NULL: not declared. DENIED with words. */
GN_MUST_USE gn_err gn_envelope_check(const struct gn_solution *solution, const struct gn_declared_action *action,
                                     gn_str input, struct gn_envelope_words *words);

/* Index of an argument by name, or GN_ACTION_ARGUMENTS_MAX. */
uint32_t gn_envelope_argument(const struct gn_declared_action *action, gn_str name);

#endif
