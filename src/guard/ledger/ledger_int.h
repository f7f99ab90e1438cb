/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/ledger_int.h -- an open log (private to the ledger). */
#ifndef GN_GUARD_LEDGER_LEDGER_INT_H
#define GN_GUARD_LEDGER_LEDGER_INT_H

#include "guard/ledger/ledger.h"
#include "guard/ledger/ledger_file.h"
#include "guard/ledger/tiles.h"

enum {
    GN_LEDGER_EXTENT_BYTES = 256 << 10, /* reserved at once, so that a commit's fdatasync has no size to write */
    GN_LEDGER_SETTLE_ENTRIES = 65536,
};

struct gn_ledger {
    struct gn_disk disk;
    bool read_only;
    bool failed; /* a write or a sync was: nothing more is committed */
    struct gn_file *entries, *checkpoint_file, *settled_file, *places;
    struct gn_file *hashes[GN_TILE_LEVELS];
    struct gn_note_signer signer;
    struct gn_ledger_keys keys;
    struct gn_tiles tiles; /* of what is committed */
    struct gn_merkle tree; /* likewise */
    uint64_t offset;       /* behind the last group */
    uint64_t allocated;    /* bytes of the file `entries` */
    uint64_t settled_size;
    struct gn_checkpoint signed_state; /* what the file `checkpoint` says */
    char checkpoint[GN_CHECKPOINT_BYTES_MAX];
    size_t checkpoint_size;
    uint8_t *group;     /* the next group: its head, its entries, room for the seal */
    size_t group_bytes; /* of its entries */
    uint32_t group_count;
    uint8_t *scratch; /* a group that is read */
};

/* Adds a group that is on disk to the tree. CORRUPT: its bytes are no entries. */
GN_MUST_USE gn_err gn_ledger_take_group(struct gn_ledger *ledger, const struct gn_ledger_head *head,
                                        const uint8_t *group, uint64_t offset);
/* Signs the tree as it is, and writes the checkpoint. */
GN_MUST_USE gn_err gn_ledger_sign(struct gn_ledger *ledger);
struct gn_proof_source gn_ledger_source(struct gn_ledger *ledger);

/* ledger_start.c: finds out what is there. */
GN_MUST_USE gn_err gn_ledger_start(struct gn_ledger *ledger, const char *dir, gn_str name, struct gn_diag *diag);

#endif
