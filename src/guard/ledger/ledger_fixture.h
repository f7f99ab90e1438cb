/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/ledger_fixture.h -- for tests of the ledger: reference inputs, and the tree computed from its
 * definition. */
#ifndef GN_GUARD_LEDGER_LEDGER_FIXTURE_H
#define GN_GUARD_LEDGER_LEDGER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "guard/ledger/proof.h"

enum { LEDGER_FIXTURE_LEAVES = 600 };

/* RFC 6962's definition, as it is written there: MTH(D[n]). */
static inline struct gn_sha256 fixture_root(const struct gn_sha256 *leaves, uint64_t count)
{
    uint64_t split = 1;
    if (count == 0)
        return gn_merkle_root(&(struct gn_merkle){ 0 });
    if (count == 1)
        return leaves[0];
    while (split * 2 < count)
        split *= 2;
    const struct gn_sha256 left = fixture_root(leaves, split);
    const struct gn_sha256 right = fixture_root(leaves + split, count - split);
    return gn_merkle_node(&left, &right);
}

static inline const struct gn_sha256 *fixture_leaves(void)
{
    static struct gn_sha256 leaves[LEDGER_FIXTURE_LEAVES];
    for (uint32_t i = 0; i < LEDGER_FIXTURE_LEAVES; i++)
        leaves[i] = gn_merkle_leaf((gn_bytes){ (const uint8_t *)&i, sizeof i });
    return leaves;
}

/* A source of nodes that computes each. */
static inline gn_err fixture_node(void *self, unsigned level, uint64_t index, struct gn_sha256 *out)
{
    *out = fixture_root((const struct gn_sha256 *)self + (index << level), UINT64_C(1) << level);
    return GN_OK;
}

static inline void must_be_hex(struct gn_sha256 hash, const char *hex)
{
    char text[2 * GN_SHA256_BYTES + 1];
    gn_hex((gn_bytes){ hash.bytes, sizeof hash.bytes }, text);
    assert_string_equal(text, hex);
}

#endif
