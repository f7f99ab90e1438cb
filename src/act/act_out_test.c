/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"

static void ids_count_within_their_record(void **state)
{
    (void)state;
    const struct gn_act_id a = gn_act_id_next(fixture.act, 50), b = gn_act_id_next(fixture.act, 50);
    const struct gn_act_id c = gn_act_id_next(fixture.act, 51);
    assert_string_equal(gn_act_id_text('f', a).text, "f-50-1");
    assert_string_equal(gn_act_id_text('a', b).text, "a-50-2");
    assert_string_equal(gn_act_id_text('d', c).text, "d-51-1");
    assert_string_equal(gn_act_id_text('d', (struct gn_act_id){ 0 }).text, "");
    const struct gn_act_id longest = { UINT64_MAX, UINT64_MAX };
    assert_string_equal(gn_act_id_text('x', longest).text, "x-18446744073709551615-18446744073709551615");
}

static void only_what_we_write_is_read_as_an_id(void **state)
{
    (void)state;
    struct gn_act_id id = { 7, 7 };
    assert_true(gn_act_id_parse('d', GN_STR("d-50-1"), &id));
    assert_true(id.seq == 50 && id.n == 1);
    static const char *const bad[] = {
        "",        "d",       "d-",      "d-50",     "d-50-", "d--1",   "x-50-1",
        "d-050-1", "d-50-01", "d-50-1 ", "d-50-1-1", "d-0-1", "d-+5-1", "d-18446744073709551616-1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(gn_act_id_parse('d', gn_str_of(bad[i]), &id));
        assert_true(id.seq == 50);
    }
}

static void names_of_what_is_not_registered_are_empty(void **state)
{
    (void)state;
    assert_true(gn_str_equal(gn_act_thing_name(fixture.act, 1), GN_STR("press-8")));
    assert_int_equal(gn_act_thing_name(fixture.act, 3).size, 0);
    assert_int_equal(gn_act_property(fixture.act, 5).size, 0);
    assert_true(gn_str_equal(gn_act_unit(fixture.act, 1), GN_STR("bar")));
    assert_int_equal(gn_act_unit(fixture.act, 2).size, 0);
    assert_int_equal(gn_act_unit(fixture.act, 5).size, 0);
}

static void copies_end_at_a_character_and_are_clean_behind_it(void **state)
{
    (void)state;
    char to[8];
    memset(to, 'z', sizeof to);
    gn_act_copy(to, sizeof to, GN_STR("ab"));
    assert_memory_equal(to, "ab\0\0\0\0\0\0", 8);
    gn_act_copy(to, sizeof to, GN_STR("1234567"));
    assert_memory_equal(to, "1234567\0", 8);
    gn_act_copy(to, sizeof to, GN_STR("12345678"));
    assert_memory_equal(to, "1234567\0", 8);
    gn_act_copy(to, sizeof to, GN_STR("123456\303\274"));
    assert_memory_equal(to, "123456\0\0", 8);
    gn_act_copy(to, sizeof to, (gn_str){ "a\0b", 3 });
    assert_memory_equal(to, "a\0\0\0\0\0\0\0", 8);
    gn_act_copy(to, sizeof to, (gn_str){ 0 });
    assert_memory_equal(to, "\0\0\0\0\0\0\0\0", 8);
}

static void times_are_cut_far_from_overflow(void **state)
{
    (void)state;
    assert_true(gn_act_time(INT64_MAX) == GN_ACT_TIME_MAX);
    assert_true(gn_act_time(INT64_MIN) == -GN_ACT_TIME_MAX);
    assert_true(gn_act_time(-5) == -5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_CASE(ids_count_within_their_record),
        FIXTURE_CASE(only_what_we_write_is_read_as_an_id),
        FIXTURE_CASE(names_of_what_is_not_registered_are_empty),
        FIXTURE_CASE(copies_end_at_a_character_and_are_clean_behind_it),
        FIXTURE_CASE(times_are_cut_far_from_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
