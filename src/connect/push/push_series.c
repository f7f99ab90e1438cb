/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_series.h"

#include "base/mem.h"
#include "connect/push/line_protocol.h"

#define PUSH_MIX UINT64_C(0x9e3779b97f4a7c15)

gn_err gn_push_series_init(struct gn_push_series *series, const struct gn_intake *intake)
{
    *series = (struct gn_push_series){ .intake = intake };
    series->slots = gn_mem_take(GN_PUSH_SERIES_SLOTS * sizeof *series->slots, "pushed series");
    series->names = gn_mem_take(GN_PUSH_CACHE_BYTES, "pushed series");
    if (series->slots != NULL && series->names != NULL)
        return GN_OK;
    gn_push_series_fini(series);
    return GN_ERR_FULL;
}

void gn_push_series_fini(struct gn_push_series *series)
{
    gn_mem_give(series->slots);
    gn_mem_give(series->names);
    series->slots = NULL;
    series->names = NULL;
}

/* --- the cache --- */

/* Not keyed: where it collides, the slow way is taken. */
static inline uint64_t push_series_mix(uint64_t hash, gn_str bytes)
{
    size_t at = 0;
    uint64_t word;
    for (; at + sizeof word <= bytes.size; at += sizeof word) {
        memcpy(&word, bytes.at + at, sizeof word);
        hash = (hash ^ word) * PUSH_MIX;
        hash ^= hash >> 32;
    }
    word = bytes.size - at;
    if (at < bytes.size) {
        uint64_t rest = 0;
        memcpy(&rest, bytes.at + at, bytes.size - at);
        word = word << 56 ^ rest;
    }
    hash = (hash ^ word) * PUSH_MIX;
    return hash ^ hash >> 32;
}

uint32_t gn_push_series_hash(gn_str written)
{
    return (uint32_t)push_series_mix(PUSH_MIX, written);
}

static inline struct gn_push_series_slot *push_series_slot(struct gn_push_series *series, uint32_t hash, unsigned probe)
{
    return &series->slots[(hash + probe) & (GN_PUSH_SERIES_SLOTS - 1)];
}

static inline bool push_series_is(const struct gn_push_series *series, const struct gn_push_series_slot *slot,
                                  uint32_t sender, gn_str written, gn_str field)
{
    const char *at = series->names + slot->at;
    return slot->sender == sender && slot->series_size == written.size && slot->field_size == field.size &&
           memcmp(at, written.at, written.size) == 0 && memcmp(at + written.size, field.at, field.size) == 0;
}

static void push_series_remember(struct gn_push_series *series, const struct gn_push_series_slot *made, gn_str written,
                                 gn_str field)
{
    const size_t size = written.size + field.size;
    if (written.size > UINT16_MAX || field.size > UINT16_MAX)
        return;
    if (series->count == GN_PUSH_SERIES_CACHED_MAX || size > GN_PUSH_CACHE_BYTES - series->names_used) {
        memset(series->slots, 0, GN_PUSH_SERIES_SLOTS * sizeof *series->slots);
        series->names_used = series->count = 0;
    }
    struct gn_push_series_slot *to = push_series_slot(series, made->hash, 0);
    for (unsigned probe = 0; probe < GN_PUSH_SERIES_PROBES; probe++)
        if (push_series_slot(series, made->hash, probe)->field_size == 0) {
            to = push_series_slot(series, made->hash, probe);
            break;
        }
    *to = *made;
    to->at = series->names_used;
    to->series_size = (uint16_t)written.size;
    to->field_size = (uint16_t)field.size;
    memcpy(series->names + to->at, written.at, written.size);
    memcpy(series->names + to->at + written.size, field.at, field.size);
    series->names_used += (uint32_t)size;
    series->count++;
}

/* --- the slow way --- */

static gn_str push_series_plain(struct gn_push_series *series, gn_str written)
{
    char *to = series->text + series->text_used;
    size_t size = 0;
    gn_line_unescape(written, GN_LINE_ESCAPED_NAME, to, &size);
    series->text_used += size;
    return (gn_str){ to, size };
}

/* The '=' between a tag's name and its value. */
static bool push_series_tag(gn_str part, gn_str *out_name, gn_str *out_value)
{
    size_t at = 0;
    while (at < part.size && part.at[at] != '=')
        at += part.at[at] == '\\' && at + 1 < part.size ? 2 : 1;
    if (at == 0 || at + 1 >= part.size)
        return false;
    *out_name = (gn_str){ part.at, at };
    *out_value = (gn_str){ part.at + at + 1, part.size - at - 1 };
    return true;
}

/* Takes apart what is written, into series->metric. */
static gn_err push_series_read(struct gn_push_series *series, gn_str written, gn_str field, struct gn_diag *diag)
{
    struct gn_push_metric *metric = &series->metric;
    gn_str part, name, value;
    series->text_used = 0;
    metric->tag_count = 0;
    if (written.size + field.size > sizeof series->text || !gn_line_series_part(&written, &part))
        return GN_ERR_INVAL;
    metric->name = push_series_plain(series, part);
    metric->field = push_series_plain(series, field);
    while (gn_line_series_part(&written, &part)) {
        if (metric->tag_count == GN_PUSH_TAGS_MAX) {
            gn_diag_set(diag, 0, 0, "there are more tags than PUSH_TAGS_MAX (%d)", GN_PUSH_TAGS_MAX);
            return GN_ERR_INVAL;
        }
        if (!push_series_tag(part, &name, &value)) {
            gn_diag_set(diag, 0, 0, "the tag '%.*s' is not NAME=VALUE", part.size < 64 ? (int)part.size : 64, part.at);
            return GN_ERR_INVAL;
        }
        struct gn_push_tag *tag = &metric->tags[metric->tag_count++];
        tag->name = push_series_plain(series, name);
        tag->value = push_series_plain(series, value);
    }
    return GN_OK;
}

/* May the sender speak for a Thing of that name? Policy speaks of topics, so the name must fit into one. */
static bool push_series_may(const struct gn_push_series *series, uint32_t sender, gn_str name)
{
    char bytes[GN_DEVICE_KEY_BYTES_MAX + 8];
    struct gn_buf topic = gn_buf_over(bytes, sizeof bytes);
    for (size_t i = 0; i < name.size; i++)
        if (name.at[i] == '+' || name.at[i] == '#' || (uint8_t)name.at[i] < 0x20)
            return false;
    gn_buf_add_text(&topic, "line/");
    gn_buf_add_str(&topic, name);
    return name.size > 0 && !topic.full && gn_utf8_valid(name) &&
           series->intake->allows(series->intake->self, sender, GN_VERB_PUBLISH, gn_buf_str(&topic));
}

/* The Thing, and the tag that is said by it. */
static gn_err push_series_thing(struct gn_push_series *series, uint32_t sender, uint32_t *out_thing,
                                const struct gn_push_tag **out_tag, struct gn_diag *diag)
{
    const struct gn_intake *intake = series->intake;
    const struct gn_push_tag *tag = gn_push_thing_tag(&series->metric);
    *out_tag = tag;
    *out_thing = sender;
    if (tag == NULL || gn_str_equal(tag->value, gn_str_of(intake->registry->things[sender].id)))
        return GN_OK;
    if (intake->through != NULL && push_series_may(series, sender, tag->value))
        return intake->through(intake->self, sender, tag->value, out_thing, diag);
    *out_tag = NULL;
    return GN_OK;
}

static gn_err push_series_resolve(struct gn_push_series *series, uint32_t sender, gn_series_kind kind,
                                  uint32_t *out_series, struct gn_diag *diag)
{
    char bytes[GN_PROPERTY_BYTES_MAX];
    struct gn_buf property = gn_buf_over(bytes, sizeof bytes);
    const struct gn_push_tag *left_out;
    uint32_t thing;
    gn_err err = push_series_thing(series, sender, &thing, &left_out, diag);
    if (err != GN_OK)
        return err;
    err = gn_push_property(&series->metric, left_out != NULL ? left_out->name : (gn_str){ 0 }, &property, diag);
    if (err != GN_OK)
        return err;
    return series->intake->series(series->intake->self, thing, gn_buf_str(&property), kind, out_series, diag);
}

gn_err gn_push_series_find(struct gn_push_series *series, uint32_t sender, gn_str written, uint32_t hash, gn_str field,
                           gn_series_kind kind, uint32_t *out_series, struct gn_diag *diag)
{
    const uint32_t full = (uint32_t)push_series_mix(hash + sender, field);
    const bool is_text = kind == GN_SERIES_TEXT;
    for (unsigned probe = 0; probe < GN_PUSH_SERIES_PROBES; probe++) {
        const struct gn_push_series_slot *slot = push_series_slot(series, full, probe);
        if (slot->field_size == 0)
            break;
        if (slot->hash == full && slot->is_text == is_text && push_series_is(series, slot, sender, written, field)) {
            *out_series = slot->series;
            return GN_OK;
        }
    }
    gn_err err = push_series_read(series, written, field, diag);
    if (err == GN_OK)
        err = push_series_resolve(series, sender, kind, out_series, diag);
    if (err != GN_OK)
        return err;
    const struct gn_push_series_slot made = {
        .hash = full, .sender = sender, .series = *out_series, .is_text = is_text
    };
    push_series_remember(series, &made, written, field);
    return GN_OK;
}
