/* SPDX-License-Identifier: Apache-2.0 */
/* base/ring.h -- one writer, several followers, one buffer (the LMAX pattern).
 *
 *      writer ───────────────▶ head
 *      |  free  |  journal has not taken it  |  ...
 *      tail(min of followers)
 *
 * Holds records of any size that begin with their size (uint32, a multiple of 8, itself included). A
 * record never wraps: what is left at the end is filled with a pad record (size, type 0; as small as 8
 * bytes, so look at the type before any later field). Positions are byte counts that only grow;
 * position & (size - 1) is the place. The writer may not pass the slowest follower: reserve returns NULL,
 * and the writer stops reading its sockets.
 *
 * Threads: exactly one calls reserve/publish; each follower index belongs to exactly one thread.
 * M. Thompson et al., "Disruptor" (LMAX, 2011). */
#ifndef GN_BASE_RING_H
#define GN_BASE_RING_H

#include <stdatomic.h>

#include "base/bytes.h"

enum { GN_RING_FOLLOWERS_MAX = 4, GN_CACHE_LINE_BYTES = 64 };

struct gn_ring_cursor {
    _Alignas(GN_CACHE_LINE_BYTES) _Atomic uint64_t position;
};

struct gn_ring {
    uint8_t *bytes;    /* caller's, 8-aligned */
    size_t size_bytes; /* a power of two */
    size_t follower_count;
    /* The writer's own line: followers read the one above all the time. */
    _Alignas(GN_CACHE_LINE_BYTES) uint64_t claimed; /* end of what was reserved, not yet published */
    uint64_t free_until;                            /* cached slowest follower + size */
    struct gn_ring_cursor head;
    struct gn_ring_cursor tails[GN_RING_FOLLOWERS_MAX];
};

/* Takes caller's memory; size_bytes a power of two of at least 4096. INVAL otherwise. */
GN_MUST_USE gn_err gn_ring_init(struct gn_ring *ring, void *bytes, size_t size_bytes, size_t follower_count);

/* Room for one record of `size` (a multiple of 8, at most a quarter of the ring), or NULL when full.
 * Several may be reserved before one publish, which makes them all visible at once. */
void *gn_ring_reserve(struct gn_ring *ring, size_t size);
void gn_ring_publish(struct gn_ring *ring);
/* True when records of `size` bytes in all, none larger than that, will find room now. Writer's thread only. */
bool gn_ring_has_room(struct gn_ring *ring, size_t size);

/* Position behind the last published / reserved record: the acknowledgement token of that record. */
uint64_t gn_ring_head(const struct gn_ring *ring);
uint64_t gn_ring_claimed(const struct gn_ring *ring); /* writer's thread only */

/* What `follower` has not taken yet, up to the wrap: contiguous whole records. Empty = nothing. */
gn_bytes gn_ring_peek(const struct gn_ring *ring, size_t follower);
/* Gives back the first `size` bytes of what peek showed. */
void gn_ring_advance(struct gn_ring *ring, size_t follower, size_t size);
uint64_t gn_ring_tail(const struct gn_ring *ring, size_t follower);

#endif
