/* SPDX-License-Identifier: Apache-2.0 */
/* A signed checkpoint, and a bare one: whatever is taken is written back to the same bytes. */
#include <assert.h>
#include <stdlib.h>

#include "guard/ledger/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gn_str text = { (const char *)data, size };
    const uint8_t seed[GN_NOTE_SEED_BYTES] = { 1 };
    struct gn_note_signer signer;
    struct gn_note_key key;
    struct gn_checkpoint checkpoint;
    char out[GN_CHECKPOINT_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(out, sizeof out);
    if (gn_checkpoint_parse(text, &checkpoint) == GN_OK) {
        gn_checkpoint_write(&checkpoint, &buf);
        assert(gn_str_equal(gn_buf_str(&buf), text));
    }
    buf.size = 0;
    if (gn_note_key_parse(text, &key) == GN_OK) {
        gn_note_key_write(&key, &buf);
        assert(gn_str_equal(gn_buf_str(&buf), text));
    }
    if (gn_note_signer_make(&signer, GN_STR("fuzz.example/ledger"), seed) != GN_OK)
        abort();
    if (gn_checkpoint_open(text, &signer.key, &checkpoint) == GN_OK) {
        buf.size = 0;
        gn_checkpoint_sign(&checkpoint, &signer, &buf); /* it may have signatures of others behind ours */
        assert(buf.size <= size && checkpoint.size <= INT64_MAX);
    }
    return 0;
}
