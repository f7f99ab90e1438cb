/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/bindings.h"

#include <strings.h>

#include "base/hash.h"
#include "base/mem.h"
#include "os/entropy.h"

enum { BINDINGS_BUCKETS = 8192 };

struct binding {
    uint32_t next; /* of the bucket, as index + 1; in the free list too */
    uint32_t next_of_thing;
    uint32_t thing;
    uint8_t kind; /* gn_trait_kind */
    gn_str topic, path, property, on, off;
};

struct gn_bindings {
    uint32_t buckets[BINDINGS_BUCKETS]; /* index + 1 */
    uint32_t of_thing[GN_THINGS_MAX];   /* index + 1 */
    char *texts[GN_THINGS_MAX];
    uint32_t free; /* index + 1 */
    uint32_t used; /* rows that were ever taken */
    uint32_t seed;
    struct binding rows[GN_BINDINGS_MAX];
};

gn_err gn_bindings_new(struct gn_bindings **out)
{
    struct gn_bindings *made = gn_mem_take(sizeof *made, "bindings of topics");
    if (made == NULL)
        return GN_ERR_FULL;
    gn_entropy(&made->seed, sizeof made->seed);
    *out = made;
    return GN_OK;
}

void gn_bindings_free(struct gn_bindings *bindings)
{
    if (bindings == NULL)
        return;
    for (uint32_t thing = 0; thing < GN_THINGS_MAX; thing++)
        gn_mem_give(bindings->texts[thing]);
    gn_mem_give(bindings);
}

/* Topics are chosen by gateways, which a person let in; the seed keeps one from aiming at a bucket by chance. */
static uint32_t *bindings_bucket(const struct gn_bindings *bindings, gn_str topic)
{
    const uint32_t hash = gn_hash32((gn_bytes){ (const uint8_t *)topic.at, topic.size }) ^ bindings->seed;
    return (uint32_t *)(uintptr_t)&bindings->buckets[(hash * UINT32_C(0x9E3779B1)) >> 19];
}
_Static_assert(BINDINGS_BUCKETS == 1 << 13, "19 of 32 bits are shifted out");

static void bindings_drop(struct gn_bindings *bindings, uint32_t thing)
{
    uint32_t at = bindings->of_thing[thing];
    while (at != 0) {
        struct binding *row = &bindings->rows[at - 1];
        const uint32_t following = row->next_of_thing;
        uint32_t *link = bindings_bucket(bindings, row->topic);
        while (*link != at)
            link = &bindings->rows[*link - 1].next;
        *link = row->next;
        *row = (struct binding){ .next = bindings->free };
        bindings->free = at;
        at = following;
    }
    bindings->of_thing[thing] = 0;
    gn_mem_give(bindings->texts[thing]);
    bindings->texts[thing] = NULL;
}

static gn_str bindings_copy(char **at, gn_str text)
{
    const gn_str copy = { *at, text.size };
    if (text.size > 0)
        memcpy(*at, text.at, text.size);
    *at += text.size;
    return copy;
}

/* A row that is free, or 0. */
static uint32_t bindings_take(struct gn_bindings *bindings)
{
    const uint32_t at = bindings->free;
    if (at != 0) {
        bindings->free = bindings->rows[at - 1].next;
        return at;
    }
    return bindings->used < GN_BINDINGS_MAX ? ++bindings->used : 0;
}

gn_err gn_bindings_set(struct gn_bindings *bindings, uint32_t thing, const struct gn_device *device)
{
    size_t size = 1;
    bindings_drop(bindings, thing);
    for (uint32_t i = 0; i < device->trait_count; i++) {
        const struct gn_trait *t = &device->traits[i];
        size += t->topic.size + t->path.size + t->name.size + t->on.size + t->off.size;
    }
    char *at = bindings->texts[thing] = gn_mem_take(size, "bindings: text");
    if (at == NULL)
        return GN_ERR_FULL;
    for (uint32_t i = device->trait_count; i > 0; i--) { /* the list grows at its head, and keeps their order so */
        const struct gn_trait *trait = &device->traits[i - 1];
        if (trait->topic.size == 0)
            continue;
        const uint32_t index = bindings_take(bindings);
        if (index == 0)
            return GN_ERR_FULL;
        struct binding *row = &bindings->rows[index - 1];
        *row = (struct binding){ .thing = thing, .kind = trait->kind };
        row->topic = bindings_copy(&at, trait->topic);
        row->path = bindings_copy(&at, trait->path);
        row->property = bindings_copy(&at, trait->name);
        row->on = bindings_copy(&at, trait->on);
        row->off = bindings_copy(&at, trait->off);
        uint32_t *bucket = bindings_bucket(bindings, row->topic);
        row->next = *bucket;
        *bucket = index;
        row->next_of_thing = bindings->of_thing[thing];
        bindings->of_thing[thing] = index;
    }
    return GN_OK;
}

/* Things of a topic in the order of their numbers, so that it does not matter who announced first. */
uint32_t gn_bindings_next(const struct gn_bindings *bindings, gn_str topic, uint32_t thing)
{
    uint32_t best = GN_NONE;
    for (uint32_t at = *bindings_bucket(bindings, topic); at != 0; at = bindings->rows[at - 1].next) {
        const struct binding *row = &bindings->rows[at - 1];
        if ((thing == GN_NONE || row->thing > thing) && row->thing < best && gn_str_equal(row->topic, topic))
            best = row->thing;
    }
    return best;
}

/* --- values --- */

static bool bindings_word(const struct gn_item *item, gn_str word)
{
    double number;
    if (item->kind == GN_SERIES_TEXT)
        return word.size == item->text.size && strncasecmp(word.at, item->text.at, word.size) == 0;
    if (item->kind == GN_SERIES_BOOL)
        return gn_str_equal(word, item->value != 0 ? GN_STR("true") : GN_STR("false"));
    return gn_parse_f64(word, &number) == GN_OK && number == item->value;
}

static bool bindings_bool(const struct binding *row, const struct gn_item *from, struct gn_item *to)
{
    const gn_str on = row->on.size > 0 ? row->on : GN_STR("true");
    const gn_str off = row->off.size > 0 ? row->off : GN_STR("false");
    to->kind = GN_SERIES_BOOL;
    to->value = bindings_word(from, on) ? 1 : 0;
    return to->value != 0 || bindings_word(from, off);
}

static bool bindings_number(const struct gn_item *from, struct gn_item *to)
{
    to->kind = GN_SERIES_NUMBER;
    to->value = from->value;
    return from->kind != GN_SERIES_TEXT || gn_parse_f64(gn_str_trim(from->text), &to->value) == GN_OK;
}

static bool bindings_text(struct gn_payload *payload, const struct gn_item *from, struct gn_item *to)
{
    to->kind = GN_SERIES_TEXT;
    if (from->kind == GN_SERIES_TEXT)
        return true;
    struct gn_buf buf = gn_buf_over(payload->text + payload->text_size, sizeof payload->text - payload->text_size);
    struct gn_jw w = gn_jw_over(&buf);
    if (from->kind == GN_SERIES_BOOL)
        gn_jw_bool(&w, from->value != 0);
    else
        gn_jw_f64(&w, from->value);
    payload->text_size += buf.size;
    to->text = gn_buf_str(&buf);
    return !buf.full;
}

static bool bindings_value(const struct binding *row, struct gn_payload *payload, const struct gn_item *from,
                           struct gn_item *to)
{
    *to = *from;
    to->property = row->property;
    switch (row->kind) {
    case GN_TRAIT_BOOLEAN:
        return bindings_bool(row, from, to);
    case GN_TRAIT_NUMBER:
    case GN_TRAIT_COUNTER:
        return bindings_number(from, to);
    case GN_TRAIT_STATE:
    case GN_TRAIT_TEXT:
        return bindings_text(payload, from, to);
    default:
        return true;
    }
}

/* What the binding takes. A bare word is taken for {"state":word}: both are in use for who is there. */
static const struct gn_item *bindings_find(const struct binding *row, const struct gn_payload *payload, bool is_bare)
{
    if (is_bare)
        return row->path.size == 0 || gn_str_equal(row->path, GN_STR("state")) ? &payload->items[0] : NULL;
    for (size_t i = 0; i < payload->item_count; i++)
        if (gn_str_equal(payload->items[i].property, row->path))
            return &payload->items[i];
    return NULL;
}

size_t gn_bindings_items(const struct gn_bindings *bindings, gn_str topic, uint32_t thing, struct gn_payload *payload,
                         bool is_bare, struct gn_item *out)
{
    size_t count = 0;
    for (uint32_t at = bindings->of_thing[thing]; at != 0; at = bindings->rows[at - 1].next_of_thing) {
        const struct binding *row = &bindings->rows[at - 1];
        if (count == GN_READINGS_PER_PACKET_MAX || !gn_str_equal(row->topic, topic))
            continue;
        const struct gn_item *from = bindings_find(row, payload, is_bare);
        if (from != NULL && bindings_value(row, payload, from, &out[count]))
            count++;
    }
    return count;
}
