/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#include <assert.h>

enum { RING_BYTES_MIN = 4096, RING_ALIGN = 8, RING_PAD_BYTES = 8 };

gn_err gn_ring_init(struct gn_ring *ring, void *bytes, size_t size_bytes, size_t follower_count)
{
    if (bytes == NULL || (uintptr_t)bytes % RING_ALIGN != 0 || size_bytes < RING_BYTES_MIN ||
        (size_bytes & (size_bytes - 1)) != 0)
        return GN_ERR_INVAL;
    if (follower_count == 0 || follower_count > GN_RING_FOLLOWERS_MAX)
        return GN_ERR_INVAL;
    ring->bytes = bytes;
    ring->size_bytes = size_bytes;
    ring->follower_count = follower_count;
    ring->claimed = 0;
    ring->free_until = size_bytes;
    atomic_init(&ring->head.position, 0);
    for (size_t i = 0; i < GN_RING_FOLLOWERS_MAX; i++)
        atomic_init(&ring->tails[i].position, 0);
    return GN_OK;
}

/* Acquire: what the slowest follower read, it has read before we write over it. */
static uint64_t ring_slowest(const struct gn_ring *ring)
{
    uint64_t slowest = UINT64_MAX;
    for (size_t i = 0; i < ring->follower_count; i++) {
        const uint64_t tail = atomic_load_explicit(&ring->tails[i].position, memory_order_acquire);
        slowest = tail < slowest ? tail : slowest;
    }
    return slowest;
}

void *gn_ring_reserve(struct gn_ring *ring, size_t size)
{
    assert(size >= RING_ALIGN && size % RING_ALIGN == 0 && size <= ring->size_bytes / 4);
    const size_t place = (size_t)ring->claimed & (ring->size_bytes - 1);
    const size_t left = ring->size_bytes - place;
    const size_t pad = size > left ? left : 0;
    const uint64_t end = ring->claimed + pad + size;
    if (end > ring->free_until) {
        ring->free_until = ring_slowest(ring) + ring->size_bytes;
        if (end > ring->free_until)
            return NULL;
    }
    if (pad > 0) {
        const uint32_t pad_head[RING_PAD_BYTES / sizeof(uint32_t)] = { (uint32_t)pad, 0 };
        memcpy(ring->bytes + place, pad_head, sizeof pad_head);
    }
    ring->claimed = end;
    return ring->bytes + (pad > 0 ? 0 : place);
}

bool gn_ring_has_room(struct gn_ring *ring, size_t size)
{
    const uint64_t end =
        ring->claimed + 2 * (uint64_t)size; /* a pad at the wrap is smaller than what it makes way for */
    if (end > ring->free_until)
        ring->free_until = ring_slowest(ring) + ring->size_bytes;
    return end <= ring->free_until;
}

void gn_ring_publish(struct gn_ring *ring)
{
    atomic_store_explicit(&ring->head.position, ring->claimed, memory_order_release);
}

uint64_t gn_ring_head(const struct gn_ring *ring)
{
    return atomic_load_explicit(&ring->head.position, memory_order_acquire);
}

uint64_t gn_ring_claimed(const struct gn_ring *ring)
{
    return ring->claimed;
}

gn_bytes gn_ring_peek(const struct gn_ring *ring, size_t follower)
{
    assert(follower < ring->follower_count);
    const uint64_t tail = atomic_load_explicit(&ring->tails[follower].position, memory_order_relaxed);
    const uint64_t ready = gn_ring_head(ring) - tail;
    const size_t place = (size_t)tail & (ring->size_bytes - 1);
    const size_t left = ring->size_bytes - place;
    return (gn_bytes){ ring->bytes + place, ready < left ? (size_t)ready : left };
}

void gn_ring_advance(struct gn_ring *ring, size_t follower, size_t size)
{
    assert(follower < ring->follower_count && size % RING_ALIGN == 0);
    const uint64_t tail = atomic_load_explicit(&ring->tails[follower].position, memory_order_relaxed);
    assert(size <= gn_ring_head(ring) - tail);
    atomic_store_explicit(&ring->tails[follower].position, tail + size, memory_order_release);
}

uint64_t gn_ring_tail(const struct gn_ring *ring, size_t follower)
{
    assert(follower < ring->follower_count);
    return atomic_load_explicit(&ring->tails[follower].position, memory_order_acquire);
}
