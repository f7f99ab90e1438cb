/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf8.h"

static bool is_scalar(uint32_t c)
{
    return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

static void every_character_comes_back_as_it_was_put(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        char bytes[GN_UTF8_BYTES_MAX];
        uint32_t back = UINT32_MAX;
        if (!is_scalar(c))
            continue;
        const size_t size = gn_utf8_put(c, bytes);
        assert_int_equal(size, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
        assert_int_equal(gn_utf8_next((gn_str){ bytes, size }, &back), size);
        assert_true(back == c);
        for (size_t cut = 0; cut < size; cut++)
            assert_int_equal(gn_utf8_next((gn_str){ bytes, cut }, &back), 0);
    }
}

/* The slow truth: of all sequences of up to three bytes, those are well-formed that put makes. */
static void of_all_short_sequences_only_what_put_makes_is_accepted(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 1u << 24; n += 1 + (n % 7)) {
        const char bytes[] = { (char)(n >> 16), (char)(n >> 8), (char)n };
        char again[GN_UTF8_BYTES_MAX];
        uint32_t c;
        const size_t size = gn_utf8_next((gn_str){ bytes, sizeof bytes }, &c);
        if (size == 0)
            continue;
        assert_true(is_scalar(c));
        assert_int_equal(gn_utf8_put(c, again), size);
        assert_memory_equal(bytes, again, size);
    }
}

static void malformed_sequences_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",     /* a tail without a head */
        "\xC0\xAF", /* overlong '/' */
        "\xC1\xBF",
        "\xE0\x80\xAF",
        "\xE0\x9F\xBF",
        "\xF0\x80\x80\xAF",
        "\xF0\x8F\xBF\xBF",
        "\xED\xA0\x80", /* surrogates */
        "\xED\xBF\xBF",
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF5\x80\x80\x80",
        "\xFE",
        "\xFF",
        "\xC3(",
        "\xE2\x82(",
        "\xF0\x9F\x98(",
        "\xC3",
        "\xE2\x82",
        "\xF0\x9F\x98",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint32_t c = 42;
        assert_int_equal(gn_utf8_next(gn_str_of(bad[i]), &c), 0);
        assert_int_equal(c, 42);
        assert_false(gn_utf8_valid(gn_str_of(bad[i])));
    }
}

static void one_bad_byte_is_found_wherever_it_stands(void **state)
{
    (void)state;
    char text[40];
    for (size_t size = 1; size <= sizeof text; size++) {
        for (size_t at = 0; at < size; at++) {
            memset(text, 'a', sizeof text);
            assert_true(gn_utf8_valid((gn_str){ text, size }));
            text[at] = '\xFF';
            assert_false(gn_utf8_valid((gn_str){ text, size }));
        }
    }
}

static void good_text_is_valid(void **state)
{
    (void)state;
    assert_true(gn_utf8_valid((gn_str){ 0 }));
    assert_true(gn_utf8_valid(GN_STR("Temperatur °C — 温度 🌡, eleven more bytes")));
    assert_true(gn_utf8_valid(GN_STR("\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_comes_back_as_it_was_put),
        cmocka_unit_test(of_all_short_sequences_only_what_put_makes_is_accepted),
        cmocka_unit_test(malformed_sequences_are_refused),
        cmocka_unit_test(one_bad_byte_is_found_wherever_it_stands),
        cmocka_unit_test(good_text_is_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
