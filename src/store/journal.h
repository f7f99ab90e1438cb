/* SPDX-License-Identifier: Apache-2.0 */
/* store/journal.h -- the append-only truth: groups of records, one fdatasync a group.
 *
 *   DIR/journal/00000000000000000001.gnj     named by the seq of its first record, 20 digits
 *
 *   segment header (64 bytes)  offset size
 *     magic "GNJOURN1"            0    8
 *     version 1                   8    4
 *     crc32 of bytes 16..63      12    4
 *     first_seq                  16    8
 *     created_ms                 24    8
 *     node id                    32   16    random, the same in all segments of a node
 *     zero                       48   16
 *   then groups, one behind the other:
 *     magic "GNG1"                0    4
 *     crc32 of bytes 8..end       4    4    seeded with the segment header's crc: bytes of another segment,
 *                                           or made up by a device, never pass for a group of this one
 *     size, header included       8    4    multiple of 8
 *     count of records           12    4
 *     first_seq                  16    8
 *     durable_seq                24    8    all records up to here were synced when this was written
 *     time_ms (wall, advisory)   32    8
 *     records (thing/record.h)   40   ...   never PAD
 *   then zeroes to the end of what was allocated ahead.
 *
 * Valid: a group counts if its magic, size, crc, and first_seq (the previous group's plus count) all
 * agree and each record in it is valid. The first that does not ends the segment. A group is all or nothing.
 *   - In an earlier segment it is damage: CORRUPT, with file and offset.
 *   - In the last one it is damage too when a valid group further behind says, in durable_seq, that the
 *     missing records had been synced; nothing is changed then. Otherwise it is what a power cut leaves of
 *     groups nobody was promised: a torn tail, and is cut.
 *
 * Threads: one owner (the journal thread). Readers open their own struct gn_journal_reader and may run
 * beside the writer; they see whole groups only. */
#ifndef GN_STORE_JOURNAL_H
#define GN_STORE_JOURNAL_H

#include "base/bytes.h"
#include "os/disk.h"
#include "thing/record.h"

struct gn_journal; /* opaque */

enum { GN_JOURNAL_PARTS_MAX = 64 }; /* parts of one append */

struct gn_journal_stats {
    uint64_t group_count; /* appended since open */
    uint64_t byte_count;  /* of all segments, without what is allocated ahead */
    uint64_t sync_count;
    uint64_t sync_us_sum;
    uint64_t sync_us_max;
    uint64_t durable_seq; /* all records up to here survive a power cut */
    uint64_t cut_bytes;   /* torn tail found at open */
    uint32_t segment_count;
};

/* Opens DIR/journal (makes it), finds and cuts a torn tail, and stands ready to append after the last
 * record; everything it then has is durable. The diag names file and offset when it is CORRUPT; nothing
 * was changed then. Reads the last segment whole: about 1 ms a MiB. */
GN_MUST_USE gn_err gn_journal_open(const struct gn_disk *disk, const char *dir, int64_t now_ms, struct gn_journal **out,
                                   struct gn_diag *diag);
void gn_journal_close(struct gn_journal *journal); /* NULL is fine */

/* Seq of the record that comes next (1 in an empty journal). */
uint64_t gn_journal_next_seq(const struct gn_journal *journal);

/* Writes one group: `parts` are whole records, in seq order, no PADs, GN_JOURNAL_GROUP_BYTES_MAX and
 * GN_JOURNAL_PARTS_MAX at most. The records are not copied and not looked at beyond the first: who appends
 * answers for them. Not durable before sync. NO_SPACE: nothing counts as written, the journal is as before,
 * try again later (also when there are GN_JOURNAL_SEGMENTS_MAX segments). IO: the journal is broken until it
 * is opened anew. INVAL: seq does not follow. Cost: one crc over the bytes and one write. */
GN_MUST_USE gn_err gn_journal_append(struct gn_journal *journal, const struct gn_iov *parts, size_t part_count,
                                     uint64_t first_seq, uint32_t record_count, int64_t now_ms);
/* After GN_OK all appended groups survive a power cut. IO is final (a failed fsync is never retried). */
GN_MUST_USE gn_err gn_journal_sync(struct gn_journal *journal);

/* Writes zeroes a little ahead of the last group. A sync behind a write into space that was only allocated has to
 * record in the file system, too, that it is used now; behind a write over zeroes it has not (measured on ext4: 108 us
 * instead of 175). For after a sync, when nobody waits. Does nothing when there is enough ahead, or when groups are so
 * large that it would cost more than it saves. IO as in append. */
GN_MUST_USE gn_err gn_journal_pave(struct gn_journal *journal);

/* Drops whole segments of which every record is below `seq`, oldest first, until at most keep_bytes
 * are left. */
GN_MUST_USE gn_err gn_journal_trim(struct gn_journal *journal, uint64_t seq, uint64_t keep_bytes);
void gn_journal_stats(const struct gn_journal *journal, struct gn_journal_stats *out);

struct gn_journal_reader; /* opaque */

/* `path`: a node's data directory, its journal directory, or one segment file. Starts at the record
 * `from_seq`, or the first one there is, whichever is later. NOT_FOUND when there is no journal. */
GN_MUST_USE gn_err gn_journal_reader_open(const struct gn_disk *disk, const char *path, uint64_t from_seq,
                                          struct gn_journal_reader **out, struct gn_diag *diag);
/* The next record, valid until the next call. NOT_FOUND at the end (call again later: a live journal
 * grows). CORRUPT with a diag; the reader then steps to the next segment. */
GN_MUST_USE gn_err gn_journal_reader_next(struct gn_journal_reader *reader, const struct gn_record_head **out,
                                          struct gn_diag *diag);
void gn_journal_reader_close(struct gn_journal_reader *reader);

#endif
