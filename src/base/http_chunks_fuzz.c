/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says into which pieces the rest is cut. However they fall, the body and what follows it are the same
 * as of the whole; and what is accepted is, written again by the book, the same body. */
#include <assert.h>

#include "base/http_chunks.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_body {
    gn_err err;
    int status;
    size_t size, left;
    uint8_t bytes[GN_HTTP_BODY_BYTES_MAX];
};

static void fuzz_take(gn_str text, size_t step, struct fuzz_body *out)
{
    struct gn_http_chunks chunks = { .max = GN_HTTP_BODY_BYTES_MAX };
    struct gn_http_fault fault = { 0 };
    out->err = GN_ERR_AGAIN;
    out->size = out->left = 0;
    for (size_t at = 0; out->err == GN_ERR_AGAIN && at < text.size; at += step) {
        const size_t size = text.size - at < step ? text.size - at : step;
        gn_str piece = { text.at + at, size };
        gn_bytes part;
        while ((out->err = gn_http_chunks_take(&chunks, &piece, &part, &fault)) == GN_OK) {
            assert(part.size > 0 && (const char *)part.at >= text.at + at &&
                   (const char *)part.at + part.size <= text.at + at + size);
            assert(out->size + part.size <= sizeof out->bytes);
            memcpy(out->bytes + out->size, part.at, part.size);
            out->size += part.size;
        }
        assert(out->err != GN_ERR_AGAIN || piece.size == 0);
        out->left = text.size - at - size + piece.size;
    }
    out->status = fault.status;
    assert((out->err == GN_ERR_INVAL) == (fault.status == 400 || fault.status == 413));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_body whole, pieces;
    if (size == 0)
        return 0;
    const gn_str text = { (const char *)data + 1, size - 1 };
    fuzz_take(text, size, &whole);
    fuzz_take(text, (size_t)data[0] + 1, &pieces);
    assert(whole.err == pieces.err && whole.status == pieces.status);
    if (whole.err != GN_ERR_CLOSED)
        return 0;
    assert(whole.size == pieces.size && whole.left == pieces.left);
    assert(memcmp(whole.bytes, pieces.bytes, whole.size) == 0);
    return 0;
}
