/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/proof.h -- that an entry is in a tree, and that one tree is the beginning of another (RFC 9162,
 * sections 2.1.3 and 2.1.4).
 *
 * An inclusion proof is the siblings on the way from the leaf to the root: 20 hashes among a million entries. A
 * consistency proof is the subtrees that both roots can be computed from. Making them asks for hashes of full
 * subtrees; checking them needs nothing but the two trees' sizes and roots. Pure. */
#ifndef GN_GUARD_LEDGER_PROOF_H
#define GN_GUARD_LEDGER_PROOF_H

#include "base/buf.h"
#include "guard/ledger/merkle.h"

enum {
    GN_PROOF_HASHES_MAX = 63, /* of an inclusion proof; a consistency proof within 2^62 entries has no more either */
    GN_PROOF_TEXT_BYTES_MAX = 8192,
};

struct gn_proof {
    struct gn_sha256 hash[GN_PROOF_HASHES_MAX];
    size_t count;
};

/* The hash of the full subtree of 2^level leaves that begins at leaf index << level. */
struct gn_proof_source {
    gn_err (*node)(void *self, unsigned level, uint64_t index, struct gn_sha256 *out);
    void *self;
};

/* INVAL: index not below size. Else what the source says. */
GN_MUST_USE gn_err gn_proof_inclusion(const struct gn_proof_source *source, uint64_t index, uint64_t size,
                                      struct gn_proof *out);
/* INVAL: old above new. Empty when they are equal, or old is 0. */
GN_MUST_USE gn_err gn_proof_consistency(const struct gn_proof_source *source, uint64_t old_size, uint64_t new_size,
                                        struct gn_proof *out);
/* The root of the first `size` leaves. */
GN_MUST_USE gn_err gn_proof_root(const struct gn_proof_source *source, uint64_t size, struct gn_sha256 *out);

bool gn_proof_includes(const struct gn_proof *proof, const struct gn_sha256 *leaf, uint64_t index, uint64_t size,
                       const struct gn_sha256 *root);
bool gn_proof_extends(const struct gn_proof *proof, uint64_t old_size, const struct gn_sha256 *old_root,
                      uint64_t new_size, const struct gn_sha256 *new_root);

/* The file that carries a proof away (C2SP tlog-proof):
 *
 *      c2sp.org/tlog-proof@v1
 *      index 73894
 *      gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=        the siblings, from the leaf's to the root's child
 *
 *      plant-7.example/ganglion                            and the checkpoint, as it was signed */
void gn_proof_write(const struct gn_proof *proof, uint64_t index, gn_str checkpoint, struct gn_buf *out);
/* Takes exactly what stands above: no `extra` line, no other base64, no more than 63 hashes. INVAL. *out_checkpoint
 * points into `text`. */
GN_MUST_USE gn_err gn_proof_parse(gn_str text, struct gn_proof *out, uint64_t *out_index, gn_str *out_checkpoint);

#endif
