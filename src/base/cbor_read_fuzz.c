/* SPDX-License-Identifier: Apache-2.0 */
/* Arbitrary bytes as CBOR: the tokens nest properly, stay within the bytes and the limits, and an error is final. */
#include <assert.h>
#include <math.h>

#include "base/cbor_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_text(const struct gn_json_token *token)
{
    assert(token->text.size <= GN_JSON_STRING_BYTES_MAX);
    assert(token->boolean || gn_utf8_valid(token->text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_cbor cbor;
    size_t opened = 0, closed = 0, offset;
    gn_cbor_init(&cbor, (gn_bytes){ data, size });
    for (size_t count = 0;; count++) {
        const struct gn_json_token token = gn_cbor_next(&cbor);
        assert(cbor.at >= cbor.begin && cbor.at <= cbor.end && cbor.depth <= GN_JSON_DEPTH_MAX);
        assert(count <= 2 * size + 2);
        opened += token.kind == GN_JSON_OBJECT || token.kind == GN_JSON_ARRAY;
        closed += token.kind == GN_JSON_OBJECT_END || token.kind == GN_JSON_ARRAY_END;
        if (token.kind == GN_JSON_KEY || token.kind == GN_JSON_STRING)
            fuzz_text(&token);
        if (token.kind == GN_JSON_NUMBER)
            assert(isfinite(token.number));
        if (token.kind == GN_JSON_END)
            assert(opened == closed && cbor.at == cbor.end);
        if (token.kind == GN_JSON_ERROR)
            assert(gn_cbor_error(&cbor, &offset)[0] != '\0' && gn_cbor_next(&cbor).kind == GN_JSON_ERROR);
        if (token.kind == GN_JSON_END || token.kind == GN_JSON_ERROR)
            return 0;
    }
}
