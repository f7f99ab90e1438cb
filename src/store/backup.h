/* SPDX-License-Identifier: Apache-2.0 */
/* store/backup.h -- a data directory into an archive, whole or only what changed since another archive.
 *
 *   order in which things are looked at          why it fits together afterwards
 *     1  history.db: one read transaction        it follows durable records only, so
 *     2  sessions.image, guard/: opened          they are replaced by a rename: an open one stays as it is
 *     3  journal/: every segment opened          the journal, looked at last, has every record the others know
 *
 * All of that is held before the first byte is written, so a journal that is trimmed meanwhile takes nothing away. It
 * does not matter whether a node runs there: nobody is stopped or asked. Secrets (guard/) go into an encrypted archive
 * only. Written to FILE.part, synced, renamed: FILE is whole, or it is not there. */
#ifndef GN_STORE_BACKUP_H
#define GN_STORE_BACKUP_H

#include "store/archive.h"

struct gn_backup_options {
    const char *dir;
    const char *file;
    const char *base;  /* NULL: whole */
    gn_str passphrase; /* empty: in clear. The base has the same */
    int64_t now_ms;
    void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t total); /* or NULL */
    void *ctx;
};

struct gn_backup_summary {
    struct gn_archive_about about;
    struct gn_archive_span span;
    uint32_t file_count;
    uint64_t source_bytes;  /* of all files */
    uint64_t archive_bytes; /* of FILE */
    bool left_out_secrets;  /* there are some, and the archive is in clear */
};

/* EXISTS: FILE is there. NOT_FOUND: no node has ever run in that directory, or there is no base. NO_SPACE, IO, CORRUPT
 * (also of the base), DENIED. The diag names file and reason; nothing is left behind after a failure. */
GN_MUST_USE gn_err gn_backup_make(const struct gn_backup_options *options, struct gn_backup_summary *out,
                                  struct gn_diag *diag);

#endif
