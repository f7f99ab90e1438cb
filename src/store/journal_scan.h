/* SPDX-License-Identifier: Apache-2.0 */
/* store/journal_scan.h -- goes through the groups of one segment, through a window of memory.
 *
 *      segment   [head][group][group][group][....zeroes....]
 *      window              [=============]      256 KiB at a time, more only for a larger group
 *
 * Private to the room. Nothing read is believed before its crc is right; a header's size is checked against
 * the limits before it is used. */
#ifndef GN_STORE_JOURNAL_SCAN_H
#define GN_STORE_JOURNAL_SCAN_H

#include "store/journal_format.h"

enum { GN_SCAN_STEP_BYTES = 262144 };

struct gn_scan {
    struct gn_disk disk;
    struct gn_file *file; /* borrowed */
    struct gn_segment_head head;
    uint64_t offset;          /* of the group that comes next */
    uint64_t next_seq;        /* which its first record must have */
    uint64_t unproven_offset; /* from here to `offset` nothing says that the bytes had been synced */
    uint8_t *window;          /* GN_GROUP_BYTES_MAX + GN_SCAN_STEP_BYTES, 64-aligned */
    uint64_t window_at;       /* multiple of 8 */
    size_t window_size;
};

GN_MUST_USE gn_err gn_scan_init(struct gn_scan *scan, const struct gn_disk *disk); /* FULL: no memory */
void gn_scan_fini(struct gn_scan *scan);

/* Turns to a file. CORRUPT: its header is not one (the scan may then only be used for gn_scan_is_blank). */
GN_MUST_USE gn_err gn_scan_start(struct gn_scan *scan, struct gn_file *file);
/* The next group, whole and valid; stays until the next call. NOT_FOUND: here was none when it was asked (asking again
 * reads again). */
GN_MUST_USE gn_err gn_scan_next(struct gn_scan *scan, const struct gn_group_head **out);

/* Is the place where the next group would stand zero, or not there at all? */
GN_MUST_USE gn_err gn_scan_is_untouched(struct gn_scan *scan, bool *out_untouched);
/* True when from `offset` on there are only zeroes; *out_end is behind the last byte that is not. */
GN_MUST_USE gn_err gn_scan_is_blank(struct gn_scan *scan, uint64_t offset, bool *out_blank, uint64_t *out_end);
/* Does a valid group behind `offset` say that record next_seq had been synced? Then what stands at `offset` is
 * damage and not a torn tail. *out_seq is the first record of that group. Bounded: it gives up, and says
 * no, after having checked the crc of 256 MiB of would-be groups. */
GN_MUST_USE gn_err gn_scan_find_proof(struct gn_scan *scan, bool *out_found, uint64_t *out_seq);

#endif
