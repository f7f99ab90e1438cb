/* SPDX-License-Identifier: Apache-2.0 */
#include "base/percent.h"

static int percent_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char low = (char)(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

gn_err gn_percent_decode(gn_str text, bool plus_is_blank, char *to, size_t capacity, size_t *out_size)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++, size++) {
        if (size == capacity)
            return GN_ERR_FULL;
        char c = plus_is_blank && text.at[i] == '+' ? ' ' : text.at[i];
        if (c == '%') {
            const int high = i + 2 < text.size ? percent_hex(text.at[i + 1]) : -1;
            const int low = i + 2 < text.size ? percent_hex(text.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return GN_ERR_INVAL;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0')
            return GN_ERR_INVAL;
        to[size] = c;
    }
    *out_size = size;
    return GN_OK;
}
