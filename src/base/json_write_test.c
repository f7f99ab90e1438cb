/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/json_write.h"

static char bytes[1024];
static struct gn_buf buf;
static struct gn_jw w;

static int begin(void **state)
{
    (void)state;
    buf = gn_buf_over(bytes, sizeof bytes - 1);
    w = gn_jw_over(&buf);
    return 0;
}

static const char *written(void)
{
    assert_false(buf.full);
    bytes[buf.size] = '\0';
    return bytes;
}

static const char *number(double value)
{
    (void)begin(NULL);
    gn_jw_f64(&w, value);
    return written();
}

static const char *text(gn_str value)
{
    (void)begin(NULL);
    gn_jw_str(&w, value);
    return written();
}

static void commas_come_by_themselves(void **state)
{
    (void)state;
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "a");
    gn_jw_open(&w, '[');
    gn_jw_f64(&w, 1);
    gn_jw_text(&w, "x");
    gn_jw_open(&w, '{');
    gn_jw_close(&w, '}');
    gn_jw_open(&w, '[');
    gn_jw_close(&w, ']');
    gn_jw_null(&w);
    gn_jw_close(&w, ']');
    gn_jw_key_str(&w, GN_STR("b"));
    gn_jw_bool(&w, true);
    gn_jw_key(&w, "c");
    gn_jw_bool(&w, false);
    gn_jw_key(&w, "d");
    gn_jw_raw(&w, GN_STR("{\"r\":1}"));
    gn_jw_key(&w, "e");
    gn_jw_hex(&w, (gn_bytes){ (const uint8_t *)"\x00\xAB\xFF", 3 });
    gn_jw_close(&w, '}');
    assert_string_equal(written(),
                        "{\"a\":[1,\"x\",{},[],null],\"b\":true,\"c\":false,\"d\":{\"r\":1},\"e\":\"00abff\"}");
}

static void whole_numbers_are_plain(void **state)
{
    (void)state;
    gn_jw_open(&w, '[');
    gn_jw_i64(&w, INT64_MIN);
    gn_jw_i64(&w, -1);
    gn_jw_i64(&w, 0);
    gn_jw_i64(&w, INT64_MAX);
    gn_jw_u64(&w, UINT64_MAX);
    gn_jw_close(&w, ']');
    assert_string_equal(written(), "[-9223372036854775808,-1,0,9223372036854775807,18446744073709551615]");
}

static void doubles_are_short(void **state)
{
    (void)state;
    assert_string_equal(number(0), "0");
    assert_string_equal(number(-0.0), "-0");
    assert_string_equal(number(21.5), "21.5");
    assert_string_equal(number(-21.5), "-21.5");
    assert_string_equal(number(0.1), "0.1");
    assert_string_equal(number(0.05), "0.05");
    assert_string_equal(number(100), "100");
    assert_string_equal(number(1e15), "1000000000000000");
    assert_string_equal(number(9007199254740991), "9007199254740991");
    assert_string_equal(number(-9007199254740991), "-9007199254740991");
    assert_string_equal(number(0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(number(1.0 / 3), "0.3333333333333333");
    assert_string_equal(number(1e300), "1e+300");
    assert_string_equal(number(5e-324), "5e-324");
    assert_string_equal(number(DBL_MAX), "1.7976931348623157e+308");
    assert_string_equal(number(DBL_MIN), "2.2250738585072014e-308");
    assert_string_equal(number(1e-9), "0.000000001");
    assert_string_equal(number(1.5e-9), "1.5e-09");
}

static void what_json_cannot_say_is_null(void **state)
{
    (void)state;
    assert_string_equal(number(NAN), "null");
    assert_string_equal(number(INFINITY), "null");
    assert_string_equal(number(-INFINITY), "null");
}

static void assert_comes_back(double value)
{
    static struct gn_json json;
    const char *was_written = number(value);
    gn_json_init(&json, gn_buf_str(&buf));
    const struct gn_json_token token = gn_json_next(&json);
    assert_int_equal(token.kind, GN_JSON_NUMBER);
    if (memcmp(&token.number, &value, sizeof value) != 0)
        fail_msg("%a was written as %s", value, was_written);
}

static void every_double_comes_back_with_its_bits(void **state)
{
    (void)state;
    uint64_t seed = 22111924;
    for (int i = 0; i < 300000; i++) {
        double value;
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        memcpy(&value, &seed, sizeof value);
        if (isfinite(value))
            assert_comes_back(value);
        assert_comes_back((double)(int64_t)(seed >> 20) / 1000);
        assert_comes_back((double)(int64_t)(seed >> 44) / 1e9);
        assert_comes_back(ldexp((double)(seed >> 11), -60));
    }
}

/* Where both can write a number, our own digits are printf's digits. */
static void digits_are_those_of_printf(void **state)
{
    (void)state;
    uint64_t seed = 17;
    for (int i = 0; i < 200000; i++) {
        char wanted[40];
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const double value = ldexp(1.0 + (double)(seed >> 12) * 0x1p-52, (int)(seed & 63) - 11); /* 0.0005 to 2^53 */
        for (int digits = 15; digits <= 17; digits++) {
            (void)snprintf(wanted, sizeof wanted, "%.*g", digits, value);
            if (strtod(wanted, NULL) == value)
                break;
        }
        if (strchr(wanted, 'e') == NULL)
            assert_string_equal(number(value), wanted);
    }
    assert_string_equal(number(123456789012339.97), "123456789012339.97");
    assert_string_equal(number(0.0010000000000000002), "0.0010000000000000002");
    assert_string_equal(number(0.09999999999999999), "0.09999999999999999");
    assert_string_equal(number(999999999999999.9), "999999999999999.9");
    assert_string_equal(number(-1.0 / 3), "-0.3333333333333333");
}

/* As short as a search over all precisions finds, exponent forms apart. */
static void no_shorter_form_would_do(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int i = 0; i < 20000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const double value = (double)(seed >> 40) / (double)(1 + (seed & 0xFFFF));
        char shortest[40];
        for (int digits = 1; digits <= 17; digits++) {
            (void)snprintf(shortest, sizeof shortest, "%.*g", digits, value);
            if (strtod(shortest, NULL) == value)
                break;
        }
        if (strchr(shortest, 'e') == NULL)
            assert_string_equal(number(value), shortest);
    }
}

static void a_locale_with_a_comma_changes_nothing(void **state)
{
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        (void)setlocale(LC_ALL, "C.UTF-8"); /* the machine may have no such locale */
    assert_string_equal(number(1.0 / 3), "0.3333333333333333");
    assert_string_equal(number(0.5), "0.5");
    assert_comes_back(1.0 / 7);
    (void)setlocale(LC_ALL, "C");
}

static void what_could_be_markup_or_a_control_is_escaped(void **state)
{
    (void)state;
    assert_string_equal(text(GN_STR("<img src=x onerror='alert(1)'>&\"\\/")),
                        "\"\\u003cimg src=x onerror='alert(1)'\\u003e\\u0026\\\"\\\\/\"");
    assert_string_equal(text(GN_STR("\b\t\n\v\f\r\x01\x1F\x7F\0")),
                        "\"\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\\u007f\\u0000\"");
    assert_string_equal(text(GN_STR("\xC2\x80\xC2\x9F\xC2\xA0")), "\"\\u0080\\u009f\xC2\xA0\"");
    assert_string_equal(text(GN_STR("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA")), "\"\\u2028\\u2029\xE2\x80\xAA\"");
    assert_string_equal(text((gn_str){ 0 }), "\"\"");
}

static void utf8_stands_as_it_is(void **state)
{
    (void)state;
    assert_string_equal(text(GN_STR("°C 温度 🌡")), "\"°C 温度 🌡\"");
}

static void bytes_that_are_not_utf8_become_the_replacement(void **state)
{
    (void)state;
    assert_string_equal(text(GN_STR("a\xFF"
                                    "b")),
                        "\"a\xEF\xBF\xBD"
                        "b\"");
    assert_string_equal(text(GN_STR("\xC3")), "\"\xEF\xBF\xBD\"");
    assert_string_equal(text(GN_STR("\xED\xA0\x80")), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void a_key_is_escaped_like_a_text(void **state)
{
    (void)state;
    gn_jw_open(&w, '{');
    gn_jw_key_str(&w, GN_STR("a\"<"));
    gn_jw_null(&w);
    gn_jw_close(&w, '}');
    assert_string_equal(written(), "{\"a\\\"\\u003c\":null}");
}

static void times_are_rfc3339(void **state)
{
    (void)state;
    gn_jw_time(&w, INT64_C(1795317840125));
    assert_string_equal(written(), "\"2026-11-22T03:24:00.125Z\"");
}

static void what_does_not_fit_latches(void **state)
{
    (void)state;
    buf = gn_buf_over(bytes, 4);
    gn_jw_text(&w, "abc");
    assert_true(buf.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(commas_come_by_themselves, begin),
        cmocka_unit_test_setup(whole_numbers_are_plain, begin),
        cmocka_unit_test_setup(doubles_are_short, begin),
        cmocka_unit_test_setup(what_json_cannot_say_is_null, begin),
        cmocka_unit_test_setup(every_double_comes_back_with_its_bits, begin),
        cmocka_unit_test_setup(digits_are_those_of_printf, begin),
        cmocka_unit_test_setup(no_shorter_form_would_do, begin),
        cmocka_unit_test_setup(a_locale_with_a_comma_changes_nothing, begin),
        cmocka_unit_test_setup(what_could_be_markup_or_a_control_is_escaped, begin),
        cmocka_unit_test_setup(utf8_stands_as_it_is, begin),
        cmocka_unit_test_setup(bytes_that_are_not_utf8_become_the_replacement, begin),
        cmocka_unit_test_setup(a_key_is_escaped_like_a_text, begin),
        cmocka_unit_test_setup(times_are_rfc3339, begin),
        cmocka_unit_test_setup(what_does_not_fit_latches, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
