/* SPDX-License-Identifier: Apache-2.0 */
/* guard/policy.h -- which topics a Thing may speak on and hear.
 *
 *   its own tree, things/{id}/...     always, all three verbs
 *   everything else                   denied
 *
 * Judged on the canonical text of a topic, when a message comes, when a filter is asked for, and again each time a
 * message is about to be delivered: what was allowed once is not allowed for ever. Pure; any thread. */
#ifndef GN_GUARD_POLICY_H
#define GN_GUARD_POLICY_H

#include "base/bytes.h"

typedef enum gn_verb {
    GN_VERB_PUBLISH,   /* the Thing sends a message on this topic */
    GN_VERB_SUBSCRIBE, /* it asks for all that this filter matches */
    GN_VERB_RECEIVE,   /* a message on this topic is about to be handed to it */
} gn_verb;

/* `topic` is a valid topic, or for SUBSCRIBE a valid filter (without its $share prefix). */
bool gn_policy_allows(gn_str thing_id, gn_verb verb, gn_str topic);

#endif
