/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/checkpoint.h -- what a log says of itself: its name, its size, its root (C2SP tlog-checkpoint).
 *
 *      plant-7.example/ganglion
 *      20852
 *      sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
 *
 * Signed as a note (note.h) it is the one thing to remember of a log: whoever has it finds out whether anything before
 * it was changed later. The name is the log's origin and the name of its key. Our logs write no further lines; one with
 * further lines is refused. */
#ifndef GN_GUARD_LEDGER_CHECKPOINT_H
#define GN_GUARD_LEDGER_CHECKPOINT_H

#include "guard/ledger/merkle.h"
#include "guard/ledger/note.h"

enum { GN_CHECKPOINT_BYTES_MAX = 512 }; /* signed once: one sector, so it is on a disk whole or as it was */

struct gn_checkpoint {
    char origin[GN_NOTE_NAME_BYTES_MAX + 1];
    uint64_t size;
    struct gn_sha256 root;
};

void gn_checkpoint_write(const struct gn_checkpoint *checkpoint, struct gn_buf *out);
/* The text without signatures. INVAL. */
GN_MUST_USE gn_err gn_checkpoint_parse(gn_str text, struct gn_checkpoint *out);
/* A signed one. As gn_note_open; INVAL too when its origin is not the name of the key. */
GN_MUST_USE gn_err gn_checkpoint_open(gn_str note, const struct gn_note_key *key, struct gn_checkpoint *out);
void gn_checkpoint_sign(const struct gn_checkpoint *checkpoint, const struct gn_note_signer *signer,
                        struct gn_buf *out);

#endif
