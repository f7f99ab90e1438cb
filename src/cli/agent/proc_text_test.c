/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/proc_text.h"

static void lines_come_one_by_one(void **state)
{
    (void)state;
    gn_str rest = GN_STR("a b\n\nc");
    gn_str line = { NULL, 0 };
    assert_true(gn_proc_line(&rest, &line) && gn_str_equal(line, GN_STR("a b")));
    assert_true(gn_proc_line(&rest, &line) && line.size == 0);
    assert_true(gn_proc_line(&rest, &line) && gn_str_equal(line, GN_STR("c")));
    assert_false(gn_proc_line(&rest, &line));
}

static void fields_are_separated_by_any_blanks(void **state)
{
    (void)state;
    gn_str line = GN_STR("  a\t b \r");
    gn_str field = { NULL, 0 };
    assert_true(gn_proc_field(&line, &field) && gn_str_equal(field, GN_STR("a")));
    assert_true(gn_proc_field(&line, &field) && gn_str_equal(field, GN_STR("b")));
    assert_false(gn_proc_field(&line, &field));
    line = (gn_str){ NULL, 0 };
    assert_false(gn_proc_field(&line, &field));
}

static void numbers_are_taken_or_refused(void **state)
{
    (void)state;
    gn_str line = GN_STR("7 0.25 x 18446744073709551616");
    uint64_t whole = 0;
    double number = 0.0;
    assert_true(gn_proc_u64(&line, &whole) && whole == 7);
    assert_true(gn_proc_f64(&line, &number) && number == 0.25);
    assert_false(gn_proc_u64(&line, &whole));
    assert_false(gn_proc_u64(&line, &whole));
    assert_false(gn_proc_u64(&line, &whole));
    uint64_t three[3] = { 0 };
    line = GN_STR("1 2 3");
    assert_true(gn_proc_u64s(&line, three, 3) && three[2] == 3);
    line = GN_STR("1 2");
    assert_false(gn_proc_u64s(&line, three, 3));
    line = GN_STR("1 2");
    assert_true(gn_proc_skip(&line, 2));
    assert_false(gn_proc_skip(&line, 1));
}

static void a_value_is_found_by_its_whole_name(void **state)
{
    (void)state;
    uint64_t value = 0;
    assert_true(gn_proc_named(GN_STR("MemTotalX: 1\nMemTotal: 2 kB\nMemTotal: 3\n"), GN_STR("MemTotal:"), &value));
    assert_int_equal(value, 2);
    assert_false(gn_proc_named(GN_STR("a 1\n"), GN_STR("b"), &value));
    assert_false(gn_proc_named(GN_STR("b\n"), GN_STR("b"), &value));
    assert_false(gn_proc_named((gn_str){ NULL, 0 }, GN_STR("b"), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_one_by_one),
        cmocka_unit_test(fields_are_separated_by_any_blanks),
        cmocka_unit_test(numbers_are_taken_or_refused),
        cmocka_unit_test(a_value_is_found_by_its_whole_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
