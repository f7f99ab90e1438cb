/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_subs.h"

#include <assert.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_topic.h"

gn_err gn_mqtt_subs_init(struct gn_mqtt_subs *subs)
{
    subs->count = 0;
    return gn_mqtt_trie_init(&subs->trie);
}

void gn_mqtt_subs_fini(struct gn_mqtt_subs *subs)
{
    assert(subs->count == 0);
    gn_mqtt_trie_fini(&subs->trie);
}

void gn_mqtt_owner_init(struct gn_mqtt_owner *owner)
{
    *owner = (struct gn_mqtt_owner){ 0 };
    TAILQ_INIT(&owner->subs);
}

static gn_str subs_filter(const struct gn_mqtt_sub *sub)
{
    return (gn_str){ sub->filter, sub->filter_size };
}

static struct gn_mqtt_sub *subs_find(const struct gn_mqtt_owner *owner, gn_str filter)
{
    struct gn_mqtt_sub *sub;
    TAILQ_FOREACH(sub, &owner->subs, of_owner)
    if (gn_str_equal(subs_filter(sub), filter))
        return sub;
    return NULL;
}

/* --- places and shares: there while somebody is in them --- */

static struct gn_mqtt_place *subs_place(struct gn_mqtt_subs *subs, gn_str filter)
{
    struct gn_mqtt_trie_node *node = gn_mqtt_trie_make(&subs->trie, filter);
    if (node == NULL)
        return NULL;
    if (node->value == NULL) {
        struct gn_mqtt_place *place = gn_mem_take(sizeof *place, "mqtt subscriptions");
        if (place == NULL) {
            gn_mqtt_trie_prune(&subs->trie, node);
            return NULL;
        }
        place->node = node;
        TAILQ_INIT(&place->subs);
        TAILQ_INIT(&place->shares);
        node->value = place;
    }
    return node->value;
}

static void subs_leave_place(struct gn_mqtt_subs *subs, struct gn_mqtt_place *place)
{
    struct gn_mqtt_trie_node *node = place->node;
    if (!TAILQ_EMPTY(&place->subs) || !TAILQ_EMPTY(&place->shares))
        return;
    node->value = NULL;
    gn_mem_give(place);
    gn_mqtt_trie_prune(&subs->trie, node);
}

static struct gn_mqtt_share *subs_share(struct gn_mqtt_place *place, gn_str name)
{
    struct gn_mqtt_share *share;
    TAILQ_FOREACH(share, &place->shares, of_place)
    if (gn_str_equal((gn_str){ share->name, share->name_size }, name))
        return share;
    share = gn_mem_take(sizeof *share + name.size, "mqtt subscriptions");
    if (share == NULL)
        return NULL;
    TAILQ_INIT(&share->subs);
    share->name_size = (uint32_t)name.size;
    memcpy(share->name, name.at, name.size);
    TAILQ_INSERT_TAIL(&place->shares, share, of_place);
    return share;
}

static void subs_leave_share(struct gn_mqtt_place *place, struct gn_mqtt_share *share)
{
    if (!TAILQ_EMPTY(&share->subs))
        return;
    TAILQ_REMOVE(&place->shares, share, of_place);
    gn_mem_give(share);
}

/* --- coming and going --- */

/* Links the subscription to its place. FULL, and nothing changed: no memory. */
static gn_err subs_link(struct gn_mqtt_subs *subs, struct gn_mqtt_sub *sub)
{
    gn_str name = { 0 }, rest = subs_filter(sub);
    const bool shared = gn_mqtt_filter_share(subs_filter(sub), &name, &rest);
    struct gn_mqtt_place *place = subs_place(subs, rest);
    if (place == NULL)
        return GN_ERR_FULL;
    sub->place = place;
    if (!shared) {
        TAILQ_INSERT_TAIL(&place->subs, sub, of_place);
        return GN_OK;
    }
    sub->share = subs_share(place, name);
    if (sub->share == NULL) {
        subs_leave_place(subs, place);
        return GN_ERR_FULL;
    }
    TAILQ_INSERT_TAIL(&sub->share->subs, sub, of_place);
    return GN_OK;
}

gn_err gn_mqtt_subs_put(struct gn_mqtt_subs *subs, struct gn_mqtt_owner *owner, gn_str filter, uint8_t options,
                        uint32_t id, bool *out_is_new)
{
    struct gn_mqtt_sub *sub = subs_find(owner, filter);
    assert(filter.size > 0 && filter.size <= UINT16_MAX);
    if (sub != NULL) {
        sub->options = options;
        sub->id = id;
        *out_is_new = false;
        return GN_OK;
    }
    if (owner->count >= GN_MQTT_SUBSCRIPTIONS_MAX || subs->count >= GN_MQTT_SUBSCRIPTIONS_ALL_MAX)
        return GN_ERR_FULL;
    sub = gn_mem_take(sizeof *sub + filter.size, "mqtt subscriptions");
    if (sub == NULL)
        return GN_ERR_FULL;
    sub->owner = owner;
    sub->options = options;
    sub->id = id;
    sub->filter_size = (uint16_t)filter.size;
    memcpy(sub->filter, filter.at, filter.size);
    if (subs_link(subs, sub)) {
        gn_mem_give(sub);
        return GN_ERR_FULL;
    }
    TAILQ_INSERT_TAIL(&owner->subs, sub, of_owner);
    owner->count++;
    subs->count++;
    subs->missed_size = 0;
    *out_is_new = true;
    return GN_OK;
}

static void subs_unlink(struct gn_mqtt_subs *subs, struct gn_mqtt_sub *sub)
{
    struct gn_mqtt_place *place = sub->place;
    TAILQ_REMOVE(&sub->owner->subs, sub, of_owner);
    sub->owner->count--;
    subs->count--;
    if (sub->share == NULL) {
        TAILQ_REMOVE(&place->subs, sub, of_place);
    } else {
        TAILQ_REMOVE(&sub->share->subs, sub, of_place);
        subs_leave_share(place, sub->share);
    }
    subs_leave_place(subs, place);
    gn_mem_give(sub);
}

bool gn_mqtt_subs_remove(struct gn_mqtt_subs *subs, struct gn_mqtt_owner *owner, gn_str filter)
{
    struct gn_mqtt_sub *sub = subs_find(owner, filter);
    if (sub == NULL)
        return false;
    subs_unlink(subs, sub);
    return true;
}

void gn_mqtt_subs_drop(struct gn_mqtt_subs *subs, struct gn_mqtt_owner *owner)
{
    struct gn_mqtt_sub *sub;
    while ((sub = TAILQ_FIRST(&owner->subs)) != NULL)
        subs_unlink(subs, sub);
}

/* --- matching --- */

static void subs_meet(void *ctx, struct gn_mqtt_trie_node *node)
{
    struct gn_mqtt_match *match = ctx;
    const struct gn_mqtt_place *place = node->value;
    struct gn_mqtt_sub *sub;
    struct gn_mqtt_share *share;
    TAILQ_FOREACH(sub, &place->subs, of_place)
    {
        struct gn_mqtt_owner *owner = sub->owner;
        if (owner->matched == NULL) {
            owner->next_match = match->owners;
            match->owners = owner;
        }
        sub->next_match = owner->matched;
        owner->matched = sub;
    }
    TAILQ_FOREACH(share, &place->shares, of_place)
    {
        share->next_match = match->shares;
        match->shares = share;
    }
}

void gn_mqtt_subs_match(struct gn_mqtt_subs *subs, gn_str topic, struct gn_mqtt_match *out)
{
    *out = (struct gn_mqtt_match){ 0 };
    if (gn_str_equal((gn_str){ subs->missed, subs->missed_size }, topic))
        return;
    gn_mqtt_trie_match(&subs->trie, topic, subs_meet, out);
    if (out->owners != NULL || out->shares != NULL || topic.size > sizeof subs->missed)
        return;
    subs->missed_size = (uint32_t)topic.size;
    memcpy(subs->missed, topic.at, topic.size);
}

void gn_mqtt_subs_served(struct gn_mqtt_sub *sub)
{
    TAILQ_REMOVE(&sub->share->subs, sub, of_place);
    TAILQ_INSERT_TAIL(&sub->share->subs, sub, of_place);
}
