/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_unpack.h"

#include "base/limits.h"
#include "base/mem.h"

static void *push_unpack_take(void *ctx, unsigned count, unsigned size)
{
    (void)ctx;
    return gn_mem_take((size_t)count * size, "push: unpacking");
}

static void push_unpack_give(void *ctx, void *bytes)
{
    (void)ctx;
    gn_mem_give(bytes);
}

gn_err gn_push_unpack_begin(struct gn_push_unpack *unpack)
{
    *unpack = (struct gn_push_unpack){ .stream = { .zalloc = push_unpack_take, .zfree = push_unpack_give } };
    unpack->is_open = inflateInit2(&unpack->stream, 16 + MAX_WBITS) == Z_OK; /* 16: gzip, and nothing else */
    return unpack->is_open ? GN_OK : GN_ERR_FULL;
}

void gn_push_unpack_end(struct gn_push_unpack *unpack)
{
    if (unpack->is_open)
        (void)inflateEnd(&unpack->stream);
    *unpack = (struct gn_push_unpack){ 0 };
}

gn_err gn_push_unpack_step(struct gn_push_unpack *unpack, gn_bytes *in, void *to, size_t capacity, size_t *out_size)
{
    z_stream *stream = &unpack->stream;
    *out_size = 0;
    if (unpack->is_over)
        return in->size == 0 ? GN_OK : GN_ERR_INVAL;
    stream->next_in = (uint8_t *)(uintptr_t)in->at; /* zlib reads it only */
    stream->avail_in = (unsigned)in->size;
    stream->next_out = to;
    stream->avail_out = (unsigned)capacity;
    const int result = inflate(stream, Z_NO_FLUSH);
    *in = (gn_bytes){ stream->next_in, stream->avail_in };
    *out_size = capacity - stream->avail_out;
    unpack->is_over = result == Z_STREAM_END;
    unpack->has_more = stream->avail_out == 0 && !unpack->is_over;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return GN_ERR_INVAL;
    const bool too_much = stream->total_out > GN_PUSH_BODY_BYTES_MAX ||
                          stream->total_out > stream->total_in * GN_PUSH_EXPANSION_MAX + GN_PUSH_UNPACK_SLACK;
    return too_much ? GN_ERR_FULL : GN_OK;
}
