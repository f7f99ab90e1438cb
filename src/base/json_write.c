/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/timestamp.h"
#include "base/utf8.h"

enum { JW_NUMBER_BYTES = 40, JW_DECIMALS_MAX = 9 };

static const char jw_hex_digits[] = "0123456789abcdef";

static void jw_item(struct gn_jw *w)
{
    if (w->comma)
        gn_buf_add_u8(w->buf, ',');
    w->comma = true;
}

void gn_jw_open(struct gn_jw *w, char bracket)
{
    jw_item(w);
    gn_buf_add_u8(w->buf, (uint8_t)bracket);
    w->comma = false;
}

void gn_jw_close(struct gn_jw *w, char bracket)
{
    gn_buf_add_u8(w->buf, (uint8_t)bracket);
    w->comma = true;
}

static void jw_unit(struct gn_buf *buf, uint32_t unit)
{
    const char text[] = { '\\',
                          'u',
                          jw_hex_digits[unit >> 12 & 15],
                          jw_hex_digits[unit >> 8 & 15],
                          jw_hex_digits[unit >> 4 & 15],
                          jw_hex_digits[unit & 15] };
    gn_buf_add(buf, text, sizeof text);
}

static bool jw_is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

/* The one ASCII character that may not stand as it is. */
static void jw_escape(struct gn_buf *buf, uint8_t c)
{
    static const char letters[] = "btnvfr"; /* from 8 on; JSON has no \v */
    if (c == '"' || c == '\\') {
        const uint8_t pair[] = { '\\', c };
        gn_buf_add(buf, pair, sizeof pair);
    } else if (c >= 8 && c <= 13 && c != 11) {
        const uint8_t pair[] = { '\\', (uint8_t)letters[c - 8] };
        gn_buf_add(buf, pair, sizeof pair);
    } else {
        jw_unit(buf, c);
    }
}

/* One character that is not ASCII, or one byte that is none. Returns how many bytes it was. */
static size_t jw_wide(struct gn_buf *buf, gn_str s)
{
    uint32_t character;
    const size_t size = gn_utf8_next(s, &character);
    if (size == 0) {
        gn_buf_add_text(buf, "\xEF\xBF\xBD");
        return 1;
    }
    if (character < 0xA0 || character == 0x2028 || character == 0x2029)
        jw_unit(buf, character); /* C1 controls, and what ends a line in JavaScript */
    else
        gn_buf_add(buf, s.at, size);
    return size;
}

static void jw_quoted(struct gn_buf *buf, gn_str s)
{
    gn_buf_add_u8(buf, '"');
    while (s.size > 0) {
        size_t run = 0;
        while (run < s.size && jw_is_plain((uint8_t)s.at[run]))
            run++;
        gn_buf_add(buf, s.at, run);
        s = (gn_str){ s.at + run, s.size - run };
        if (s.size == 0)
            break;
        const uint8_t c = (uint8_t)s.at[0];
        size_t step = 1;
        if (c < 0x80)
            jw_escape(buf, c);
        else
            step = jw_wide(buf, s);
        s = (gn_str){ s.at + step, s.size - step };
    }
    gn_buf_add_u8(buf, '"');
}

void gn_jw_key_str(struct gn_jw *w, gn_str key)
{
    jw_item(w);
    jw_quoted(w->buf, key);
    gn_buf_add_u8(w->buf, ':');
    w->comma = false;
}

void gn_jw_key(struct gn_jw *w, const char *key)
{
    gn_jw_key_str(w, gn_str_of(key));
}

void gn_jw_str(struct gn_jw *w, gn_str value)
{
    jw_item(w);
    jw_quoted(w->buf, value);
}

void gn_jw_text(struct gn_jw *w, const char *nul_terminated)
{
    gn_jw_str(w, gn_str_of(nul_terminated));
}

/* Writes digits backwards, ending before `end`. */
static char *jw_digits(uint64_t value, char *end)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return end;
}

/* magnitude = digits / 10^decimals with as few decimals as do, if up to nine do: digits and power are then
 * exact doubles, so whoever reads the text rounds once, to the very same bits. Nearly all readings. */
static bool jw_decimal(double magnitude, uint64_t *out_digits, int *out_decimals)
{
    double power = 1;
    for (int decimals = 0; decimals <= JW_DECIMALS_MAX; decimals++, power *= 10) {
        const double scaled = magnitude * power;
        if (scaled >= 0x1p53)
            return false;
        const double digits = nearbyint(scaled);
        if (digits / power == magnitude && digits < 0x1p53) {
            *out_digits = (uint64_t)digits;
            *out_decimals = decimals;
            return true;
        }
    }
    return false;
}

static gn_str jw_decimal_text(uint64_t digits, int decimals, char text[static JW_NUMBER_BYTES])
{
    char *end = text + JW_NUMBER_BYTES;
    char *at = end;
    for (int i = 0; i < decimals; i++, digits /= 10)
        *--at = (char)('0' + digits % 10);
    if (decimals > 0)
        *--at = '.';
    at = jw_digits(digits, at);
    return (gn_str){ at, (size_t)(end - at) };
}

__extension__ typedef unsigned __int128 jw_u128;

/* magnitude * 10^decimals to the nearest integer, ties to even: the double is an integer times 2^-shift, so this is one
 * exact product of at most 117 bits and one rounding. */
static uint64_t jw_scaled(double magnitude, int decimals)
{
    int exponent;
    jw_u128 product = (jw_u128)(uint64_t)ldexp(frexp(magnitude, &exponent), DBL_MANT_DIG);
    const int shift = DBL_MANT_DIG - exponent;
    for (int i = 0; i < decimals; i++)
        product *= 10;
    const jw_u128 half = (jw_u128)1 << (shift - 1);
    const jw_u128 rest = product & (half * 2 - 1);
    const uint64_t down = (uint64_t)(product >> shift);
    return down + (rest > half || (rest == half && (down & 1) != 0));
}

/* 15, 16 or 17 significant digits, whatever first reads back to the same bits, from 0.001 up to 10^15. What printf
 * would say, in a fifth of its time. */
static bool jw_middle(double magnitude, char text[static JW_NUMBER_BYTES], gn_str *out)
{
    static const double bounds[] = { 1e-2, 1e-1, 1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                     1e7,  1e8,  1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    int before_point = -2; /* digits there; negative: zeros behind it */
    if (magnitude < 1e-3 || magnitude >= 1e15)
        return false;
    while (magnitude >= bounds[before_point + 2])
        before_point++;
    for (int digits = 15; digits <= 17; digits++) {
        double back;
        int decimals = digits - before_point;
        uint64_t scaled = jw_scaled(magnitude, decimals);
        for (; decimals > 0 && scaled % 10 == 0; decimals--)
            scaled /= 10;
        *out = jw_decimal_text(scaled, decimals, text);
        if (!gn_parse_f64(*out, &back) && back == magnitude)
            return true;
    }
    return false;
}

/* As few significant digits as read back to the same bits. A normal double keeps any 15; the others are
 * tried from one digit on. The locale is set for this thread, so that nobody can put a comma there. */
static gn_str jw_shortest(double value, char text[static JW_NUMBER_BYTES])
{
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = uselocale(c_locale);
    int size = 0;
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        size = snprintf(text, JW_NUMBER_BYTES, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    (void)uselocale(before);
    freelocale(c_locale);
    return (gn_str){ text, (size_t)size };
}

void gn_jw_f64(struct gn_jw *w, double value)
{
    char text[JW_NUMBER_BYTES];
    gn_str shortest;
    uint64_t digits;
    int decimals;
    if (!isfinite(value)) {
        gn_jw_null(w);
        return;
    }
    jw_item(w);
    if (signbit(value))
        gn_buf_add_u8(w->buf, '-');
    const double magnitude = fabs(value);
    if (jw_decimal(magnitude, &digits, &decimals))
        shortest = jw_decimal_text(digits, decimals, text);
    else if (!jw_middle(magnitude, text, &shortest))
        shortest = jw_shortest(magnitude, text);
    gn_buf_add_str(w->buf, shortest);
}

void gn_jw_u64(struct gn_jw *w, uint64_t value)
{
    char text[JW_NUMBER_BYTES];
    jw_item(w);
    gn_buf_add_str(w->buf, jw_decimal_text(value, 0, text));
}

void gn_jw_i64(struct gn_jw *w, int64_t value)
{
    char text[JW_NUMBER_BYTES];
    jw_item(w);
    if (value < 0)
        gn_buf_add_u8(w->buf, '-');
    const uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    gn_buf_add_str(w->buf, jw_decimal_text(magnitude, 0, text));
}

void gn_jw_bool(struct gn_jw *w, bool value)
{
    jw_item(w);
    gn_buf_add_str(w->buf, value ? GN_STR("true") : GN_STR("false"));
}

void gn_jw_null(struct gn_jw *w)
{
    jw_item(w);
    gn_buf_add_str(w->buf, GN_STR("null"));
}

void gn_jw_time(struct gn_jw *w, int64_t time_ms)
{
    char text[GN_TIME_TEXT_BYTES];
    gn_time_format(time_ms, text);
    gn_jw_text(w, text);
}

void gn_jw_hex(struct gn_jw *w, gn_bytes bytes)
{
    jw_item(w);
    gn_buf_add_u8(w->buf, '"');
    for (size_t i = 0; i < bytes.size; i++) {
        const char pair[] = { jw_hex_digits[bytes.at[i] >> 4], jw_hex_digits[bytes.at[i] & 15] };
        gn_buf_add(w->buf, pair, sizeof pair);
    }
    gn_buf_add_u8(w->buf, '"');
}

void gn_jw_raw(struct gn_jw *w, gn_str json)
{
    jw_item(w);
    gn_buf_add_str(w->buf, json);
}
