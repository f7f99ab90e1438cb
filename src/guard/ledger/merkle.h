/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/merkle.h -- the tree of a transparency log (RFC 6962, section 2.1), grown entry by entry.
 *
 *                 root                 leaf = SHA-256(0x00 || entry)
 *              /        \              node = SHA-256(0x01 || left || right)
 *           p2            p0
 *         /    \           |           A tree of 5 has the full subtrees p2 (four leaves) and p0 (one): the
 *        n      n          |           peaks, one for each bit of the size. They are all that is kept, and all
 *       / \    / \         |           that adding a leaf and telling the root need.
 *      0   1  2   3        4
 *
 * The two prefixes keep a node from being taken for an entry. Pure; memory: 2 kB; amortised one node a leaf. */
#ifndef GN_GUARD_LEDGER_MERKLE_H
#define GN_GUARD_LEDGER_MERKLE_H

#include "base/hash.h"

enum { GN_MERKLE_LEVELS = 63 }; /* sizes below 2^63 */

struct gn_merkle {
    uint64_t size;                           /* leaves */
    struct gn_sha256 peak[GN_MERKLE_LEVELS]; /* [level] stands when that bit of the size is set */
};

struct gn_sha256 gn_merkle_leaf(gn_bytes entry);
struct gn_sha256 gn_merkle_node(const struct gn_sha256 *left, const struct gn_sha256 *right);
bool gn_sha256_equal(const struct gn_sha256 *a, const struct gn_sha256 *b);

/* All zeroes is the empty tree. */
void gn_merkle_add(struct gn_merkle *tree, struct gn_sha256 leaf);
/* SHA-256 of nothing for the empty tree. */
struct gn_sha256 gn_merkle_root(const struct gn_merkle *tree);

#endif
