/* SPDX-License-Identifier: Apache-2.0 */
/* store/sample.h -- a reading as queries see it, the order of readings, and which of two is a duplicate.
 *
 *   key of a reading = (time, stamp)      stamp: 0 when the device gave the time; its seq when the node did
 *
 * Two readings of a series with the same key are the same measurement sent again, corrected perhaps: the last one
 * to arrive (the greatest seq) is kept. What the node stamped itself is never a duplicate, though a fast device
 * may well send ten values within one millisecond. Order is the order of keys: by time; at the same time first
 * what the device dated, then the others as they arrived. */
#ifndef GN_STORE_SAMPLE_H
#define GN_STORE_SAMPLE_H

#include "base/bytes.h"
#include "thing/record.h"

struct gn_sample {
    int64_t time_ms;
    uint64_t seq;
    double value;
    uint8_t quality; /* gn_quality */
};

static inline uint64_t gn_stamp(uint64_t seq, uint8_t quality)
{
    return gn_quality_is_stamped(quality) ? seq : 0;
}

/* Below, at or above zero as `a` comes before `b`, has the same key, or comes after. */
static inline int gn_sample_order(const struct gn_sample *a, const struct gn_sample *b)
{
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    const uint64_t x = gn_stamp(a->seq, a->quality);
    const uint64_t y = gn_stamp(b->seq, b->quality);
    return (x > y) - (x < y);
}

/* Sorts by key and keeps the last of each; returns how many are left. Quick when they are in order. */
uint32_t gn_samples_settle(struct gn_sample *samples, uint32_t count);

#endif
