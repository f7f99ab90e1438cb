/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/static_files.h"

#include <zlib.h>

static const struct gn_asset *static_find(const struct gn_asset *assets, size_t count, gn_str path)
{
    for (size_t i = 0; i < count; i++)
        if (gn_str_equal(path, gn_str_of(assets[i].path)))
            return &assets[i];
    return NULL;
}

/* A place of the page's own router: nothing in its last part looks like a file. */
static bool static_is_place(gn_str path)
{
    const char *slash = memrchr(path.at, '/', path.size);
    const size_t from = slash != NULL ? (size_t)(slash - path.at) : 0;
    return memchr(path.at + from, '.', path.size - from) == NULL;
}

/* gzip bytes, written out plain. What is in the binary is whole; a failure leaves the body full. */
static void static_inflate(const struct gn_asset *asset, struct gn_buf *out)
{
    /* 16 + 15: a gzip wrapper with the largest window. zlib's input is not const, but it does not write to it. */
    z_stream stream = { .avail_in = (uInt)asset->size, .next_out = out->at, .avail_out = (uInt)out->capacity };
    memcpy(&stream.next_in, &asset->bytes, sizeof stream.next_in);
    out->full = out->at == NULL || inflateInit2(&stream, 16 + 15) != Z_OK;
    if (out->full)
        return;
    out->full = inflate(&stream, Z_FINISH) != Z_STREAM_END;
    out->size = (size_t)stream.total_out;
    (void)inflateEnd(&stream);
}

void gn_static_answer_from(const struct gn_asset *assets, size_t count, const struct gn_request *request,
                           struct gn_response *response)
{
    const struct gn_asset *asset = static_find(assets, count, request->path);
    if (asset == NULL && static_is_place(request->path))
        asset = static_find(assets, count, GN_STR("/index.html"));
    if (asset == NULL) {
        gn_response_error(response, 404, "not_found", "open / for the front end", "there is no such file");
        return;
    }
    const bool hashed = gn_str_starts(gn_str_of(asset->path), GN_STR("/assets/"));
    if (asset->gzip && !request->accepts_gzip) {
        static_inflate(asset, gn_response_text(response, 200, asset->type));
    } else {
        response->status = 200;
        response->type = asset->type;
        response->gzip = asset->gzip;
        response->fixed = (gn_bytes){ asset->bytes, asset->size };
    }
    response->policy = GN_POLICY_APP;
    response->caching = hashed ? GN_CACHE_LONG : GN_CACHE_CHECK;
}

void gn_static_answer(const struct gn_request *request, struct gn_response *response)
{
    gn_static_answer_from(gn_assets, gn_asset_count, request, response);
}
