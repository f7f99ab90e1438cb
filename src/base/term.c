/* SPDX-License-Identifier: Apache-2.0 */
#include "base/term.h"

#include "base/utf8.h"

/* Characters that move the cursor, end a line, or turn the direction of what follows. */
static bool term_is_unsafe(uint32_t c)
{
    return (c >= 0x80 && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

void gn_term_add(struct gn_buf *buf, gn_str text)
{
    static const char digits[] = "0123456789abcdef";
    while (text.size > 0) {
        uint32_t character;
        const uint8_t byte = (uint8_t)text.at[0];
        size_t size = gn_utf8_next(text, &character);
        if (size == 0 || byte < 0x20 || byte == 0x7F) {
            const char escaped[] = { '\\', 'x', digits[byte >> 4], digits[byte & 15] };
            gn_buf_add(buf, escaped, sizeof escaped);
            size = 1;
        } else if (size > 1 && term_is_unsafe(character)) {
            gn_buf_add_text(buf, "\\u{");
            for (int shift = 12; shift >= 0; shift -= 4)
                gn_buf_add_u8(buf, (uint8_t)digits[character >> shift & 15]);
            gn_buf_add_u8(buf, '}');
        } else {
            gn_buf_add(buf, text.at, size);
        }
        text = (gn_str){ text.at + size, text.size - size };
    }
}
