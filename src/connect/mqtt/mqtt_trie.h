/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_trie.h -- a tree of topic levels: filters to hold a topic against, or topics to hold a filter to.
 *
 *   plant/+/speed          root ─ plant ─┬─ +  ─ speed ●
 *   plant/press/#                        └─ press ─ # ●           ● has a value
 *
 * `match` finds the filters of the tree that a topic meets, `select` the topics of the tree that a filter meets. A
 * level's child is found in one table for the whole tree, by a keyed hash, so that nobody can choose names that
 * collide. Cost: match visits only nodes on the way to a value; no step depends on how many others there are.
 * Depth is bounded by GN_MQTT_TOPIC_LEVELS_MAX, memory by who sets values. One thread. */
#ifndef GN_CONNECT_MQTT_TRIE_H
#define GN_CONNECT_MQTT_TRIE_H

#include "base/bytes.h"
#include "base/limits.h"

struct gn_mqtt_trie_node {
    struct gn_mqtt_trie_node *parent;
    struct gn_mqtt_trie_node *same_bucket;
    struct gn_mqtt_trie_node *first_child;
    struct gn_mqtt_trie_node *next, *previous; /* among the parent's children */
    struct gn_mqtt_trie_node *one;             /* the child '+' */
    struct gn_mqtt_trie_node *many;            /* the child '#' */
    void *value;                               /* the caller's; NULL: only on the way to others */
    uint64_t hash;
    uint32_t level_size;
    char level[];
};

struct gn_mqtt_trie {
    struct gn_mqtt_trie_node *root;
    struct gn_mqtt_trie_node **buckets;
    uint32_t bucket_count; /* a power of two */
    uint32_t node_count;
    uint8_t key[16];
};

/* FULL: no memory. */
GN_MUST_USE gn_err gn_mqtt_trie_init(struct gn_mqtt_trie *trie);
/* No value may be left. */
void gn_mqtt_trie_fini(struct gn_mqtt_trie *trie);

/* The node of that path, or NULL. A path is a valid topic or filter. */
struct gn_mqtt_trie_node *gn_mqtt_trie_find(const struct gn_mqtt_trie *trie, gn_str path);
/* The same; makes what is missing. NULL: no memory. */
struct gn_mqtt_trie_node *gn_mqtt_trie_make(struct gn_mqtt_trie *trie, gn_str path);
/* After a node's value became NULL, or was never set: takes away what leads nowhere. */
void gn_mqtt_trie_prune(struct gn_mqtt_trie *trie, struct gn_mqtt_trie_node *node);

typedef void (*gn_mqtt_trie_visit)(void *ctx, struct gn_mqtt_trie_node *node);

/* Visits the nodes with a value whose filter the topic meets. The tree must not change meanwhile. */
void gn_mqtt_trie_match(const struct gn_mqtt_trie *trie, gn_str topic, gn_mqtt_trie_visit visit, void *ctx);
/* Visits the nodes with a value whose topic meets the filter. The tree must not change meanwhile. */
void gn_mqtt_trie_select(const struct gn_mqtt_trie *trie, gn_str filter, gn_mqtt_trie_visit visit, void *ctx);

#endif
