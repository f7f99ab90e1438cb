/* SPDX-License-Identifier: Apache-2.0 */
/* store/journal_int.h -- the journal with sizes of one's own, for tests that want many small segments. */
#ifndef GN_STORE_JOURNAL_INT_H
#define GN_STORE_JOURNAL_INT_H

#include "store/journal.h"

struct gn_journal_sizes {
    uint64_t segment_bytes;
    uint64_t extent_bytes; /* allocated ahead */
    uint64_t pave_bytes;   /* zeroes written at a time, GN_JOURNAL_PAVE_BYTES at most */
};

GN_MUST_USE gn_err gn_journal_open_sized(const struct gn_disk *disk, const char *dir, int64_t now_ms,
                                         struct gn_journal_sizes sizes, struct gn_journal **out, struct gn_diag *diag);

#endif
