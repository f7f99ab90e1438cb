/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_trie.h"

#include <assert.h>
#include <sodium.h>

#include "base/mem.h"
#include "os/entropy.h"

_Static_assert(crypto_shorthash_KEYBYTES == 16, "the trie's key is SipHash's");

enum { TRIE_BUCKETS_MIN = 64 };

/* --- levels --- */

static uint64_t trie_hash(const struct gn_mqtt_trie *trie, const struct gn_mqtt_trie_node *parent, gn_str level)
{
    uint64_t hash;
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)level.at, level.size, trie->key);
    return hash ^ (parent->hash << 7 | parent->hash >> 57) * UINT64_C(0x9E3779B97F4A7C15);
}

/* The level that begins at `at`; *out_next is where the next one does, or beyond the text's end. */
static gn_str trie_level(gn_str path, size_t at, size_t *out_next)
{
    const char *begin = path.at + at;
    const char *slash = path.size > at ? memchr(begin, '/', path.size - at) : NULL;
    const size_t size = slash != NULL ? (size_t)(slash - begin) : path.size - at;
    *out_next = at + size + 1;
    return (gn_str){ begin, size };
}

static bool trie_is(gn_str level, char wildcard)
{
    return level.size == 1 && level.at[0] == wildcard;
}

static struct gn_mqtt_trie_node *trie_child(const struct gn_mqtt_trie *trie, const struct gn_mqtt_trie_node *parent,
                                            gn_str level)
{
    const uint64_t hash = trie_hash(trie, parent, level);
    struct gn_mqtt_trie_node *node = trie->buckets[hash & (trie->bucket_count - 1)];
    while (node != NULL && (node->hash != hash || node->parent != parent || node->level_size != level.size ||
                            memcmp(node->level, level.at, level.size) != 0))
        node = node->same_bucket;
    return node;
}

/* --- life --- */

gn_err gn_mqtt_trie_init(struct gn_mqtt_trie *trie)
{
    *trie = (struct gn_mqtt_trie){ .bucket_count = TRIE_BUCKETS_MIN };
    trie->buckets = gn_mem_take(TRIE_BUCKETS_MIN * sizeof(struct gn_mqtt_trie_node *), "mqtt topics");
    trie->root = gn_mem_take(sizeof *trie->root, "mqtt topics");
    gn_entropy(trie->key, sizeof trie->key);
    if (trie->buckets != NULL && trie->root != NULL)
        return GN_OK;
    gn_mem_give(trie->buckets);
    gn_mem_give(trie->root);
    *trie = (struct gn_mqtt_trie){ 0 };
    return GN_ERR_FULL;
}

void gn_mqtt_trie_fini(struct gn_mqtt_trie *trie)
{
    assert(trie->node_count == 0);
    gn_mem_give(trie->buckets);
    gn_mem_give(trie->root);
    *trie = (struct gn_mqtt_trie){ 0 };
}

/* Twice as many buckets; when there is no memory for them the chains get longer, no more. */
static void trie_grow(struct gn_mqtt_trie *trie)
{
    const uint32_t count = trie->bucket_count * 2;
    struct gn_mqtt_trie_node **buckets = gn_mem_take(count * sizeof(struct gn_mqtt_trie_node *), "mqtt topics");
    if (buckets == NULL)
        return;
    for (uint32_t i = 0; i < trie->bucket_count; i++) {
        struct gn_mqtt_trie_node *node, *rest;
        for (node = trie->buckets[i]; node != NULL; node = rest) {
            rest = node->same_bucket;
            node->same_bucket = buckets[node->hash & (count - 1)];
            buckets[node->hash & (count - 1)] = node;
        }
    }
    gn_mem_give(trie->buckets);
    trie->buckets = buckets;
    trie->bucket_count = count;
}

static struct gn_mqtt_trie_node *trie_add(struct gn_mqtt_trie *trie, struct gn_mqtt_trie_node *parent, gn_str level)
{
    struct gn_mqtt_trie_node *node = gn_mem_take(sizeof *node + level.size, "mqtt topics");
    if (node == NULL)
        return NULL;
    if (trie->node_count >= trie->bucket_count)
        trie_grow(trie);
    node->parent = parent;
    node->hash = trie_hash(trie, parent, level);
    node->level_size = (uint32_t)level.size;
    if (level.size > 0)
        memcpy(node->level, level.at, level.size);
    struct gn_mqtt_trie_node **bucket = &trie->buckets[node->hash & (trie->bucket_count - 1)];
    node->same_bucket = *bucket;
    *bucket = node;
    node->next = parent->first_child;
    if (node->next != NULL)
        node->next->previous = node;
    parent->first_child = node;
    if (trie_is(level, '+'))
        parent->one = node;
    else if (trie_is(level, '#'))
        parent->many = node;
    trie->node_count++;
    return node;
}

static void trie_remove(struct gn_mqtt_trie *trie, struct gn_mqtt_trie_node *node)
{
    struct gn_mqtt_trie_node *parent = node->parent;
    struct gn_mqtt_trie_node **link = &trie->buckets[node->hash & (trie->bucket_count - 1)];
    while (*link != node)
        link = &(*link)->same_bucket;
    *link = node->same_bucket;
    if (node->previous != NULL)
        node->previous->next = node->next;
    else
        parent->first_child = node->next;
    if (node->next != NULL)
        node->next->previous = node->previous;
    if (parent->one == node)
        parent->one = NULL;
    if (parent->many == node)
        parent->many = NULL;
    trie->node_count--;
    gn_mem_give(node);
}

void gn_mqtt_trie_prune(struct gn_mqtt_trie *trie, struct gn_mqtt_trie_node *node)
{
    while (node != NULL && node->parent != NULL && node->value == NULL && node->first_child == NULL) {
        struct gn_mqtt_trie_node *parent = node->parent;
        trie_remove(trie, node);
        node = parent;
    }
}

struct gn_mqtt_trie_node *gn_mqtt_trie_find(const struct gn_mqtt_trie *trie, gn_str path)
{
    struct gn_mqtt_trie_node *node = trie->root;
    for (size_t at = 0, next; at <= path.size && node != NULL; at = next)
        node = trie_child(trie, node, trie_level(path, at, &next));
    return node;
}

struct gn_mqtt_trie_node *gn_mqtt_trie_make(struct gn_mqtt_trie *trie, gn_str path)
{
    struct gn_mqtt_trie_node *node = trie->root;
    for (size_t at = 0, next; at <= path.size; at = next) {
        const gn_str level = trie_level(path, at, &next);
        struct gn_mqtt_trie_node *child = trie_child(trie, node, level);
        if (child == NULL)
            child = trie_add(trie, node, level);
        if (child == NULL) {
            gn_mqtt_trie_prune(trie, node);
            return NULL;
        }
        node = child;
    }
    return node;
}

/* --- walks; as deep as a topic has levels --- */

struct trie_walk {
    const struct gn_mqtt_trie *trie;
    gn_str path;
    bool is_hidden; /* it begins with '$': no wildcard at the root reaches it */
    gn_mqtt_trie_visit visit;
    void *ctx;
};

static void trie_visit(const struct trie_walk *walk, struct gn_mqtt_trie_node *node)
{
    if (node->value != NULL)
        walk->visit(walk->ctx, node);
}

static void trie_match(const struct trie_walk *walk, struct gn_mqtt_trie_node *node, size_t at)
{
    const bool wild = !walk->is_hidden || node->parent != NULL;
    size_t next;
    if (node->many != NULL && wild)
        trie_visit(walk, node->many); /* also when the topic ends here: "a/#" matches "a" */
    if (at > walk->path.size) {
        trie_visit(walk, node);
        return;
    }
    const gn_str level = trie_level(walk->path, at, &next);
    if (node->one != NULL && wild)
        trie_match(walk, node->one, next);
    struct gn_mqtt_trie_node *child = trie_child(walk->trie, node, level);
    if (child != NULL)
        trie_match(walk, child, next);
}

void gn_mqtt_trie_match(const struct gn_mqtt_trie *trie, gn_str topic, gn_mqtt_trie_visit visit, void *ctx)
{
    const struct trie_walk walk = { trie, topic, topic.size > 0 && topic.at[0] == '$', visit, ctx };
    if (trie->node_count > 0)
        trie_match(&walk, trie->root, 0);
}

static bool trie_is_hidden(const struct gn_mqtt_trie_node *node)
{
    return node->parent->parent == NULL && node->level_size > 0 && node->level[0] == '$';
}

/* The node and all below it. */
static void trie_all(const struct trie_walk *walk, struct gn_mqtt_trie_node *node)
{
    struct gn_mqtt_trie_node *at = node;
    for (;;) {
        const bool skip = node == walk->trie->root && at != node && trie_is_hidden(at);
        if (!skip)
            trie_visit(walk, at);
        if (!skip && at->first_child != NULL) {
            at = at->first_child;
            continue;
        }
        while (at != node && at->next == NULL)
            at = at->parent;
        if (at == node)
            return;
        at = at->next;
    }
}

static void trie_select(const struct trie_walk *walk, struct gn_mqtt_trie_node *node, size_t at)
{
    size_t next;
    if (at > walk->path.size) {
        trie_visit(walk, node);
        return;
    }
    const gn_str level = trie_level(walk->path, at, &next);
    if (trie_is(level, '#')) {
        trie_all(walk, node);
    } else if (trie_is(level, '+')) {
        for (struct gn_mqtt_trie_node *child = node->first_child; child != NULL; child = child->next)
            if (!trie_is_hidden(child))
                trie_select(walk, child, next);
    } else {
        struct gn_mqtt_trie_node *child = trie_child(walk->trie, node, level);
        if (child != NULL)
            trie_select(walk, child, next);
    }
}

void gn_mqtt_trie_select(const struct gn_mqtt_trie *trie, gn_str filter, gn_mqtt_trie_visit visit, void *ctx)
{
    const struct trie_walk walk = { trie, filter, false, visit, ctx };
    trie_select(&walk, trie->root, 0);
}
