/* SPDX-License-Identifier: Apache-2.0 */
/* store/history_copy.h -- history.db as of one moment, while somebody writes to it.
 *
 *   DIR/history.db + -wal ──one read transaction──▶ SQLite's online backup ──▶ a file without a name in DIR
 *
 * The copy lies in the data directory, where its bytes lie anyway, and never where a backup goes: that one may be
 * encrypted. Its name is gone before the first byte is in it, so nothing is left of it, whatever happens. Writers are
 * not held up; the WAL cannot be reset meanwhile, and grows by what is written. Private to the room. */
#ifndef GN_STORE_HISTORY_COPY_H
#define GN_STORE_HISTORY_COPY_H

#include "store/history_db.h"

struct gn_history_copy {
    int fd; /* -1: there is no history yet */
    uint64_t size;
    uint64_t checkpoint_seq;
};

/* Called now and then while something takes long; `total` 0: not known. */
typedef void gn_tell(void *ctx, const char *what, uint64_t done, uint64_t total);

/* NO_SPACE: fewer than GN_BACKUP_SPARE_BYTES would be left; CORRUPT, IO: it cannot be read. The diag says what. */
GN_MUST_USE gn_err gn_history_copy_make(const char *dir, gn_tell *tell, void *ctx, struct gn_history_copy *out,
                                        struct gn_diag *diag);
void gn_history_copy_close(struct gn_history_copy *copy);

#endif
