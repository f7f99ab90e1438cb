/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an HTTP response: fed whole and byte by byte it comes to the same end with the same body. */
#include <assert.h>

#include "cli/http_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct body {
    uint64_t hash;
    size_t size;
};

static gn_err keep(void *ctx, gn_bytes bytes)
{
    struct body *body = ctx;
    assert(bytes.size > 0);
    for (size_t i = 0; i < bytes.size; i++)
        body->hash = (body->hash ^ bytes.at[i]) * 1099511628211u;
    body->size += bytes.size;
    return GN_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_http_reply whole = gn_http_reply_fresh();
    struct gn_http_reply pieces = gn_http_reply_fresh();
    struct body whole_body = { 0 };
    struct body pieces_body = { 0 };
    const gn_err whole_err = gn_http_reply_feed(&whole, (gn_bytes){ data, size }, keep, &whole_body);
    gn_err pieces_err = GN_OK;
    for (size_t i = 0; i < size && pieces_err == GN_OK; i++)
        pieces_err = gn_http_reply_feed(&pieces, (gn_bytes){ data + i, 1 }, keep, &pieces_body);
    assert(whole_err == pieces_err);
    assert(whole.state == pieces.state && whole.status == pieces.status);
    assert(whole_body.size == pieces_body.size && whole_body.hash == pieces_body.hash);
    assert(whole_body.size <= size);
    assert(gn_http_reply_eof(&whole) == gn_http_reply_eof(&pieces));
    return 0;
}
