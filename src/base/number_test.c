/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"

static uint64_t seed = 20261122;

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* strtod is the truth: same bits, or INVAL where it says infinity. */
static void assert_like_strtod(const char *text)
{
    double value = 42;
    size_t size = 0;
    const double truth = strtod(text, NULL);
    const gn_err err = gn_number_scan(gn_str_of(text), GN_NUMBER_JSON, &value, &size);
    if (isinf(truth)) {
        assert_int_equal(err, GN_ERR_INVAL);
        assert_true(value == 42);
        return;
    }
    assert_int_equal(err, GN_OK);
    assert_int_equal(size, strlen(text));
    if (memcmp(&value, &truth, sizeof value) != 0)
        fail_msg("%s: %a instead of %a", text, value, truth);
}

static void random_decimals_have_the_bits_of_strtod(void **state)
{
    (void)state;
    for (int i = 0; i < 400000; i++) {
        char text[64];
        const uint64_t digits = next_random() >> (next_random() % 64);
        const int exponent = (int)(next_random() % 46) - 23;
        (void)snprintf(text, sizeof text, "%s%" PRIu64 "e%d", (next_random() & 1) != 0 ? "-" : "", digits, exponent);
        assert_like_strtod(text);
    }
}

static void random_decimals_with_a_point_have_the_bits_of_strtod(void **state)
{
    (void)state;
    for (int i = 0; i < 400000; i++) {
        char text[64];
        const uint64_t whole = next_random() >> (next_random() % 64);
        const uint64_t fraction = next_random() >> (next_random() % 64);
        (void)snprintf(text, sizeof text, "%" PRIu64 ".%0*" PRIu64, whole, (int)(next_random() % 25), fraction);
        assert_like_strtod(text);
    }
}

static void random_doubles_come_back_from_their_17_digits(void **state)
{
    (void)state;
    for (int i = 0; i < 400000; i++) {
        char text[64];
        const uint64_t bits = next_random();
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        (void)snprintf(text, sizeof text, "%.17g", value);
        assert_like_strtod(text);
        (void)snprintf(text, sizeof text, "%.17g", fmod(value, 1e6));
        assert_like_strtod(text);
    }
}

/* Half way between two doubles, and a hair to either side: where a wrong rounding shows. */
static void halves_round_to_even(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        char text[64];
        const uint64_t odd = (UINT64_C(1) << 53 | next_random() >> 11) * 2 + 1; /* 55 bits at most */
        (void)snprintf(text, sizeof text, "%" PRIu64, odd);
        assert_like_strtod(text);
        (void)snprintf(text, sizeof text, "%" PRIu64 ".0000001", odd);
        assert_like_strtod(text);
        (void)snprintf(text, sizeof text, "%" PRIu64 ".%s", odd / 4, odd % 4 == 1 ? "25" : "75");
        assert_like_strtod(text);
        (void)snprintf(text, sizeof text, "%" PRIu64 "e%d", odd, (int)(next_random() % 39) - 19);
        assert_like_strtod(text);
    }
}

static void the_known_hard_ones_have_the_bits_of_strtod(void **state)
{
    (void)state;
    static const char *const hard[] = {
        "0",
        "-0",
        "0.0",
        "-0.0e5",
        "0e99999",
        "1e22",
        "1e23",
        "9007199254740993",
        "9007199254740992",
        "9007199254740991e22",
        "9007199254740992e22",
        "9007199254740993e-22",
        "18446744073709551615",
        "18446744073709551616", /* 2^64: its digits wrap to nothing */
        "184467440737095516160",
        "9999999999999999999",
        "9999999999999999999e-19",
        "1e-19",
        "1e-20",
        "1e19",
        "1e20",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1e-400",
        "1e-99999",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e308",
        "1e309",
        "-1e309",
        "1e99999",
        "1e999999999999999999999",
        "1e-999999999999999999999",
        "0.1",
        "0.3",
        "0.30000000000000004",
        "123456789012345678901234567890",
        "0.000000000000000000000000000000123",
        "1.00000000000000000000000000000000000000000000000000000",
        "1.0000000000000001110223024625156540423631668090820312500001",
        "1.00000000000000011102230246251565404236316680908203125",
        "100000000000000000000000000000000000000000000000000e-50",
        "0.12345678901234567890", /* twenty digits behind a zero, a point, a sign */
        "-0.98765432109876543210",
        "-0.18446744073709551617",
        "0.0000000000000000000000000000001234567890123456789",
        "0.00000000000000000001234567890123456789e5",
    };
    for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++)
        assert_like_strtod(hard[i]);
}

static void minus_zero_keeps_its_sign(void **state)
{
    (void)state;
    double value = 1;
    size_t size;
    assert_int_equal(gn_number_scan(GN_STR("-0"), GN_NUMBER_JSON, &value, &size), GN_OK);
    assert_true(value == 0 && signbit(value));
}

static void what_follows_is_left_alone(void **state)
{
    (void)state;
    double value;
    size_t size;
    assert_int_equal(gn_number_scan(GN_STR("21.5,"), GN_NUMBER_JSON, &value, &size), GN_OK);
    assert_int_equal(size, 4);
    assert_true(value == 21.5);
    assert_int_equal(gn_number_scan(GN_STR("7}"), GN_NUMBER_JSON, &value, &size), GN_OK);
    assert_int_equal(size, 1);
}

static void the_two_forms_differ_in_plus_and_leading_zeros_only(void **state)
{
    (void)state;
    static const char *const loose[] = { "+5", "007.5", "00", "-01" };
    double value;
    size_t size;
    for (size_t i = 0; i < sizeof loose / sizeof loose[0]; i++) {
        assert_int_equal(gn_number_scan(gn_str_of(loose[i]), GN_NUMBER_JSON, &value, &size), GN_ERR_INVAL);
        assert_int_equal(gn_number_scan(gn_str_of(loose[i]), GN_NUMBER_DECIMAL, &value, &size), GN_OK);
        assert_int_equal(size, strlen(loose[i]));
        assert_true(value == strtod(loose[i], NULL));
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "-", ".", ".5", "1.", "1.e5", "e5", "1e", "1e-", "nan", "inf", "-x", "x" };
    double value;
    size_t size;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(gn_number_scan(gn_str_of(bad[i]), GN_NUMBER_JSON, &value, &size), GN_ERR_INVAL);
        assert_int_equal(gn_number_scan(gn_str_of(bad[i]), GN_NUMBER_DECIMAL, &value, &size), GN_ERR_INVAL);
    }
}

static void a_number_ends_where_its_slice_ends(void **state)
{
    (void)state;
    double value;
    size_t size;
    assert_int_equal(gn_number_scan((gn_str){ "21.55", 4 }, GN_NUMBER_JSON, &value, &size), GN_OK);
    assert_true(value == 21.5);
    assert_int_equal(gn_number_scan((gn_str){ "123456789012345678901234", 21 }, GN_NUMBER_JSON, &value, &size), GN_OK);
    assert_true(value == 123456789012345678901.0);
}

static void a_number_has_at_most_512_bytes(void **state)
{
    (void)state;
    for (int size = GN_JSON_NUMBER_BYTES_MAX - 1; size <= GN_JSON_NUMBER_BYTES_MAX + 1; size++) {
        char text[GN_JSON_NUMBER_BYTES_MAX + 2];
        double value;
        size_t got;
        memset(text, '3', sizeof text);
        memcpy(text, "0.", 2);
        const gn_err err = gn_number_scan((gn_str){ text, (size_t)size }, GN_NUMBER_JSON, &value, &got);
        assert_int_equal(err, size <= GN_JSON_NUMBER_BYTES_MAX ? GN_OK : GN_ERR_INVAL);
        if (!err)
            assert_true(value == 1.0 / 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_decimals_have_the_bits_of_strtod),
        cmocka_unit_test(random_decimals_with_a_point_have_the_bits_of_strtod),
        cmocka_unit_test(random_doubles_come_back_from_their_17_digits),
        cmocka_unit_test(halves_round_to_even),
        cmocka_unit_test(the_known_hard_ones_have_the_bits_of_strtod),
        cmocka_unit_test(minus_zero_keeps_its_sign),
        cmocka_unit_test(what_follows_is_left_alone),
        cmocka_unit_test(the_two_forms_differ_in_plus_and_leading_zeros_only),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(a_number_ends_where_its_slice_ends),
        cmocka_unit_test(a_number_has_at_most_512_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
