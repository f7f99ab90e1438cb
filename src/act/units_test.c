/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/units.h"
#include "base/limits.h"

static void a_number_and_its_unit_come_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
        const char *unit;
    } rows[] = {
        { "90 %", 90.0, "%" },     { "90%", 90.0, "%" },  { " 1.5 bar ", 1.5, "bar" },
        { "-40 °C", -40.0, "°C" }, { "1e3", 1000.0, "" }, { "1e3 ms", 1000.0, "ms" },
        { "2.5e-1m", 0.25, "m" },  { "5 e", 5.0, "e" },   { "5e", 5.0, "e" },
        { "5e+", 5.0, "e+" },      { "0", 0.0, "" },      { "3 words of it", 3.0, "words of it" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double value = 0.0;
        gn_str unit = { 0 };
        assert_int_equal(gn_quantity_parse(gn_str_of(rows[i].text), &value, &unit), GN_OK);
        assert_true(value == rows[i].value);
        assert_true(gn_str_equal(unit, gn_str_of(rows[i].unit)));
    }
}

static void what_has_no_number_in_front_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",    " ",   "%",     "bar 1", "--1", "1.2.3", "1-2", "1 2",
        "nan", "inf", "1e999", "0x10",  "+",   "-",     ".",   "1 abcdefghijklmnopq",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double value = 7.0;
        gn_str unit = { 0 };
        if (strcmp(rows[i], "0x10") == 0) { /* a number 0 of the unit "x10": odd, but no number of ours */
            assert_int_equal(gn_quantity_parse(gn_str_of(rows[i]), &value, &unit), GN_OK);
            assert_true(value == 0.0);
            continue;
        }
        assert_int_equal(gn_quantity_parse(gn_str_of(rows[i]), &value, &unit), GN_ERR_INVAL);
        assert_true(value == 7.0);
    }
}

static void a_unit_has_a_greatest_length(void **state)
{
    (void)state;
    double value;
    gn_str unit;
    assert_int_equal(GN_UNIT_BYTES_MAX, 16);
    assert_int_equal(gn_quantity_parse(GN_STR("1 abcdefghijklmnop"), &value, &unit), GN_OK);
    assert_int_equal(gn_quantity_parse(GN_STR("1 abcdefghijklmnopq"), &value, &unit), GN_ERR_INVAL);
}

static void values_are_converted_within_a_dimension(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *from, *to;
        double expected;
    } rows[] = {
        { 100.0, "°C", "K", 373.15 },        { 0.0, "K", "°C", -273.15 },   { 212.0, "°F", "°C", 100.0 },
        { -40.0, "°C", "°F", -40.0 },        { 1.5, "bar", "kPa", 150.0 },  { 1013.25, "hPa", "bar", 1.01325 },
        { 1013.25, "mbar", "hPa", 1013.25 }, { 90.0, "min", "h", 1.5 },     { 2.0, "s", "ms", 2000.0 },
        { 1.0, "GiB", "MiB", 1024.0 },       { 1.0, "MB", "kB", 1000.0 },   { 1.0, "MiB/s", "KiB/s", 1024.0 },
        { 3000.0, "rpm", "Hz", 50.0 },       { 36.0, "km/h", "m/s", 10.0 }, { 1.0, "kWh", "kJ", 3600.0 },
        { 60.0, "l/min", "l/s", 1.0 },       { 2.0, "t", "kg", 2000.0 },    { 5.0, "widgets", "widgets", 5.0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double out = 0.0;
        assert_int_equal(gn_unit_convert(rows[i].value, gn_str_of(rows[i].from), gn_str_of(rows[i].to), &out), GN_OK);
        assert_true(out > rows[i].expected - 1e-9 && out < rows[i].expected + 1e-9);
    }
}

static void across_dimensions_nothing_is_converted(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "°C", "bar" }, { "%", "bar" }, { "widgets", "gadgets" }, { "s", "m" }, { "MiB", "MiB/s" },
        { "", "bar" },   { "bar", "" },  { "Bar", "bar" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double out = 7.0;
        assert_int_equal(gn_unit_convert(1.0, gn_str_of(rows[i][0]), gn_str_of(rows[i][1]), &out), GN_ERR_INVAL);
        assert_true(out == 7.0);
    }
    double out = 7.0;
    assert_int_equal(gn_unit_convert(1e308, GN_STR("km"), GN_STR("mm"), &out), GN_ERR_INVAL); /* overflows */
    assert_true(out == 7.0);
}

static void relatives_of_a_unit_are_named(void **state)
{
    (void)state;
    assert_string_equal(gn_unit_relatives(GN_STR("kPa")), "Pa, hPa, mbar, kPa, bar, MPa, psi");
    assert_string_equal(gn_unit_relatives(GN_STR("%")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_and_its_unit_come_apart),
        cmocka_unit_test(what_has_no_number_in_front_is_refused),
        cmocka_unit_test(a_unit_has_a_greatest_length),
        cmocka_unit_test(values_are_converted_within_a_dimension),
        cmocka_unit_test(across_dimensions_nothing_is_converted),
        cmocka_unit_test(relatives_of_a_unit_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
