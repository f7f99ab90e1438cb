/* SPDX-License-Identifier: Apache-2.0 */
/* guard/policy.h -- which topics a Thing may speak on and hear.
 *
 *   its own tree, things/{id}/...       always, all three verbs
 *   what a row of `access` grants it    a topic that a granted filter matches; a filter that one covers entirely
 *   what only the node says             never published by a Thing, whatever is granted
 *   everything else                     denied
 *
 *   granted            asked            allowed, because
 *   plant/+/heat       plant/a/heat     each level fits
 *   plant/#            plant/+/heat     whatever the asked filter matches, the granted one does
 *   plant/+            plant/#          no: it would match plant/a/b
 *   #                  $SYS/load        no: a wildcard in front never stands for a name with '$' (MQTT-4.7.2-1)
 *   plant/{thing}/#    plant/saw-1/x    for the Thing saw-1 only
 *
 * Judged on the canonical text of a topic, when a message comes, when a filter is asked for, and again each time a
 * message is about to be delivered: what was allowed once is not allowed for ever. No grant lets a Thing publish into
 * things/...: readings are a device's own, and actions come from the node alone, through their envelope.
 * Pure; any thread. Cost: the own tree two comparisons; else one pass over the grants of its pattern. */
#ifndef GN_GUARD_POLICY_H
#define GN_GUARD_POLICY_H

#include "base/bytes.h"
#include "base/limits.h"

enum { GN_POLICY_NODE_ONLY_MAX = 2, GN_POLICY_SEVERAL_MAX = 64 };

typedef enum gn_verb {
    GN_VERB_PUBLISH,   /* the Thing sends a message on this topic */
    GN_VERB_SUBSCRIBE, /* it asks for all that this filter matches */
    GN_VERB_RECEIVE,   /* a message on this topic is about to be handed to it */
} gn_verb;

struct gn_grant {
    gn_str thing;  /* an id, "*", or a prefix of ids: "press*" */
    gn_str filter; /* as gn_policy_filter_fault wants it; a level {thing} stands for the Thing's id */
    bool publish;  /* else subscribe, and with it receive */
};

/* Borrows the texts; whoever made it keeps them. */
struct gn_policy {
    struct gn_grant grants[GN_ACCESS_GRANTS_MAX];
    uint32_t count;
    gn_str several[GN_POLICY_SEVERAL_MAX]; /* Things, as in a grant, that may use one token in several places at once */
    uint32_t several_count;
    gn_str node_only[GN_POLICY_NODE_ONLY_MAX]; /* topics that begin so are the node's to speak on; empty: none */
};

/* `topic` is a valid topic, or for SUBSCRIBE a valid filter (without its $share prefix). `policy` NULL: own trees. */
bool gn_policy_allows(const struct gn_policy *policy, gn_str thing_id, gn_verb verb, gn_str topic);

/* May its token be used from several addresses at once? A gateway with two radios may, a sensor may not. */
bool gn_policy_several_places(const struct gn_policy *policy, gn_str thing_id);

/* NULL, or what is wrong with a filter that is to be granted: "has '#' before the last level" ... */
const char *gn_policy_filter_fault(gn_str filter, bool publish);

#endif
