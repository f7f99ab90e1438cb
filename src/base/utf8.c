/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <assert.h>

/* Unicode 15, table 3-7: the second byte's range depends on the first, all later ones are 80..BF. */
struct utf8_lead {
    uint8_t size;
    uint8_t low;
    uint8_t high;
};

static struct utf8_lead utf8_lead_of(uint8_t lead)
{
    if (lead < 0xC2 || lead > 0xF4)
        return (struct utf8_lead){ 0, 0, 0 };
    if (lead < 0xE0)
        return (struct utf8_lead){ 2, 0x80, 0xBF };
    if (lead < 0xF0)
        return (struct utf8_lead){ 3, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF };
    return (struct utf8_lead){ 4, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF };
}

size_t gn_utf8_next(gn_str s, uint32_t *out)
{
    if (s.size == 0)
        return 0;
    const uint8_t *at = (const uint8_t *)s.at;
    if (at[0] < 0x80) {
        *out = at[0];
        return 1;
    }
    const struct utf8_lead lead = utf8_lead_of(at[0]);
    if (lead.size == 0 || s.size < lead.size || at[1] < lead.low || at[1] > lead.high)
        return 0;
    uint32_t character = at[0] & (0x7Fu >> lead.size);
    for (size_t i = 1; i < lead.size; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        character = character << 6 | (at[i] & 0x3Fu);
    }
    *out = character;
    return lead.size;
}

size_t gn_utf8_put(uint32_t character, char out[static GN_UTF8_BYTES_MAX])
{
    assert(character <= 0x10FFFF && (character < 0xD800 || character > 0xDFFF));
    if (character < 0x80) {
        out[0] = (char)character;
        return 1;
    }
    const size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (character & 0x3F));
        character >>= 6;
    }
    out[0] = (char)((0xF00u >> size & 0xF0) | character);
    return size;
}

bool gn_utf8_valid(gn_str s)
{
    while (s.size > 0) {
        uint64_t word;
        if (s.size >= sizeof word) {
            memcpy(&word, s.at, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                s = (gn_str){ s.at + sizeof word, s.size - sizeof word };
                continue;
            }
        }
        uint32_t character;
        const size_t size = gn_utf8_next(s, &character);
        if (size == 0)
            return false;
        s = (gn_str){ s.at + size, s.size - size };
    }
    return true;
}
