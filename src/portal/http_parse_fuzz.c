/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says into which pieces the rest is cut; a request is parsed, read, admitted nowhere. However the
 * pieces fall, the answer is the same as for the whole. */
#include <assert.h>
#include <stdlib.h>

#include "portal/http_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_inside(gn_str text, gn_str part)
{
    assert(part.size == 0 || (part.at >= text.at && part.at + part.size <= text.at + text.size));
}

static void fuzz_read(const struct gn_http_head *head)
{
    struct gn_exchange *exchange = gn_exchange_new();
    if (exchange == NULL)
        abort();
    const struct gn_http_fault fault = gn_http_read(head, "g", exchange);
    const gn_str path = exchange->request.path;
    if (fault.status == 0) {
        assert(path.size > 0 && path.at[0] == '/' && gn_utf8_valid(path));
        assert(memchr(path.at, 0, path.size) == NULL && memmem(path.at, path.size, "//", 2) == NULL);
        assert(memmem(path.at, path.size, "/../", 4) == NULL);
    }
    gn_exchange_free(exchange);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_http_head whole;
    struct gn_http_head pieces;
    struct gn_http_fault fault = { 0 };
    size_t whole_size = 0;
    size_t pieces_size = 0;
    size_t seen = 0;
    if (size == 0)
        return 0;
    const size_t step = (size_t)data[0] + 1;
    const gn_str text = { (const char *)data + 1, size - 1 };
    const gn_err err = gn_http_parse(text, &seen, &whole, &whole_size, &fault);
    assert(err != GN_ERR_INVAL || (fault.status >= 400 && fault.close));
    if (err != GN_OK)
        return 0;
    assert(whole_size <= text.size && whole.header_count <= GN_HTTP_HEADERS_MAX);
    fuzz_inside(text, whole.method);
    fuzz_inside(text, whole.target);
    for (size_t i = 0; i < whole.header_count; i++) {
        fuzz_inside(text, whole.headers[i].name);
        fuzz_inside(text, whole.headers[i].value);
    }
    gn_err last = GN_ERR_AGAIN;
    seen = 0;
    for (size_t at = 0; last == GN_ERR_AGAIN; at += step) {
        const gn_str part = { text.at, at < text.size ? at : text.size };
        last = gn_http_parse(part, &seen, &pieces, &pieces_size, &fault);
        if (at >= text.size)
            break;
    }
    assert(last == GN_OK && pieces_size == whole_size && pieces.header_count == whole.header_count);
    fuzz_read(&whole);
    return 0;
}
