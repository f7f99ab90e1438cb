/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says how the rest is cut: frames decoded in parts must give what they give in one piece. */
#include <assert.h>
#include <string.h>

#include "connect/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_BYTES = 4096 };

struct outcome {
    gn_err err;
    size_t size;
    uint8_t payload[FUZZ_BYTES];
    struct gn_buf answer;
    uint8_t answer_bytes[2 * FUZZ_BYTES];
};

static void decode(const uint8_t *data, size_t size, size_t step, struct outcome *out)
{
    static uint8_t part[FUZZ_BYTES];
    struct gn_ws ws = { 0 };
    out->err = GN_OK;
    out->size = 0;
    out->answer = gn_buf_over(out->answer_bytes, sizeof out->answer_bytes);
    for (size_t at = 0; at < size && out->err == GN_OK; at += step) {
        const size_t part_size = size - at < step ? size - at : step;
        size_t got = 0;
        memcpy(part, data + at, part_size);
        out->err = gn_ws_decode(&ws, part, part_size, &got, &out->answer);
        assert(got <= part_size && ws.header_size <= sizeof ws.header);
        memcpy(out->payload + out->size, part, got);
        out->size += got;
    }
    assert(!out->answer.full);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct outcome whole, cut;
    static uint8_t bytes[GN_WS_ANSWER_BYTES_MAX];
    struct gn_buf answer = gn_buf_over(bytes, sizeof bytes);
    size_t head_size = 0;
    if (size == 0 || size > FUZZ_BYTES)
        return 0;
    const gn_str text = { (const char *)data + 1, size - 1 };
    if (gn_ws_head_whole(text, &head_size)) {
        assert(head_size <= text.size);
        const bool taken = gn_ws_upgrade((gn_str){ text.at, head_size }, &answer);
        assert(!answer.full && answer.size > 12 && (memcmp(bytes, "HTTP/1.1 101", 12) == 0) == taken);
    }
    decode(data + 1, size - 1, size, &whole);
    decode(data + 1, size - 1, (size_t)data[0] % 17 + 1, &cut);
    assert(whole.err == cut.err && whole.size == cut.size && memcmp(whole.payload, cut.payload, cut.size) == 0);
    assert(whole.answer.size == cut.answer.size && memcmp(whole.answer_bytes, cut.answer_bytes, cut.answer.size) == 0);
    return 0;
}
