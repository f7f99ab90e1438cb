/* SPDX-License-Identifier: Apache-2.0 */
/* base/map.h -- text key -> uint32, fixed capacity, open addressing, seeded hash.
 *
 * Keys are borrowed: they must outlive their entry. The seed makes hash flooding from outside
 * impractical (SipHash-2-4 of libsodium). Capacity is a power of two, at most 3/4 of it is used. */
#ifndef GN_BASE_MAP_H
#define GN_BASE_MAP_H

#include "base/bytes.h"

struct gn_map_slot {
    gn_str key; /* at == NULL: empty */
    uint32_t hash;
    uint32_t value;
};

struct gn_map {
    struct gn_map_slot *slots; /* caller's */
    uint32_t capacity;
    uint32_t count;
    uint8_t seed[16];
};

void gn_map_init(struct gn_map *map, struct gn_map_slot *slots, uint32_t capacity, const uint8_t seed[static 16]);
/* EXISTS (and no change) when the key is there, FULL at 3/4. */
GN_MUST_USE gn_err gn_map_put(struct gn_map *map, gn_str key, uint32_t value);
bool gn_map_get(const struct gn_map *map, gn_str key, uint32_t *out_value);

#endif
