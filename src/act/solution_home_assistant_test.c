/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/solution_expect.h"
#include "act/solution_home_assistant.h"

static void without_the_section_nothing_is_announced(void **state)
{
    (void)state;
    struct gn_solution *solution = expect_solution("budget: 1\n");
    assert_null(gn_solution_home_assistant(solution));
    assert_null(gn_solution_home_assistant(NULL));
    gn_solution_free(solution);
}

static void the_section_alone_is_enough(void **state)
{
    (void)state;
    struct gn_solution *solution = expect_solution("home_assistant: {}\n");
    const struct gn_home_assistant *home = gn_solution_home_assistant(solution);
    assert_non_null(home);
    assert_true(gn_str_equal(home->config, GN_STR("homeassistant/binary_sensor/ganglion_")));
    assert_true(gn_str_equal(home->state, GN_STR("ganglion/ganglion/")));
    gn_solution_free(solution);
}

static void node_and_prefix_are_a_persons_choice(void **state)
{
    (void)state;
    struct gn_solution *solution = expect_solution("home_assistant: { node: cellar-2, prefix: home/Ha_1 }\n");
    const struct gn_home_assistant *home = gn_solution_home_assistant(solution);
    assert_true(gn_str_equal(home->config, GN_STR("home/Ha_1/binary_sensor/cellar-2_")));
    assert_true(gn_str_equal(home->state, GN_STR("ganglion/cellar-2/")));
    gn_solution_free(solution);
    solution = expect_solution("home_assistant: { announce: false }\n");
    assert_null(gn_solution_home_assistant(solution));
    gn_solution_free(solution);
}

static void what_the_node_says_no_thing_may_say(void **state)
{
    (void)state;
    struct gn_solution *solution = expect_solution("home_assistant: {}\n"
                                                   "access:\n"
                                                   "  - { thing: house, publish: [\"homeassistant/#\", \"ganglion/#\"],"
                                                   " subscribe: [\"homeassistant/#\", \"ganglion/#\"] }\n");
    const struct gn_policy *policy = gn_solution_policy(solution);
    const gn_str house = GN_STR("house");
    const gn_str config = GN_STR("homeassistant/binary_sensor/ganglion_press_alarm/config");
    const gn_str alarm = GN_STR("ganglion/ganglion/press/alarm");
    assert_false(gn_policy_allows(policy, house, GN_VERB_PUBLISH, config));
    assert_false(gn_policy_allows(policy, house, GN_VERB_PUBLISH, alarm));
    assert_true(gn_policy_allows(policy, house, GN_VERB_RECEIVE, config));
    assert_true(gn_policy_allows(policy, house, GN_VERB_RECEIVE, alarm));
    assert_true(gn_policy_allows(policy, house, GN_VERB_PUBLISH, GN_STR("homeassistant/status")));
    gn_solution_free(solution);
}

static void a_wrong_section_is_refused_with_place_and_words(void **state)
{
    (void)state;
    static const struct expect_refusal rows[] = {
        { "home_assistant: { nod: x }\n", 1, 19, "unknown key 'nod' in 'home_assistant'; did you mean 'node'?" },
        { "home_assistant: { node: My House }\n", 1, 25,
          "'node' is 1 to 32 of the characters a-z 0-9 -; this is 'My House'" },
        { "home_assistant: { prefix: \"a/+\" }\n", 1, 27,
          "'prefix' is levels of A-Z a-z 0-9 _ - with '/' between, at most 48 bytes and not below things/; this is "
          "'a/+'" },
        { "home_assistant: { prefix: things/x }\n", 1, 27,
          "'prefix' is levels of A-Z a-z 0-9 _ - with '/' between, at most 48 bytes and not below things/; this is "
          "'things/x'" },
        { "home_assistant: { prefix: a//b }\n", 1, 27,
          "'prefix' is levels of A-Z a-z 0-9 _ - with '/' between, at most 48 bytes and not below things/; this is "
          "'a//b'" },
        { "home_assistant: { announce: perhaps }\n", 1, 29, "'announce' must be true or false; this is 'perhaps'" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refused(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_the_section_nothing_is_announced),
        cmocka_unit_test(the_section_alone_is_enough),
        cmocka_unit_test(node_and_prefix_are_a_persons_choice),
        cmocka_unit_test(what_the_node_says_no_thing_may_say),
        cmocka_unit_test(a_wrong_section_is_refused_with_place_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
