/* SPDX-License-Identifier: Apache-2.0 */
/* act/near_miss.h -- "did you mean": the known word closest to what was written.
 *
 * Distance: insertions, deletions, substitutions and swaps of neighbours (F. Damerau, "A technique for computer
 * detection and correction of spelling errors", 1964, in its restricted form), counted in bytes. A word is near
 * when at most a third of it, and never more than 3, would have to change. Cost: product of the two lengths;
 * words beyond 64 bytes are never near. No allocation. */
#ifndef GN_ACT_NEAR_MISS_H
#define GN_ACT_NEAR_MISS_H

#include "base/bytes.h"

struct gn_near_miss {
    gn_str written; /* what stands in the file */
    gn_str best;    /* the nearest word offered so far, or empty */
    size_t distance;
};

static inline struct gn_near_miss gn_near_miss_of(gn_str written)
{
    return (struct gn_near_miss){ .written = written, .distance = (size_t)-1 };
}

/* Offers one known word; of equally near ones the first wins. */
void gn_near_miss_offer(struct gn_near_miss *miss, gn_str known);

/* Number of edits between two words; (size_t)-1 when one is too long to be compared. */
size_t gn_edit_distance(gn_str a, gn_str b);

#endif
