/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_alias.h"

#include <assert.h>

#include "base/hash.h"
#include "base/mem.h"

static uint32_t alias_hash(gn_str topic)
{
    return gn_hash32((gn_bytes){ (const uint8_t *)topic.at, topic.size });
}

gn_str gn_mqtt_alias_topic(const struct gn_mqtt_aliases *aliases, uint32_t number)
{
    assert(number >= 1 && number <= GN_MQTT_TOPIC_ALIAS_MAX);
    if (aliases->at == NULL)
        return (gn_str){ 0 };
    return (gn_str){ aliases->at[number - 1].topic, aliases->at[number - 1].size };
}

gn_err gn_mqtt_alias_set(struct gn_mqtt_aliases *aliases, uint32_t number, gn_str topic)
{
    assert(number >= 1 && number <= GN_MQTT_TOPIC_ALIAS_MAX && topic.size > 0);
    if (gn_str_equal(gn_mqtt_alias_topic(aliases, number), topic))
        return GN_OK;
    if (aliases->at == NULL)
        aliases->at = gn_mem_take(GN_MQTT_TOPIC_ALIAS_MAX * sizeof *aliases->at, "mqtt aliases");
    char *copy = aliases->at != NULL ? gn_mem_take(topic.size, "mqtt aliases") : NULL;
    if (copy == NULL)
        return GN_ERR_FULL;
    memcpy(copy, topic.at, topic.size);
    struct gn_mqtt_alias *alias = &aliases->at[number - 1];
    gn_mem_give(alias->topic);
    *alias = (struct gn_mqtt_alias){ copy, (uint32_t)topic.size, alias_hash(topic) };
    return GN_OK;
}

uint16_t gn_mqtt_alias_of(struct gn_mqtt_aliases *aliases, uint16_t max, gn_str topic, bool *out_is_new)
{
    const uint32_t hash = alias_hash(topic);
    if (max > GN_MQTT_TOPIC_ALIAS_MAX)
        max = GN_MQTT_TOPIC_ALIAS_MAX;
    *out_is_new = false;
    for (uint16_t i = 0; i < aliases->count; i++) {
        const struct gn_mqtt_alias *alias = &aliases->at[i];
        if (alias->hash == hash && gn_str_equal((gn_str){ alias->topic, alias->size }, topic))
            return (uint16_t)(i + 1);
    }
    if (aliases->count >= max || gn_mqtt_alias_set(aliases, aliases->count + 1u, topic))
        return 0;
    *out_is_new = true;
    return ++aliases->count;
}

void gn_mqtt_aliases_drop(struct gn_mqtt_aliases *aliases)
{
    for (uint32_t i = 0; aliases->at != NULL && i < GN_MQTT_TOPIC_ALIAS_MAX; i++)
        gn_mem_give(aliases->at[i].topic);
    gn_mem_give(aliases->at);
    *aliases = (struct gn_mqtt_aliases){ 0 };
}
