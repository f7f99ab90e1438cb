/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_subs.h"

#include <assert.h>

#include "connect/mqtt/mqtt_topic.h"

struct subs_entry {
    uint32_t at;
    uint32_t size; /* of all of it */
    uint8_t options;
    gn_str filter;
};

/* The entry at `at`; false at the end. */
static bool subs_entry(const struct gn_mqtt_subs *subs, uint32_t at, struct subs_entry *out)
{
    uint16_t size;
    if (at >= subs->size)
        return false;
    memcpy(&size, subs->at + at, sizeof size);
    *out = (struct subs_entry){ .at = at,
                                .size = (uint32_t)GN_MQTT_SUBS_HEAD_BYTES + size,
                                .options = subs->at[at + 2],
                                .filter = { (const char *)subs->at + at + GN_MQTT_SUBS_HEAD_BYTES, size } };
    assert(at + out->size <= subs->size);
    return true;
}

static bool subs_find(const struct gn_mqtt_subs *subs, gn_str filter, struct subs_entry *out)
{
    for (uint32_t at = 0; subs_entry(subs, at, out); at += out->size)
        if (gn_str_equal(out->filter, filter))
            return true;
    return false;
}

gn_err gn_mqtt_subs_put(struct gn_mqtt_subs *subs, gn_str filter, uint8_t options)
{
    struct subs_entry entry;
    assert(filter.size > 0 && filter.size <= GN_MQTT_TOPIC_BYTES_MAX);
    if (subs_find(subs, filter, &entry)) {
        subs->at[entry.at + 2] = options;
        return GN_OK;
    }
    const uint32_t size = (uint32_t)(GN_MQTT_SUBS_HEAD_BYTES + filter.size);
    if (subs->count == GN_MQTT_SUBSCRIPTIONS_MAX)
        return GN_ERR_FULL;
    if (subs->capacity - subs->size < size)
        return GN_ERR_AGAIN;
    const uint16_t filter_size = (uint16_t)filter.size;
    uint8_t *to = subs->at + subs->size;
    memcpy(to, &filter_size, sizeof filter_size);
    to[2] = options;
    memcpy(to + GN_MQTT_SUBS_HEAD_BYTES, filter.at, filter.size);
    subs->size += size;
    subs->count++;
    return GN_OK;
}

bool gn_mqtt_subs_remove(struct gn_mqtt_subs *subs, gn_str filter)
{
    struct subs_entry entry;
    if (!subs_find(subs, filter, &entry))
        return false;
    const uint32_t behind = entry.at + entry.size;
    memmove(subs->at + entry.at, subs->at + behind, subs->size - behind);
    subs->size -= entry.size;
    subs->count--;
    return true;
}

uint8_t *gn_mqtt_subs_move(struct gn_mqtt_subs *subs, uint8_t *to, uint32_t capacity)
{
    uint8_t *old = subs->at;
    assert(capacity >= subs->size);
    if (subs->size > 0)
        memcpy(to, old, subs->size);
    subs->at = to;
    subs->capacity = capacity;
    return old;
}

bool gn_mqtt_subs_match(const struct gn_mqtt_subs *subs, gn_str topic, bool own, uint8_t *out_qos)
{
    struct subs_entry entry;
    bool found = false;
    uint8_t qos = 0;
    for (uint32_t at = 0; subs_entry(subs, at, &entry); at += entry.size) {
        if ((own && (entry.options & GN_MQTT_NO_LOCAL) != 0) || !gn_mqtt_topic_matches(entry.filter, topic))
            continue;
        found = true;
        if ((entry.options & 3) > qos)
            qos = entry.options & 3;
    }
    if (found)
        *out_qos = qos;
    return found;
}
