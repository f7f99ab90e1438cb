/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_subs.h -- who listens to what: the subscriptions of all sessions, found by topic.
 *
 *   owner (a session) ─┬─ sub ──▶ place of "plant/+/speed"  ─┬─ sub ─ sub ─ sub       each of them gets it
 *                      └─ sub ──▶ place of "plant/#"         └─ share "team": sub ─ sub     one of them gets it
 *
 * A place is the value of a node in the tree of filters. A match chains the subscriptions it finds through their own
 * fields, session by session, so that it takes no memory and one message goes once to a session however many of its
 * filters meet it. At most GN_MQTT_SUBSCRIPTIONS_MAX a session and GN_MQTT_SUBSCRIPTIONS_ALL_MAX in all. */
#ifndef GN_CONNECT_MQTT_SUBS_H
#define GN_CONNECT_MQTT_SUBS_H

#include <sys/queue.h>

#include "connect/mqtt/mqtt_packet.h"
#include "connect/mqtt/mqtt_trie.h"

enum { /* bits of the options */
       GN_MQTT_NO_LOCAL = 4,
       GN_MQTT_AS_PUBLISHED = 8,
       GN_MQTT_RETAIN_HANDLING = 0x30,
       GN_MQTT_RETAIN_IF_NEW = 0x10,
       GN_MQTT_RETAIN_NEVER = 0x20,
};

enum { GN_MQTT_SUBS_MISSED_BYTES = 128 }; /* longer topics are not remembered */

struct gn_mqtt_sub {
    TAILQ_ENTRY(gn_mqtt_sub) of_owner;
    TAILQ_ENTRY(gn_mqtt_sub) of_place; /* or of its share */
    struct gn_mqtt_owner *owner;
    struct gn_mqtt_place *place;
    struct gn_mqtt_share *share;    /* NULL: its own */
    struct gn_mqtt_sub *next_match; /* of the same owner */
    uint32_t id;                    /* the client's number for it; 0: none */
    uint8_t options;
    uint16_t filter_size;
    char filter[]; /* as the client wrote it */
};

TAILQ_HEAD(gn_mqtt_sub_list, gn_mqtt_sub);

struct gn_mqtt_owner { /* part of a client */
    struct gn_mqtt_sub_list subs;
    uint32_t count;
    struct gn_mqtt_sub *matched;
    struct gn_mqtt_owner *next_match;
};

struct gn_mqtt_share {
    TAILQ_ENTRY(gn_mqtt_share) of_place;
    struct gn_mqtt_sub_list subs; /* whose turn it is stands first */
    struct gn_mqtt_share *next_match;
    uint32_t name_size;
    char name[];
};

TAILQ_HEAD(gn_mqtt_share_list, gn_mqtt_share);

struct gn_mqtt_place {
    struct gn_mqtt_trie_node *node;
    struct gn_mqtt_sub_list subs;
    struct gn_mqtt_share_list shares;
};

struct gn_mqtt_subs {
    struct gn_mqtt_trie trie;
    uint32_t count;
    uint32_t
        missed_size; /* the last topic that met nothing: most readings interest nobody but the node, and a device */
    char missed[GN_MQTT_SUBS_MISSED_BYTES]; /* says many on one topic. Forgotten with each new subscription */
};

struct gn_mqtt_match { /* chained by next_match */
    struct gn_mqtt_owner *owners;
    struct gn_mqtt_share *shares;
};

GN_MUST_USE gn_err gn_mqtt_subs_init(struct gn_mqtt_subs *subs);
void gn_mqtt_subs_fini(struct gn_mqtt_subs *subs); /* all owners were dropped */

void gn_mqtt_owner_init(struct gn_mqtt_owner *owner);
/* Adds, or replaces options and id of the same filter (valid, with its $share prefix if any). FULL: one of the two
 * limits, or no memory. */
GN_MUST_USE gn_err gn_mqtt_subs_put(struct gn_mqtt_subs *subs, struct gn_mqtt_owner *owner, gn_str filter,
                                    uint8_t options, uint32_t id, bool *out_is_new);
/* False when there was none. */
bool gn_mqtt_subs_remove(struct gn_mqtt_subs *subs, struct gn_mqtt_owner *owner, gn_str filter);
/* Takes away all of the owner's. */
void gn_mqtt_subs_drop(struct gn_mqtt_subs *subs, struct gn_mqtt_owner *owner);

/* What a topic meets. Until the next match, and while no subscription comes or goes. */
void gn_mqtt_subs_match(struct gn_mqtt_subs *subs, gn_str topic, struct gn_mqtt_match *out);
/* This member of a share was served: it is last in the next round. */
void gn_mqtt_subs_served(struct gn_mqtt_sub *sub);

#endif
