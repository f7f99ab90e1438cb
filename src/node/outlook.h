/* SPDX-License-Identifier: Apache-2.0 */
/* node/outlook.h -- how fast the history grows, and so how long the disk lasts.
 *
 *      bytes in use, noted at checkpoints ──▶ one an hour, of the last day ──▶ bytes a day
 *
 * The rate is between the oldest and the newest note, once they are ten minutes apart; what happened before the node
 * started is not known. Time is the monotonic clock's. One thread notes; the rate may be read by any. */
#ifndef GN_NODE_OUTLOOK_H
#define GN_NODE_OUTLOOK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { GN_OUTLOOK_NOTES = 24 };

struct gn_outlook {
    struct {
        int64_t at_us;
        uint64_t bytes;
    } notes[GN_OUTLOOK_NOTES]; /* a ring, one an hour */
    uint32_t count;
    uint32_t next;
    _Atomic int64_t bytes_per_day; /* INT64_MIN: not known yet; below 0 it shrinks */
};

void gn_outlook_init(struct gn_outlook *outlook);
void gn_outlook_note(struct gn_outlook *outlook, int64_t now_us, uint64_t bytes);
/* Days until `free_bytes` are used up at that rate. False: not known, or it does not grow. */
bool gn_outlook_days(const struct gn_outlook *outlook, uint64_t free_bytes, double *out_days);

#endif
