/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_retained.h"

#include "base/mem.h"

enum { RETAINED_SWEEP_COUNT = 512 }; /* looked at in one sweep */

gn_err gn_mqtt_retained_init(struct gn_mqtt_retained *retained, struct gn_mqtt_messages *messages)
{
    *retained = (struct gn_mqtt_retained){ .messages = messages };
    TAILQ_INIT(&retained->all);
    return gn_mqtt_trie_init(&retained->trie);
}

static void retained_take_away(struct gn_mqtt_retained *retained, struct gn_mqtt_kept *kept)
{
    struct gn_mqtt_trie_node *node = kept->node;
    TAILQ_REMOVE(&retained->all, kept, among_all);
    retained->count--;
    retained->bytes -= gn_mqtt_message_bytes(kept->message);
    gn_mqtt_message_drop(retained->messages, kept->message);
    gn_mem_give(kept);
    node->value = NULL;
    gn_mqtt_trie_prune(&retained->trie, node);
}

void gn_mqtt_retained_fini(struct gn_mqtt_retained *retained)
{
    struct gn_mqtt_kept *kept;
    while ((kept = TAILQ_FIRST(&retained->all)) != NULL)
        retained_take_away(retained, kept);
    gn_mqtt_trie_fini(&retained->trie);
}

static struct gn_mqtt_kept *retained_kept(const struct gn_mqtt_retained *retained, gn_str topic)
{
    const struct gn_mqtt_trie_node *node = gn_mqtt_trie_find(&retained->trie, topic);
    return node != NULL ? node->value : NULL;
}

struct gn_mqtt_message *gn_mqtt_retained_find(const struct gn_mqtt_retained *retained, gn_str topic)
{
    const struct gn_mqtt_kept *kept = retained_kept(retained, topic);
    return kept != NULL ? kept->message : NULL;
}

bool gn_mqtt_retained_has_room(const struct gn_mqtt_retained *retained, gn_str topic, size_t size)
{
    const struct gn_mqtt_message *before = gn_mqtt_retained_find(retained, topic);
    const size_t bytes = retained->bytes - (before != NULL ? gn_mqtt_message_bytes(before) : 0);
    return (before != NULL || retained->count < GN_MQTT_RETAINED_MAX) && size <= GN_MQTT_RETAINED_BYTES_MAX &&
           bytes <= GN_MQTT_RETAINED_BYTES_MAX - size;
}

gn_err gn_mqtt_retained_put(struct gn_mqtt_retained *retained, struct gn_mqtt_message *message)
{
    const gn_str topic = gn_mqtt_message_topic(message);
    const size_t size = gn_mqtt_message_bytes(message);
    if (!gn_mqtt_retained_has_room(retained, topic, size))
        return GN_ERR_FULL;
    struct gn_mqtt_trie_node *node = gn_mqtt_trie_make(&retained->trie, topic);
    if (node == NULL)
        return GN_ERR_FULL;
    struct gn_mqtt_kept *kept = node->value;
    if (kept == NULL) {
        kept = gn_mem_take(sizeof *kept, "mqtt retained");
        if (kept == NULL) {
            gn_mqtt_trie_prune(&retained->trie, node);
            return GN_ERR_FULL;
        }
        kept->node = node;
        node->value = kept;
        TAILQ_INSERT_TAIL(&retained->all, kept, among_all);
        retained->count++;
    } else {
        retained->bytes -= gn_mqtt_message_bytes(kept->message);
        gn_mqtt_message_drop(retained->messages, kept->message);
    }
    kept->message = gn_mqtt_message_hold(message);
    retained->bytes += size;
    return GN_OK;
}

bool gn_mqtt_retained_remove(struct gn_mqtt_retained *retained, gn_str topic)
{
    struct gn_mqtt_kept *kept = retained_kept(retained, topic);
    if (kept == NULL)
        return false;
    retained_take_away(retained, kept);
    return true;
}

struct retained_walk {
    gn_mqtt_retained_visit visit;
    void *ctx;
    int64_t now_ms;
};

static void retained_visit(void *ctx, struct gn_mqtt_trie_node *node)
{
    const struct retained_walk *walk = ctx;
    const struct gn_mqtt_kept *kept = node->value;
    if (!gn_mqtt_expired(kept->message->expires_ms, walk->now_ms))
        walk->visit(walk->ctx, kept->message);
}

void gn_mqtt_retained_select(const struct gn_mqtt_retained *retained, gn_str filter, int64_t now_ms,
                             gn_mqtt_retained_visit visit, void *ctx)
{
    struct retained_walk walk = { visit, ctx, now_ms };
    gn_mqtt_trie_select(&retained->trie, filter, retained_visit, &walk);
}

void gn_mqtt_retained_sweep(struct gn_mqtt_retained *retained, int64_t now_ms)
{
    for (uint32_t left = retained->count < RETAINED_SWEEP_COUNT ? retained->count : RETAINED_SWEEP_COUNT; left > 0;
         left--) {
        struct gn_mqtt_kept *kept = TAILQ_FIRST(&retained->all);
        if (gn_mqtt_expired(kept->message->expires_ms, now_ms)) {
            retained_take_away(retained, kept);
        } else {
            TAILQ_REMOVE(&retained->all, kept, among_all);
            TAILQ_INSERT_TAIL(&retained->all, kept, among_all);
        }
    }
}
