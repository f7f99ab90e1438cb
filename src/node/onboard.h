/* SPDX-License-Identifier: Apache-2.0 */
/* node/onboard.h -- what arrives on topics that are not ours: who speaks there, and of what.
 *
 *   foreign message ─▶ a row of the solution's `topics`?     ─▶ readings of the Thing it names
 *                   ─▶ an announcement (Home Assistant ...)?  ─▶ a Thing, discovered; its description; its bindings
 *                   ─▶ Sparkplug B?                           ─▶ the same, and readings
 *                   ─▶ a topic that was announced?            ─▶ readings of the Things that announced it
 *                   ─▶ a gateway that announces nothing?      ─▶ a Thing by its topic, discovered, with what it says
 *
 * A gateway speaks only for Things that came through it: an announcement never reaches a Thing of somebody else, and a
 * topic is bound for the gateway that announced it alone. What a message says again changes nothing. A description is
 * journaled (DESCRIPTION) when it says something new, and read back at a start; of a Thing that a person has adopted,
 * announcements change topics and add properties, but not what the person said of them.
 *
 * Belongs to the net thread. */
#ifndef GN_NODE_ONBOARD_H
#define GN_NODE_ONBOARD_H

#include "act/solution.h"
#include "connect/adapter.h"
#include "node/intake.h"
#include "store/store.h"

struct gn_onboard; /* opaque */

GN_MUST_USE gn_err gn_onboard_new(struct gn_intake_core *intake, struct gn_onboard **out);
void gn_onboard_free(struct gn_onboard *onboard); /* NULL is fine */

/* At a start, when the registry is there: which Things came through whom; then the descriptions that were kept. */
void gn_onboard_recall_things(struct gn_onboard *onboard);
void gn_onboard_recall(struct gn_onboard *onboard, uint32_t thing, gn_str fragment);

/* All of that: makes it, and reads what the store kept. */
GN_MUST_USE gn_err gn_onboard_boot(struct gn_intake_core *intake, struct gn_store *store, struct gn_onboard **out);

/* The solution whose `topics` count; it must live on. NULL: none. */
void gn_onboard_use(struct gn_onboard *onboard, const struct gn_solution *solution);

/* The endpoint to speak through, from now on: commands in a device's own words, requests of its protocol. */
void gn_onboard_speak(struct gn_onboard *onboard, const struct gn_adapter *adapter, void *self);

/* gn_intake.foreign; `self` is the gn_onboard. */
gn_err gn_onboard_foreign(void *self, const struct gn_foreign *message, uint64_t *out_token, struct gn_diag *diag);

/* gn_intake.through; `self` is the gn_onboard. */
gn_err gn_onboard_through(void *self, uint32_t gateway, gn_str key, uint32_t *out_thing, struct gn_diag *diag);

/* Adopts or ignores. The description may be empty: then the one that is known stays. */
gn_err gn_onboard_decide(struct gn_onboard *onboard, uint32_t thing, gn_thing_state state, gn_str name,
                         gn_str description, uint64_t *out_token, struct gn_diag *diag);

/* A person says what it is: of a Thing that came through a gateway, where its properties come from stays known. FULL:
 * with that it is longer than DESCRIPTION_BYTES_MAX. */
gn_err gn_onboard_describe(struct gn_onboard *onboard, uint32_t thing, gn_str description, uint64_t *out_token);

/* What is known of a Thing; empty when it never said anything. */
gn_str gn_onboard_fragment(const struct gn_onboard *onboard, uint32_t thing);

#endif
