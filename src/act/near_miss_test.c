/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/near_miss.h"

static void edits_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } rows[] = {
        { "", "", 0 },       { "", "abc", 3 },
        { "abc", "abc", 0 }, { "abc", "abd", 1 },
        { "abc", "ab", 1 },  { "abc", "acb", 1 },
        { "ask", "aks", 1 }, { "kitten", "sitting", 3 },
        { "ca", "abc", 3 },  { "autonmy", "autonomy", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(gn_edit_distance(gn_str_of(rows[i].a), gn_str_of(rows[i].b)), rows[i].distance);
        assert_int_equal(gn_edit_distance(gn_str_of(rows[i].b), gn_str_of(rows[i].a)), rows[i].distance);
    }
}

static void words_that_are_too_long_are_never_near(void **state)
{
    (void)state;
    char word[66];
    memset(word, 'a', sizeof word);
    assert_int_equal(gn_edit_distance((gn_str){ word, 64 }, (gn_str){ word, 64 }), 0);
    assert_int_equal(gn_edit_distance((gn_str){ word, 65 }, (gn_str){ word, 65 }), (size_t)-1);
    struct gn_near_miss miss = gn_near_miss_of((gn_str){ word, 65 });
    gn_near_miss_offer(&miss, (gn_str){ word, 64 });
    assert_int_equal(miss.best.size, 0);
}

static gn_str nearest(const char *written, const char *const *known)
{
    struct gn_near_miss miss = gn_near_miss_of(gn_str_of(written));
    for (size_t i = 0; known[i] != NULL; i++)
        gn_near_miss_offer(&miss, gn_str_of(known[i]));
    return miss.best;
}

static void the_nearest_word_wins_and_of_equals_the_first(void **state)
{
    (void)state;
    static const char *const known[] = { "rules", "rulers", "ruler", NULL };
    assert_true(gn_str_equal(nearest("rule", known), GN_STR("rules")));
    assert_true(gn_str_equal(nearest("rulerss", known), GN_STR("rulers")));
}

static void what_is_far_is_not_offered(void **state)
{
    (void)state;
    static const char *const known[] = { "do", "for", "when", NULL };
    assert_int_equal(nearest("dashboards", known).size, 0);
    assert_int_equal(nearest("x", known).size, 0);
    assert_int_equal(nearest("", known).size, 0);
    assert_true(gn_str_equal(nearest("wehn", known), GN_STR("when")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_are_counted),
        cmocka_unit_test(words_that_are_too_long_are_never_near),
        cmocka_unit_test(the_nearest_word_wins_and_of_equals_the_first),
        cmocka_unit_test(what_is_far_is_not_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
