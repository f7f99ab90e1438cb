/* SPDX-License-Identifier: Apache-2.0 */
/* store/restore.h -- an archive, and increments of it in order, back into a data directory.
 *
 *   whole ─▶ increment ─▶ increment ─▶ DIR.restoring/ ──all read to the end, all checked, all synced──rename──▶ DIR/
 *
 * DIR is empty or not there; until everything has proven right it stays so, and afterwards it is complete, after a
 * power cut too. Each increment must name the one before it as its base, and each block that it says is unchanged is
 * compared with what is there: a chain that does not fit is refused. Files are made new (never through a link) and only
 * under names the archive's reader lets through. */
#ifndef GN_STORE_RESTORE_H
#define GN_STORE_RESTORE_H

#include "store/archive.h"

struct gn_restore_options {
    const char *const *files; /* the whole one, then its increments */
    size_t file_count;
    const char *dir;
    gn_str passphrase;                                                        /* the same for all; empty: none */
    void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t total); /* or NULL */
    void *ctx;
};

struct gn_restore_summary {
    struct gn_archive_about about; /* of the last one */
    struct gn_archive_span span;
    uint32_t file_count;
    uint64_t byte_count;
    bool has_secrets; /* credentials came with it */
};

/* EXISTS: DIR is not empty. CORRUPT, DENIED, INVAL: of an archive, as gn_archive_next, or the chain does not fit.
 * NO_SPACE, IO. The diag names the file and the reason. After a failure DIR is as before, and DIR.restoring is gone. */
GN_MUST_USE gn_err gn_restore(const struct gn_restore_options *options, struct gn_restore_summary *out,
                              struct gn_diag *diag);

#endif
