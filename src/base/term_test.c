/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/term.h"
#include "base/utf8.h"

static const char *safe(gn_str text)
{
    static char out[256];
    struct gn_buf buf = gn_buf_over(out, sizeof out - 1);
    gn_term_add(&buf, text);
    assert_false(buf.full);
    out[buf.size] = '\0';
    return out;
}

static void plain_text_stays(void **state)
{
    (void)state;
    assert_string_equal(safe(GN_STR("pump 3: 21.5 °C, 温度 🌡 \\o/")), "pump 3: 21.5 °C, 温度 🌡 \\o/");
    assert_string_equal(safe((gn_str){ 0 }), "");
}

static void controls_are_spelled(void **state)
{
    (void)state;
    assert_string_equal(safe(GN_STR("a\x1b[31mb")), "a\\x1b[31mb");
    assert_string_equal(safe(GN_STR("a\nb\tc\0d")), "a\\x0ab\\x09c\\x00d");
    assert_string_equal(safe(GN_STR("\x7F")), "\\x7f");
    assert_string_equal(safe(GN_STR("\xC2\x9B")), "\\u{009b}"); /* the one-byte form of ESC [ */
}

static void what_turns_the_direction_is_spelled(void **state)
{
    (void)state;
    assert_string_equal(safe(GN_STR("\xE2\x80\xAE"
                                    "exe.txt")),
                        "\\u{202e}exe.txt");
    assert_string_equal(safe(GN_STR("\xE2\x81\xA6\xE2\x81\xA9\xE2\x80\x8F\xD8\x9C\xE2\x80\xA8")),
                        "\\u{2066}\\u{2069}\\u{200f}\\u{061c}\\u{2028}");
}

static void what_is_not_utf8_is_spelled_byte_by_byte(void **state)
{
    (void)state;
    assert_string_equal(safe(GN_STR("\xFF\xC3(")), "\\xff\\xc3(");
    assert_string_equal(safe(GN_STR("\xE2\x82")), "\\xe2\\x82");
}

/* Whatever goes in, what comes out moves no cursor. */
static void no_single_character_gets_through_that_could_steer(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x3000; c++) {
        char bytes[GN_UTF8_BYTES_MAX];
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        const char *out = safe((gn_str){ bytes, gn_utf8_put(c, bytes) });
        uint32_t first = 0;
        assert_true(gn_utf8_next(gn_str_of(out), &first) > 0);
        assert_true(first >= 0x20 && first != 0x7F && !(first >= 0x80 && first < 0xA0));
        assert_true(first < 0x2028 || first > 0x202E);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(controls_are_spelled),
        cmocka_unit_test(what_turns_the_direction_is_spelled),
        cmocka_unit_test(what_is_not_utf8_is_spelled_byte_by_byte),
        cmocka_unit_test(no_single_character_gets_through_that_could_steer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
