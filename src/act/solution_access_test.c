/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/solution_access.h"
#include "act/solution_expect.h"
#include "base/mem.h"

static bool may(const struct gn_solution *solution, const char *thing, gn_verb verb, const char *topic)
{
    return gn_policy_allows(gn_solution_policy(solution), gn_str_of(thing), verb, gn_str_of(topic));
}

static void rows_become_a_policy(void **state)
{
    (void)state;
    struct gn_solution *solution = expect_solution("access:\n"
                                                   "  - thing: press-7\n"
                                                   "    publish: [\"plant/{thing}/#\", alerts/press]\n"
                                                   "    subscribe: [things/press-8/properties/+]\n"
                                                   "  - thing: \"saw*\"\n"
                                                   "    subscribe: [\"plant/#\"]\n"
                                                   "  - { thing: \"*\", subscribe: [news] }\n");
    assert_int_equal(solution->policy.count, 5);
    assert_true(may(solution, "press-7", GN_VERB_PUBLISH, "plant/press-7/heat"));
    assert_true(may(solution, "press-7", GN_VERB_PUBLISH, "alerts/press"));
    assert_false(may(solution, "press-7", GN_VERB_PUBLISH, "plant/press-8/heat"));
    assert_true(may(solution, "press-7", GN_VERB_RECEIVE, "things/press-8/properties/heat"));
    assert_false(may(solution, "press-7", GN_VERB_RECEIVE, "things/press-8/actions/stop"));
    assert_true(may(solution, "saw-2", GN_VERB_SUBSCRIBE, "plant/+/heat"));
    assert_false(may(solution, "press-7", GN_VERB_SUBSCRIBE, "plant/+/heat"));
    assert_true(may(solution, "x", GN_VERB_RECEIVE, "news"));
    gn_solution_free(solution);
}

static void without_the_section_each_thing_has_its_own_tree(void **state)
{
    (void)state;
    struct gn_solution *solution = expect_solution("budget: 1\n");
    assert_int_equal(gn_solution_policy(solution)->count, 0);
    assert_true(may(solution, "a", GN_VERB_PUBLISH, "things/a/properties"));
    assert_false(may(solution, "a", GN_VERB_PUBLISH, "plant/a"));
    gn_solution_free(solution);
}

static void a_thing_may_be_in_several_places(void **state)
{
    (void)state;
    struct gn_solution *solution = expect_solution("access:\n"
                                                   "  - { thing: house, several_places: true }\n"
                                                   "  - { thing: \"gate*\", several_places: true, publish: [x] }\n"
                                                   "  - { thing: press, several_places: false }\n");
    const struct gn_policy *policy = gn_solution_policy(solution);
    assert_true(gn_policy_several_places(policy, GN_STR("house")));
    assert_true(gn_policy_several_places(policy, GN_STR("gate-7")));
    assert_false(gn_policy_several_places(policy, GN_STR("press")));
    assert_false(gn_policy_several_places(NULL, GN_STR("house")));
    gn_solution_free(solution);
}

static void rows_of_all_files_add_up(void **state)
{
    (void)state;
    static uint8_t bytes[1024];
    struct gn_solution *solution = NULL;
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    gn_solution_bundle_add(&bundle, GN_STR("a.yaml"), GN_STR("access: [{thing: a, publish: [x]}]\n"));
    gn_solution_bundle_add(&bundle, GN_STR("b.yaml"), GN_STR("access: [{thing: a, publish: [y]}]\n"));
    assert_int_equal(gn_solution_parse(gn_buf_str(&bundle), &solution, NULL), GN_OK);
    assert_true(may(solution, "a", GN_VERB_PUBLISH, "x") && may(solution, "a", GN_VERB_PUBLISH, "y"));
    gn_solution_free(solution);
}

static void a_wrong_section_is_refused_with_place_and_words(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct expect_refusal rows[] = {
        { "access:\n", 1, 8, "'access' must be a list; this is empty" },
        { "access: []\n", 1, 9,
          "'access' is empty; leave it out (each Thing then has its own tree), or give rows" },
        { "access: all\n", 1, 9, "'access' must be a list; this is a single value" },
        { "access:\n  - press-7\n", 2, 5,
          "a row of 'access' must be a map with the keys thing, publish, subscribe, several_places; this is a "
          "single value" },
        { "access:\n  - publish: [x]\n", 2, 5, "a row of 'access' needs 'thing'" },
        { "access:\n  - thing: a\n", 2, 5, "a row of 'access' needs 'publish', 'subscribe' or 'several_places'" },
        { "access:\n  - thing: a\n    publsh: [x]\n", 3, 5, "unknown key 'publsh' in a row of 'access'; did you mean "
          "'publish'?" },
        { "access:\n  - thing: a\n    publish: []\n", 3, 14, "'publish' is empty; leave it out, or name filters" },
        { "access:\n  - thing: a\n    subscribe: x\n", 3, 16,
          "'subscribe' must be a list; this is a single value" },
        { "access:\n  - thing: a\n    subscribe: [[x]]\n", 3, 17,
          "'subscribe' must be a single value; this is a list" },
        { "access:\n  - thing: a\n    publish: [\"\"]\n", 3, 15, "'publish' has no value" },
        { "access:\n  - thing: a b\n    publish: [x]\n", 2, 12,
          "'a b' cannot be a Thing: 1 to 64 of the characters A-Z a-z 0-9 _ . -, a prefix as 'press*', or '*' for "
          "any" },
        { "access:\n  - thing: a*b\n    publish: [x]\n", 2, 12,
          "'a*b' cannot be a Thing: 1 to 64 of the characters A-Z a-z 0-9 _ . -, a prefix as 'press*', or '*' for "
          "any" },
        { "access:\n  - thing: a\n    publish: [plant/x, \"#\"]\n", 3, 24,
          "the filter '#' begins with a wildcard, which would cover things/: name the first level" },
        { "access:\n  - thing: a\n    publish: [things/b/properties/x]\n", 3, 15,
          "the filter 'things/b/properties/x' is below things/: each Thing has its own tree there, and actions come "
          "from the node alone" },
        { "access:\n  - thing: a\n    subscribe: [\"$share/g/x\"]\n", 3, 17,
          "the filter '$share/g/x' begins with '$': such names are not for Things" },
        { "access:\n  - thing: a\n    subscribe: [\"a\\0b\"]\n", 3, 17, "the filter 'a?b' has a control character" },
        { "acess:\n  - thing: a\n", 1, 1, "unknown key 'acess' in a solution file; did you mean 'access'?" },
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refused(&rows[i]);
}

/* One row of `count` filters. */
static gn_err parse_filters(int count, struct gn_solution **out, struct gn_diag *diag)
{
    char *text = gn_mem_take(GN_SOLUTION_BYTES_MAX, "test");
    assert_non_null(text);
    struct gn_buf buf = gn_buf_over(text, GN_SOLUTION_BYTES_MAX - 1);
    gn_buf_add_text(&buf, "access:\n  - thing: a\n    publish: [x]\n    subscribe: [");
    for (int i = 1; i < count; i++)
        gn_buf_addf(&buf, "%st%d", i > 1 ? "," : "", i);
    gn_buf_add_text(&buf, "]\n");
    assert_false(buf.full);
    text[buf.size] = '\0';
    const gn_err err = expect_parse(text, out, diag);
    gn_mem_give(text);
    return err;
}

static void the_grants_of_a_solution_are_bounded(void **state)
{
    (void)state;
    struct gn_solution *solution = NULL;
    struct gn_diag diag = { 0 };
    assert_int_equal(parse_filters(GN_ACCESS_GRANTS_MAX, &solution, &diag), GN_OK);
    assert_int_equal(gn_solution_policy(solution)->count, GN_ACCESS_GRANTS_MAX);
    gn_solution_free(solution);
    assert_int_equal(parse_filters(GN_ACCESS_GRANTS_MAX + 1, &solution, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "more than 1024 filters are granted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_a_policy),
        cmocka_unit_test(without_the_section_each_thing_has_its_own_tree),
        cmocka_unit_test(a_thing_may_be_in_several_places),
        cmocka_unit_test(rows_of_all_files_add_up),
        cmocka_unit_test(a_wrong_section_is_refused_with_place_and_words),
        cmocka_unit_test(the_grants_of_a_solution_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
