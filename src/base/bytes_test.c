/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/bytes.h"

static void assert_text(gn_str s, const char *text)
{
    assert_int_equal(s.size, strlen(text));
    assert_memory_equal(s.at != NULL ? s.at : "", text, s.size);
}

static void slices_compare_by_bytes(void **state)
{
    (void)state;
    assert_true(gn_str_equal(GN_STR("abc"), gn_str_of("abc")));
    assert_false(gn_str_equal(GN_STR("abc"), GN_STR("abd")));
    assert_false(gn_str_equal(GN_STR("abc"), GN_STR("ab")));
    assert_true(gn_str_equal((gn_str){ 0 }, GN_STR("")));
    assert_true(gn_str_equal(gn_str_of(NULL), GN_STR("")));
    assert_true(gn_str_starts(GN_STR("things/x"), GN_STR("things/")));
    assert_true(gn_str_starts(GN_STR("x"), (gn_str){ 0 }));
    assert_false(gn_str_starts(GN_STR("thing"), GN_STR("things/")));
}

static void trim_takes_blanks_from_both_ends_only(void **state)
{
    (void)state;
    assert_text(gn_str_trim(GN_STR(" \t a b\r\n")), "a b");
    assert_text(gn_str_trim(GN_STR(" \n ")), "");
    assert_text(gn_str_trim((gn_str){ 0 }), "");
}

static void split_takes_the_first_part(void **state)
{
    (void)state;
    gn_str rest;
    assert_text(gn_str_split(GN_STR("a/b/c"), '/', &rest), "a");
    assert_text(rest, "b/c");
    assert_text(gn_str_split(GN_STR("/b"), '/', &rest), "");
    assert_text(rest, "b");
    assert_text(gn_str_split(GN_STR("abc"), '/', &rest), "abc");
    assert_text(rest, "");
    assert_null(rest.at);
    assert_text(gn_str_split((gn_str){ 0 }, '/', &rest), "");
}

static void a_copy_fits_or_is_empty(void **state)
{
    (void)state;
    char to[4] = "zzz";
    assert_int_equal(gn_str_copy(to, sizeof to, GN_STR("abc")), GN_OK);
    assert_string_equal(to, "abc");
    assert_int_equal(gn_str_copy(to, sizeof to, GN_STR("abcd")), GN_ERR_FULL);
    assert_string_equal(to, "");
    assert_int_equal(gn_str_copy(to, sizeof to, (gn_str){ 0 }), GN_OK);
    assert_string_equal(to, "");
    assert_int_equal(gn_str_copy(to, 0, GN_STR("")), GN_ERR_FULL);
}

static void a_copy_with_a_nul_inside_is_refused(void **state)
{
    (void)state;
    char to[8] = "zzz";
    assert_int_equal(gn_str_copy(to, sizeof to, GN_STR("a\0b")), GN_ERR_INVAL);
    assert_string_equal(to, "");
}

static void whole_numbers_parse_up_to_their_ends(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    assert_int_equal(gn_parse_u64(GN_STR("18446744073709551615"), &u), GN_OK);
    assert_true(u == UINT64_MAX);
    assert_int_equal(gn_parse_u64(GN_STR("18446744073709551616"), &u), GN_ERR_INVAL);
    assert_int_equal(gn_parse_u64(GN_STR("99999999999999999999"), &u), GN_ERR_INVAL);
    assert_true(u == UINT64_MAX); /* untouched */
    assert_int_equal(gn_parse_u64(GN_STR("007"), &u), GN_OK);
    assert_true(u == 7);
    assert_int_equal(gn_parse_i64(GN_STR("9223372036854775807"), &i), GN_OK);
    assert_true(i == INT64_MAX);
    assert_int_equal(gn_parse_i64(GN_STR("9223372036854775808"), &i), GN_ERR_INVAL);
    assert_int_equal(gn_parse_i64(GN_STR("-9223372036854775808"), &i), GN_OK);
    assert_true(i == INT64_MIN);
    assert_int_equal(gn_parse_i64(GN_STR("-9223372036854775809"), &i), GN_ERR_INVAL);
    assert_true(i == INT64_MIN);
}

static void what_is_no_whole_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1.", "1e3", "0x1", "--1", "\xD9\xA1", "1-" };
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        uint64_t u;
        int64_t i;
        assert_int_equal(gn_parse_u64(gn_str_of(bad[k]), &u), GN_ERR_INVAL);
        assert_int_equal(gn_parse_i64(gn_str_of(bad[k]), &i), GN_ERR_INVAL);
    }
    uint64_t u;
    assert_int_equal(gn_parse_u64(GN_STR("-1"), &u), GN_ERR_INVAL);
}

static void decimals_parse_as_firmware_prints_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {
        { "21.5", 21.5 }, { "-0.25", -0.25 }, { "+5", 5 }, { "007.50", 7.5 },
        { "1e3", 1000 },  { "1E-2", 0.01 },   { "0", 0 },
    };
    for (size_t k = 0; k < sizeof good / sizeof good[0]; k++) {
        double value = 99;
        assert_int_equal(gn_parse_f64(gn_str_of(good[k].text), &value), GN_OK);
        assert_true(value == good[k].value);
    }
}

static void what_is_no_decimal_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",   "-",  "nan", "NaN", "inf", "-inf",  "Infinity", "1e999", "-1e999", " 1",    "1 ",   "0x10",
        "1.", ".5", "1e",  "1e+", "1,5", "1.5.2", "--1",      "1f",    "+-1",    "1e5.5", "1e 5",
    };
    double value = 99;
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
        assert_int_equal(gn_parse_f64(gn_str_of(bad[k]), &value), GN_ERR_INVAL);
    assert_true(value == 99);
}

static void a_reader_takes_all_or_nothing(void **state)
{
    (void)state;
    const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    struct gn_reader r = gn_reader_of((gn_bytes){ bytes, sizeof bytes });
    uint8_t u8 = 0;
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    gn_bytes rest = { 0 };
    assert_true(gn_take_u8(&r, &u8));
    assert_int_equal(u8, 1);
    assert_true(gn_take_u16be(&r, &u16));
    assert_int_equal(u16, 0x0203);
    assert_true(gn_take_u32be(&r, &u32));
    assert_int_equal(u32, 0x04050607);
    assert_int_equal(gn_reader_left(&r), 1);
    assert_false(gn_take_u16be(&r, &u16));
    assert_false(gn_take_u32be(&r, &u32));
    assert_false(gn_take_bytes(&r, 2, &rest));
    assert_int_equal(gn_reader_left(&r), 1);
    assert_int_equal(u16, 0x0203); /* untouched */
    assert_true(gn_take_bytes(&r, 1, &rest));
    assert_ptr_equal(rest.at, bytes + 7);
    assert_false(gn_take_u8(&r, &u8));
    assert_true(gn_take_bytes(&r, 0, &rest));
    assert_false(gn_take_bytes(&r, SIZE_MAX, &rest));
}

static void the_top_bit_survives_reading(void **state)
{
    (void)state;
    const uint8_t bytes[] = { 0xFF, 0xFE, 0xFD, 0xFC, 0xFF, 0xFF };
    struct gn_reader r = gn_reader_of((gn_bytes){ bytes, sizeof bytes });
    uint16_t u16;
    uint32_t u32;
    assert_true(gn_take_u32be(&r, &u32));
    assert_true(u32 == 0xFFFEFDFC);
    assert_true(gn_take_u16be(&r, &u16));
    assert_int_equal(u16, 0xFFFF);
}

static void a_reader_over_nothing_is_empty(void **state)
{
    (void)state;
    struct gn_reader r = gn_reader_of((gn_bytes){ 0 });
    uint8_t u8;
    gn_bytes none;
    assert_int_equal(gn_reader_left(&r), 0);
    assert_false(gn_take_u8(&r, &u8));
    assert_true(gn_take_bytes(&r, 0, &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_compare_by_bytes),
        cmocka_unit_test(trim_takes_blanks_from_both_ends_only),
        cmocka_unit_test(split_takes_the_first_part),
        cmocka_unit_test(a_copy_fits_or_is_empty),
        cmocka_unit_test(a_copy_with_a_nul_inside_is_refused),
        cmocka_unit_test(whole_numbers_parse_up_to_their_ends),
        cmocka_unit_test(what_is_no_whole_number_is_refused),
        cmocka_unit_test(decimals_parse_as_firmware_prints_them),
        cmocka_unit_test(what_is_no_decimal_is_refused),
        cmocka_unit_test(a_reader_takes_all_or_nothing),
        cmocka_unit_test(the_top_bit_survives_reading),
        cmocka_unit_test(a_reader_over_nothing_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
