/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an event stream: fed whole and byte by byte it gives the same events. */
#include <assert.h>

#include "cli/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gn_sse whole;
static struct gn_sse pieces;

static void mix(uint64_t *hash, gn_str text)
{
    for (size_t i = 0; i < text.size; i++)
        *hash = (*hash ^ (uint8_t)text.at[i]) * 1099511628211u;
    *hash = (*hash ^ 256u) * 1099511628211u;
}

static gn_err keep(void *ctx, const struct gn_sse_event *event)
{
    uint64_t *hash = ctx;
    assert(event->name.size > 0 && event->name.size < GN_SSE_NAME_BYTES);
    assert(event->id.size < GN_SSE_NAME_BYTES && event->data.size <= GN_CLI_EVENT_BYTES_MAX);
    mix(hash, event->name);
    mix(hash, event->data);
    mix(hash, event->id);
    return GN_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole_hash = 0;
    uint64_t pieces_hash = 0;
    gn_sse_init(&whole);
    gn_sse_init(&pieces);
    const gn_err whole_err = gn_sse_feed(&whole, (gn_bytes){ data, size }, keep, &whole_hash);
    gn_err pieces_err = GN_OK;
    for (size_t i = 0; i < size && pieces_err == GN_OK; i++)
        pieces_err = gn_sse_feed(&pieces, (gn_bytes){ data + i, 1 }, keep, &pieces_hash);
    assert(whole_err == pieces_err && whole_hash == pieces_hash);
    return 0;
}
