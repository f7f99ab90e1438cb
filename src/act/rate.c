/* SPDX-License-Identifier: Apache-2.0 */
#include "act/rate.h"

/* First 8 bytes of a SHA-256: what is limited differs by names, and two names must not share a limit. */
static uint64_t rate_key_of(const uint8_t *bytes, size_t size)
{
    const struct gn_sha256 hash = gn_sha256_of((gn_bytes){ bytes, size });
    uint64_t key = 0;
    for (size_t i = 0; i < sizeof key; i++)
        key = key << 8 | hash.bytes[i];
    return key;
}

uint64_t gn_rate_rule_key(uint64_t rule_key, uint32_t thing)
{
    uint8_t bytes[16];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    gn_buf_add_u8(&buf, 'r');
    gn_buf_add_u32be(&buf, (uint32_t)(rule_key >> 32));
    gn_buf_add_u32be(&buf, (uint32_t)rule_key);
    gn_buf_add_u32be(&buf, thing);
    return rate_key_of(bytes, buf.size);
}

uint64_t gn_rate_action_key(gn_str action, uint32_t thing)
{
    uint8_t bytes[GN_PROPERTY_BYTES_MAX + 8];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    gn_buf_add_u8(&buf, 'a');
    gn_buf_add_u32be(&buf, thing);
    gn_buf_add_str(&buf, action);
    return rate_key_of(bytes, buf.size);
}

static void rate_forget_dead(struct gn_act_state *state, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < state->rate_count; i++) {
        if (state->rates[i].until_ms > now_ms)
            state->rates[kept++] = state->rates[i];
    }
    for (size_t i = kept; i < state->rate_count; i++)
        state->rates[i] = (struct gn_rate_mark){ 0 };
    state->rate_count = kept;
}

bool gn_rate_allows(struct gn_act_state *state, uint64_t key, struct gn_rate rate, int64_t now_ms)
{
    if (rate.count == 0)
        return true;
    rate_forget_dead(state, now_ms);
    if (state->rate_count == GN_RATE_MARKS_MAX)
        return false;
    uint32_t alive = 0;
    for (size_t i = 0; i < state->rate_count; i++)
        alive += state->rates[i].key == key;
    return alive < rate.count;
}

void gn_rate_mark(struct gn_act_state *state, uint64_t key, struct gn_rate rate, int64_t now_ms)
{
    if (rate.count == 0 || state->rate_count == GN_RATE_MARKS_MAX)
        return;
    state->rates[state->rate_count++] = (struct gn_rate_mark){ .key = key, .until_ms = now_ms + rate.per_ms };
}
