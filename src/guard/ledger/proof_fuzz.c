/* SPDX-License-Identifier: Apache-2.0 */
/* A proof as text: what is taken is written back to the same bytes, and checking it ends. */
#include <assert.h>

#include "guard/ledger/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char out[GN_PROOF_TEXT_BYTES_MAX];
    struct gn_proof proof;
    uint64_t index;
    gn_str checkpoint;
    struct gn_buf buf = gn_buf_over(out, sizeof out);
    const gn_str text = { (const char *)data, size };
    if (size >= sizeof out || gn_proof_parse(text, &proof, &index, &checkpoint) != GN_OK)
        return 0;
    gn_proof_write(&proof, index, checkpoint, &buf);
    assert(!buf.full && gn_str_equal(gn_buf_str(&buf), text));
    const struct gn_sha256 none = { 0 };
    for (unsigned shift = 0; shift < 64; shift += 7) {
        assert(!gn_proof_includes(&proof, &none, index, UINT64_MAX >> shift, &none) ||
               proof.count == 0); /* the only entry is the root */
        assert(!gn_proof_extends(&proof, 1 + index / 2, &none, UINT64_MAX >> shift, &proof.hash[0]) ||
               proof.count == 0);
    }
    return 0;
}
