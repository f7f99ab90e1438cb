/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_ids.h"

#include <string.h>

#include "base/mem.h"

enum { IDS_COUNT_MIN = 8 };

/* Where the id is, or would be. */
static uint16_t ids_place(const struct gn_mqtt_ids *ids, uint16_t id)
{
    uint16_t low = 0, high = ids->count;
    while (low < high) {
        const uint16_t middle = (uint16_t)(low + (high - low) / 2);
        if (ids->at[middle] < id)
            low = (uint16_t)(middle + 1);
        else
            high = middle;
    }
    return low;
}

bool gn_mqtt_ids_has(const struct gn_mqtt_ids *ids, uint16_t id)
{
    const uint16_t place = ids_place(ids, id);
    return place < ids->count && ids->at[place] == id;
}

static bool ids_grow(struct gn_mqtt_ids *ids)
{
    const uint16_t capacity = ids->capacity > 0 ? (uint16_t)(ids->capacity * 2) : IDS_COUNT_MIN;
    uint16_t *larger = gn_mem_take(capacity * sizeof *larger, "mqtt packet ids");
    if (larger == NULL)
        return false;
    if (ids->count > 0)
        memcpy(larger, ids->at, ids->count * sizeof *larger);
    gn_mem_give(ids->at);
    ids->at = larger;
    ids->capacity = capacity;
    return true;
}

gn_err gn_mqtt_ids_add(struct gn_mqtt_ids *ids, uint16_t id)
{
    const uint16_t place = ids_place(ids, id);
    if (place < ids->count && ids->at[place] == id)
        return GN_ERR_EXISTS;
    if (ids->count >= GN_MQTT_RECEIVE_MAXIMUM || (ids->count == ids->capacity && !ids_grow(ids)))
        return GN_ERR_FULL;
    memmove(ids->at + place + 1, ids->at + place, (size_t)(ids->count - place) * sizeof *ids->at);
    ids->at[place] = id;
    ids->count++;
    return GN_OK;
}

bool gn_mqtt_ids_remove(struct gn_mqtt_ids *ids, uint16_t id)
{
    const uint16_t place = ids_place(ids, id);
    if (place >= ids->count || ids->at[place] != id)
        return false;
    ids->count--;
    memmove(ids->at + place, ids->at + place + 1, (size_t)(ids->count - place) * sizeof *ids->at);
    return true;
}

void gn_mqtt_ids_drop(struct gn_mqtt_ids *ids)
{
    gn_mem_give(ids->at);
    *ids = (struct gn_mqtt_ids){ 0 };
}
