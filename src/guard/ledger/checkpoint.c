/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/checkpoint.h"

#include <assert.h>

void gn_checkpoint_write(const struct gn_checkpoint *checkpoint, struct gn_buf *out)
{
    gn_buf_addf(out, "%s\n%llu\n", checkpoint->origin, (unsigned long long)checkpoint->size);
    gn_base64_write((gn_bytes){ checkpoint->root.bytes, GN_SHA256_BYTES }, out);
    gn_buf_add_u8(out, '\n');
}

gn_err gn_checkpoint_parse(gn_str text, struct gn_checkpoint *out)
{
    struct gn_checkpoint checkpoint = { .size = 0 };
    gn_str origin;
    gn_str size;
    gn_str root;
    if (!gn_note_line(&text, &origin) || !gn_note_line(&text, &size) || !gn_note_line(&text, &root) || text.size > 0 ||
        !gn_note_name_valid(origin) || gn_str_copy(checkpoint.origin, sizeof checkpoint.origin, origin) != GN_OK ||
        !gn_note_decimal(size, &checkpoint.size) || !gn_base64_read(root, checkpoint.root.bytes, GN_SHA256_BYTES))
        return GN_ERR_INVAL;
    *out = checkpoint;
    return GN_OK;
}

gn_err gn_checkpoint_open(gn_str note, const struct gn_note_key *key, struct gn_checkpoint *out)
{
    gn_str text;
    struct gn_checkpoint checkpoint;
    gn_err err = gn_note_open(note, key, &text);
    if (err)
        return err;
    err = gn_checkpoint_parse(text, &checkpoint);
    if (err)
        return err;
    if (strcmp(checkpoint.origin, key->name) != 0)
        return GN_ERR_INVAL;
    *out = checkpoint;
    return GN_OK;
}

void gn_checkpoint_sign(const struct gn_checkpoint *checkpoint, const struct gn_note_signer *signer, struct gn_buf *out)
{
    char text[GN_CHECKPOINT_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    gn_checkpoint_write(checkpoint, &buf);
    assert(!buf.full);
    gn_note_sign(signer, gn_buf_str(&buf), out);
}
