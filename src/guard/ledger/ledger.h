/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/ledger.h -- the node's transparency log: entries that nobody can change afterwards unseen.
 *
 *   DIR/key          PRIVATE+KEY+NAME+...     mode 0600; made once
 *   DIR/key.pub      NAME+...                 for whoever checks
 *   DIR/checkpoint   the signed size and root, of the last commit
 *   DIR/entries      groups, one a commit, and zeroes behind the last:
 *       "GNL1" · count u32 · first u64 · bytes u32 · (size u16 · entry)... · seal[32]           big endian
 *   DIR/hashes.L     tiles one after the other (tiles.h)
 *   DIR/places       for each 256th entry: u64, where in `entries` its group begins
 *   DIR/settled      size u64 · offset u64 · root[32] · seal[32]: so far hashes and places are known to be on disk
 *
 * Persist before sign: a commit writes the group, waits for fdatasync, and only then signs the checkpoint. So there are
 * never two checkpoints of one size: after a power cut every whole group counts, told from a torn one by its seal (HMAC
 * with a key that follows from the log's), and signing it again gives the same bytes. One fdatasync a commit: tiles and
 * places follow from the entries, are written without waiting, and made durable together every 65536 entries.
 *
 * A start reads `settled`, 64 KiB of hashes, and the groups behind it. A checkpoint above what the entries give, or
 * with another root, is CORRUPT and nothing is ever signed over it. A failed write or sync is final until the log is
 * opened again; a full disk refuses the commit and changes nothing.
 *
 * What it cannot know: that the whole directory was put back to an older copy. That takes a witness, somebody who
 * remembers a checkpoint. Memory: 2.2 MiB. One thread. */
#ifndef GN_GUARD_LEDGER_LEDGER_H
#define GN_GUARD_LEDGER_LEDGER_H

#include "base/limits.h"
#include "guard/ledger/checkpoint.h"
#include "guard/ledger/proof.h"
#include "os/disk.h"

struct gn_ledger; /* opaque */

/* Opens the log in a directory, or makes it with a new key of that name (the name of an existing one stays). CORRUPT,
 * with the file and the entry in the diag, when what is there does not fit together. */
GN_MUST_USE gn_err gn_ledger_open(const struct gn_disk *disk, const char *dir, gn_str name, struct gn_ledger **out,
                                  struct gn_diag *diag);
/* The same to read only, also while its owner has it open: up to the checkpoint, changing nothing. */
GN_MUST_USE gn_err gn_ledger_open_read(const struct gn_disk *disk, const char *dir, struct gn_ledger **out,
                                       struct gn_diag *diag);
/* Settles what is committed; what is not committed is dropped. NULL is fine. */
void gn_ledger_close(struct gn_ledger *ledger);

/* Puts an entry into the next group. INVAL: empty or above GN_LEDGER_ENTRY_BYTES_MAX. FULL: commit first. */
GN_MUST_USE gn_err gn_ledger_append(struct gn_ledger *ledger, gn_bytes entry, uint64_t *out_index);
/* Makes the group durable, then signs. NO_SPACE: nothing changed, try again. Other errors are final. */
GN_MUST_USE gn_err gn_ledger_commit(struct gn_ledger *ledger);

uint64_t gn_ledger_size(const struct gn_ledger *ledger);     /* committed entries */
gn_str gn_ledger_checkpoint(const struct gn_ledger *ledger); /* signed, of that size; until the next commit */
const struct gn_note_key *gn_ledger_key(const struct gn_ledger *ledger);

/* INVAL: not below the committed size. `to` has GN_LEDGER_ENTRY_BYTES_MAX bytes. */
GN_MUST_USE gn_err gn_ledger_read(struct gn_ledger *ledger, uint64_t index, uint8_t *to, size_t *out_size);
GN_MUST_USE gn_err gn_ledger_prove(struct gn_ledger *ledger, uint64_t index, struct gn_proof *out);
GN_MUST_USE gn_err gn_ledger_consistency(struct gn_ledger *ledger, uint64_t old_size, struct gn_proof *out);
GN_MUST_USE gn_err gn_ledger_root(struct gn_ledger *ledger, uint64_t size, struct gn_sha256 *out);

/* The salt of what an entry commits to: HMAC of `subject` with a key that follows from the log's, so that the same
 * subject has the same salt after a restart, and nobody without the key can try bodies until one fits. */
struct gn_sha256 gn_ledger_salt(const struct gn_ledger *ledger, gn_str subject);
/* SHA-256(salt || body). */
struct gn_sha256 gn_ledger_commitment(const struct gn_sha256 *salt, gn_bytes body);

#endif
