/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "cli/json_pick.h"

static const char object[] =
    "{ \"a\" : {\"b\":[1,2,{\"c\":\"x\\ny\"}],\"n\":null} , \"t\":true,\"f\":21.5,\"i\":-9007199254740993,"
    "\"s\":\"\\u00e9\\u20ac\",\"empty\":\"\"}";

static bool raw_is(const char *path, const char *expected)
{
    return gn_str_equal(gn_pick(gn_str_of(object), path), gn_str_of(expected));
}

static void members_are_found_by_path_and_as_written(void **state)
{
    (void)state;
    assert_true(raw_is("a.b", "[1,2,{\"c\":\"x\\ny\"}]"));
    assert_true(raw_is("a.n", "null"));
    assert_true(raw_is("t", "true"));
    assert_true(raw_is("f", "21.5"));
    assert_true(raw_is("s", "\"\\u00e9\\u20ac\""));
    assert_true(raw_is("", object));
    assert_int_equal(gn_pick(gn_str_of(object), "a.x").size, 0);
    assert_int_equal(gn_pick(gn_str_of(object), "t.x").size, 0);
    assert_int_equal(gn_pick(gn_str_of("[1]"), "a").size, 0);
    assert_int_equal(gn_pick(gn_str_of("{\"a\":"), "a").size, 0);
    assert_int_equal(gn_pick((gn_str){ NULL, 0 }, "a").size, 0);
}

static void texts_are_unescaped_and_cut_between_characters(void **state)
{
    (void)state;
    char text[32];
    gn_pick_text(gn_str_of(object), "s", text, sizeof text);
    assert_string_equal(text, "\xc3\xa9\xe2\x82\xac");
    gn_pick_text(gn_str_of(object), "s", text, 6);
    assert_string_equal(text, "\xc3\xa9\xe2\x82\xac");
    gn_pick_text(gn_str_of(object), "s", text, 5);
    assert_string_equal(text, "\xc3\xa9");
    gn_pick_text(gn_str_of(object), "s", text, 2);
    assert_string_equal(text, "");
    gn_pick_text(gn_str_of(object), "f", text, sizeof text);
    assert_string_equal(text, "21.5");
    gn_pick_text(gn_str_of(object), "a.n", text, sizeof text);
    assert_string_equal(text, "");
    gn_pick_text(gn_str_of(object), "missing", text, sizeof text);
    assert_string_equal(text, "");
}

static void numbers_keep_their_kind(void **state)
{
    (void)state;
    double f = 1.0;
    int64_t i = 1;
    assert_true(gn_pick_f64(gn_str_of(object), "f", &f) && f == 21.5);
    assert_true(gn_pick_i64(gn_str_of(object), "i", &i) && i == INT64_C(-9007199254740993)); /* no double holds it */
    assert_false(gn_pick_i64(gn_str_of(object), "f", &i));
    assert_false(gn_pick_f64(gn_str_of(object), "s", &f));
    assert_false(gn_pick_f64(gn_str_of(object), "missing", &f));
    assert_true(f == 21.5);
}

static void true_and_there_are_told_apart(void **state)
{
    (void)state;
    assert_true(gn_pick_true(gn_str_of(object), "t"));
    assert_false(gn_pick_true(gn_str_of(object), "f"));
    assert_true(gn_pick_has(gn_str_of(object), "empty"));
    assert_false(gn_pick_has(gn_str_of(object), "a.n"));
    assert_false(gn_pick_has(gn_str_of(object), "missing"));
}

static void a_walk_gives_every_value(void **state)
{
    (void)state;
    struct gn_pick_walk walk;
    char seen[256] = "";
    assert_true(gn_pick_walk(&walk, GN_STR(" [ {\"a\":1} ,[], \"x,y\" ,null ] ")));
    while (gn_pick_next(&walk))
        (void)snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s;", GN_STR_ARGS(walk.value));
    assert_false(walk.failed);
    assert_string_equal(seen, "{\"a\":1};[];\"x,y\";null;");
    seen[0] = '\0';
    assert_true(gn_pick_walk(&walk, GN_STR("{\"k\\u0041\":1,\"\":2}")));
    while (gn_pick_next(&walk))
        (void)snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s=%.*s;", GN_STR_ARGS(walk.key),
                       GN_STR_ARGS(walk.value));
    assert_string_equal(seen, "kA=1;=2;");
    assert_false(gn_pick_walk(&walk, GN_STR("12")));
    assert_false(gn_pick_walk(&walk, GN_STR("")));
}

static void a_walk_ends_where_the_text_is_broken(void **state)
{
    (void)state;
    struct gn_pick_walk walk;
    int count = 0;
    assert_true(gn_pick_walk(&walk, GN_STR("[1,2,}")));
    while (gn_pick_next(&walk))
        count++;
    assert_int_equal(count, 2);
    assert_true(walk.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_by_path_and_as_written),
        cmocka_unit_test(texts_are_unescaped_and_cut_between_characters),
        cmocka_unit_test(numbers_keep_their_kind),
        cmocka_unit_test(true_and_there_are_told_apart),
        cmocka_unit_test(a_walk_gives_every_value),
        cmocka_unit_test(a_walk_ends_where_the_text_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
