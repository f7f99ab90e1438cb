/* SPDX-License-Identifier: Apache-2.0 */
/* store/archive_index.h -- what an archive has, as digests: which blocks need not be written again.
 *
 *      "history.db"  ▶  block 0: 5f31..   block 1: 90aa..   ...
 *
 * Made by reading the archive to its end, so an increment never leans on a base that is damaged. 32 bytes a block of
 * 32 KiB. Private to the room. */
#ifndef GN_STORE_ARCHIVE_INDEX_H
#define GN_STORE_ARCHIVE_INDEX_H

#include "store/archive.h"
#include "store/history_copy.h"

struct gn_archive_index_file {
    char name[GN_ARCHIVE_NAME_BYTES];
    uint64_t size;
    size_t first; /* of its digests */
};

struct gn_archive_index {
    struct gn_archive_about about;
    struct gn_archive_index_file *files;
    size_t file_count;
    struct gn_archive_digest *digests;
    size_t digest_count;
    size_t digest_capacity;
};

/* As gn_archive_open and gn_archive_next; NOT_FOUND: there is no such file. */
GN_MUST_USE gn_err gn_archive_index_read(struct gn_archive_index *index, const char *path, gn_str passphrase,
                                         gn_tell *tell, void *ctx, struct gn_diag *diag);
void gn_archive_index_fini(struct gn_archive_index *index);

/* The digest of that block, or NULL: the archive has none there, or one of another length. */
const struct gn_archive_digest *gn_archive_index_find(const struct gn_archive_index *index, const char *name,
                                                      uint64_t block, size_t bytes);

#endif
