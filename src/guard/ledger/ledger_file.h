/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/ledger_file.h -- groups of entries as bytes, their seals, and a reader that goes through them (private
 * to the ledger; ledger.h draws the format). */
#ifndef GN_GUARD_LEDGER_LEDGER_FILE_H
#define GN_GUARD_LEDGER_LEDGER_FILE_H

#include "base/limits.h"
#include "guard/ledger/merkle.h"
#include "guard/ledger/note.h"
#include "os/disk.h"

enum {
    GN_LEDGER_HEAD_BYTES = 20,
    GN_LEDGER_SEAL_BYTES = GN_SHA256_BYTES,
    GN_LEDGER_FILE_BYTES_MAX = GN_LEDGER_HEAD_BYTES + GN_LEDGER_GROUP_BYTES_MAX + GN_LEDGER_SEAL_BYTES,
    GN_LEDGER_SETTLED_BYTES = 80,
    GN_LEDGER_PATH_BYTES = 4096,
};

struct gn_ledger_keys { /* that follow from the log's secret key */
    struct gn_sha256 seal;
    struct gn_sha256 salt;
};
void gn_ledger_keys_make(struct gn_ledger_keys *keys, const struct gn_note_signer *signer);
struct gn_sha256 gn_ledger_mac(const struct gn_sha256 *key, gn_bytes bytes);

void gn_ledger_path(const char *dir, const char *name, char out[static GN_LEDGER_PATH_BYTES]);

struct gn_ledger_head {
    uint64_t first;
    uint32_t count;
    uint32_t bytes; /* of the entries with their sizes */
};
void gn_ledger_head_write(const struct gn_ledger_head *head, uint8_t to[static GN_LEDGER_HEAD_BYTES]);
/* False: no such head, or beyond the limits. */
bool gn_ledger_head_read(const uint8_t from[static GN_LEDGER_HEAD_BYTES], struct gn_ledger_head *out);

/* Reads the group at `offset`, whole, into `to` (GN_LEDGER_FILE_BYTES_MAX). NOT_FOUND: there is none (zeroes, or the
 * end of the file). CORRUPT: there is something that is none, or, with keys, its seal is wrong. */
GN_MUST_USE gn_err gn_ledger_group_read(const struct gn_disk *disk, struct gn_file *file, uint64_t offset,
                                        const struct gn_ledger_keys *keys, uint8_t *to, struct gn_ledger_head *out);
/* The next entry of what a group holds. False: at the end, or it is broken (then something is left in `rest`). */
bool gn_ledger_entry_next(struct gn_reader *rest, gn_bytes *out_entry);

/* `settled` */
struct gn_ledger_settled {
    uint64_t size;
    uint64_t offset;
    struct gn_sha256 root;
};
void gn_ledger_settled_write(const struct gn_ledger_settled *settled, const struct gn_ledger_keys *keys,
                             uint8_t to[static GN_LEDGER_SETTLED_BYTES]);
bool gn_ledger_settled_read(const uint8_t from[static GN_LEDGER_SETTLED_BYTES], const struct gn_ledger_keys *keys,
                            struct gn_ledger_settled *out);

#endif
