/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include "base/number.h"

gn_str gn_str_of(const char *nul_terminated)
{
    return (gn_str){ nul_terminated, nul_terminated == NULL ? 0 : strlen(nul_terminated) };
}

bool gn_str_equal(gn_str a, gn_str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

bool gn_str_starts(gn_str s, gn_str prefix)
{
    return s.size >= prefix.size && (prefix.size == 0 || memcmp(s.at, prefix.at, prefix.size) == 0);
}

static bool bytes_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

gn_str gn_str_trim(gn_str s)
{
    while (s.size > 0 && bytes_is_blank(s.at[s.size - 1]))
        s.size--;
    while (s.size > 0 && bytes_is_blank(s.at[0])) {
        s.at++;
        s.size--;
    }
    return s;
}

gn_str gn_str_split(gn_str s, char separator, gn_str *out_rest)
{
    const char *found = s.size > 0 ? memchr(s.at, separator, s.size) : NULL;
    if (found == NULL) {
        *out_rest = (gn_str){ 0 };
        return s;
    }
    const size_t size = (size_t)(found - s.at);
    *out_rest = (gn_str){ found + 1, s.size - size - 1 };
    return (gn_str){ s.at, size };
}

gn_err gn_str_copy(char *to, size_t capacity, gn_str from)
{
    if (capacity == 0)
        return GN_ERR_FULL;
    to[0] = '\0';
    if (from.size >= capacity)
        return GN_ERR_FULL;
    if (from.size == 0)
        return GN_OK;
    if (memchr(from.at, '\0', from.size) != NULL)
        return GN_ERR_INVAL;
    memcpy(to, from.at, from.size);
    to[from.size] = '\0';
    return GN_OK;
}

gn_err gn_parse_u64(gn_str s, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s.size; i++) {
        const unsigned digit = (unsigned char)s.at[i] - (unsigned)'0';
        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return GN_ERR_INVAL;
        value = value * 10 + digit;
    }
    if (s.size == 0)
        return GN_ERR_INVAL;
    *out = value;
    return GN_OK;
}

gn_err gn_parse_i64(gn_str s, int64_t *out)
{
    const bool negative = s.size > 0 && s.at[0] == '-';
    if (negative)
        s = (gn_str){ s.at + 1, s.size - 1 };
    uint64_t magnitude = 0;
    const gn_err err = gn_parse_u64(s, &magnitude);
    if (err || magnitude > (uint64_t)INT64_MAX + negative)
        return GN_ERR_INVAL;
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return GN_OK;
}

gn_err gn_parse_f64(gn_str s, double *out)
{
    double value;
    size_t size;
    if (gn_number_scan(s, GN_NUMBER_DECIMAL, &value, &size) || size != s.size)
        return GN_ERR_INVAL;
    *out = value;
    return GN_OK;
}

bool gn_take_u8(struct gn_reader *r, uint8_t *out)
{
    if (gn_reader_left(r) < 1)
        return false;
    *out = *r->at++;
    return true;
}

bool gn_take_u16be(struct gn_reader *r, uint16_t *out)
{
    if (gn_reader_left(r) < 2)
        return false;
    *out = (uint16_t)(r->at[0] << 8 | r->at[1]);
    r->at += 2;
    return true;
}

bool gn_take_u32be(struct gn_reader *r, uint32_t *out)
{
    if (gn_reader_left(r) < 4)
        return false;
    *out = (uint32_t)r->at[0] << 24 | (uint32_t)r->at[1] << 16 | (uint32_t)r->at[2] << 8 | r->at[3];
    r->at += 4;
    return true;
}

bool gn_take_bytes(struct gn_reader *r, size_t size, gn_bytes *out)
{
    if (gn_reader_left(r) < size)
        return false;
    *out = (gn_bytes){ r->at, size };
    if (size > 0)
        r->at += size;
    return true;
}
