/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <assert.h>
#include <sodium.h>

_Static_assert(crypto_shorthash_KEYBYTES == 16, "the seed is the key of SipHash-2-4");
_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "folded to 32 bits below");

void gn_map_init(struct gn_map *map, struct gn_map_slot *slots, uint32_t capacity, const uint8_t seed[static 16])
{
    assert(capacity >= 4 && (capacity & (capacity - 1)) == 0);
    map->slots = slots;
    map->capacity = capacity;
    map->count = 0;
    memcpy(map->seed, seed, sizeof map->seed);
    for (uint32_t i = 0; i < capacity; i++)
        slots[i] = (struct gn_map_slot){ 0 };
}

static uint32_t map_hash(const struct gn_map *map, gn_str key)
{
    uint64_t hash;
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)key.at, key.size, map->seed);
    return (uint32_t)(hash ^ hash >> 32);
}

/* Where the key is, or the empty slot where it would go. At least a quarter of them is empty. */
static struct gn_map_slot *map_find(const struct gn_map *map, gn_str key, uint32_t hash)
{
    for (uint32_t i = hash;; i++) {
        struct gn_map_slot *slot = &map->slots[i & (map->capacity - 1)];
        if (slot->key.at == NULL || (slot->hash == hash && gn_str_equal(slot->key, key)))
            return slot;
    }
}

gn_err gn_map_put(struct gn_map *map, gn_str key, uint32_t value)
{
    if (key.at == NULL)
        key = GN_STR(""); /* NULL marks an empty slot */
    const uint32_t hash = map_hash(map, key);
    struct gn_map_slot *slot = map_find(map, key, hash);
    if (slot->key.at != NULL)
        return GN_ERR_EXISTS;
    if (map->count >= map->capacity / 4 * 3)
        return GN_ERR_FULL;
    *slot = (struct gn_map_slot){ .key = key, .hash = hash, .value = value };
    map->count++;
    return GN_OK;
}

bool gn_map_get(const struct gn_map *map, gn_str key, uint32_t *out_value)
{
    if (key.at == NULL)
        key = GN_STR("");
    const struct gn_map_slot *slot = map_find(map, key, map_hash(map, key));
    if (slot->key.at == NULL)
        return false;
    *out_value = slot->value;
    return true;
}
