/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "act/words.h"

#include <stdio.h>

static char text[256];
static struct gn_buf buf;

static struct gn_buf *fresh(void)
{
    memset(text, 0, sizeof text);
    buf = gn_buf_over(text, sizeof text - 1);
    return &buf;
}

static void numbers_have_three_digits_that_count(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *words;
    } rows[] = {
        { 97.2417, "97.2" },
        { 3.0, "3" },
        { 0.0, "0" },
        { -0.0, "0" },
        { 0.000312, "0.000312" },
        { -12.345, "-12.3" },
        { 999.4, "999" },
        { 999.6, "1 000" },
        { 1234.5, "1 234" },
        { -1234567.0, "-1 234 567" },
        { 1e15, "1e+15" },
        { 2.5e-9, "2.5e-09" },
        { (double)NAN, "unknown" },
        { (double)INFINITY, "unknown" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gn_words_number(fresh(), rows[i].value);
        assert_string_equal(text, rows[i].words);
    }
}

static void a_value_has_its_unit_behind_it(void **state)
{
    (void)state;
    gn_words_value(fresh(), 97.24, GN_STR("%"));
    assert_string_equal(text, "97.2 %");
    gn_words_value(fresh(), 97.24, GN_STR(""));
    assert_string_equal(text, "97.2");
}

static void beside_a_limit_six_digits_are_shown(void **state)
{
    (void)state;
    gn_words_exact(fresh(), 80.01, GN_STR("bar"));
    assert_string_equal(text, "80.01 bar");
    gn_words_exact(fresh(), -0.0, GN_STR(""));
    assert_string_equal(text, "0");
    gn_words_exact(fresh(), (double)NAN, GN_STR("bar"));
    assert_string_equal(text, "unknown bar");
}

static void durations_are_in_the_unit_people_would_use(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *words;
    } rows[] = {
        { 0, "0 ms" },           { -5, "0 ms" },          { 250, "250 ms" },          { 999, "999 ms" },
        { 1000, "1 s" },         { 2499, "2 s" },         { 90000, "90 s" },          { 119999, "120 s" },
        { 120000, "2 minutes" }, { 254000, "4 minutes" }, { 7199999, "120 minutes" }, { 7200000, "2 hours" },
        { 172800000, "2 days" }, { 259200000, "3 days" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gn_words_duration(fresh(), rows[i].ms);
        assert_string_equal(text, rows[i].words);
    }
}

static void chances_are_one_in_so_many(void **state)
{
    (void)state;
    static const struct {
        double p;
        const char *words;
    } rows[] = {
        { 1.0, " About 1 usual stretch in 1 " },
        { 0.5, " About 1 usual stretch in 2 " },
        { 0.0102, " About 1 usual stretch in 98 " },
        { 0.01, " About 1 usual stretch in 100 " },
        { 0.000312, " About 1 usual stretch in 3 200 " },
        { 1e-6, " About 1 usual stretch in 1 000 000 " },
        { 0.99e-6, " Fewer than 1 usual stretch in 1 000 000 " },
        { 1e-300, " Fewer than 1 usual stretch in 1 000 000 " },
        { 0.0, " About 1 usual stretch in 1 " },
        { (double)NAN, " About 1 usual stretch in 1 " },
        { 2.0, " About 1 usual stretch in 1 " },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[96];
        (void)snprintf(expected, sizeof expected, "%slooks like this.", rows[i].words);
        gn_words_chance(fresh(), rows[i].p);
        assert_string_equal(text, expected);
    }
}

static void words_are_counted_at_blanks(void **state)
{
    (void)state;
    assert_int_equal(gn_words_count(GN_STR("")), 0);
    assert_int_equal(gn_words_count(GN_STR("one")), 1);
    assert_int_equal(gn_words_count(GN_STR("  one  two ")), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_three_digits_that_count),
        cmocka_unit_test(a_value_has_its_unit_behind_it),
        cmocka_unit_test(beside_a_limit_six_digits_are_shown),
        cmocka_unit_test(durations_are_in_the_unit_people_would_use),
        cmocka_unit_test(chances_are_one_in_so_many),
        cmocka_unit_test(words_are_counted_at_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
