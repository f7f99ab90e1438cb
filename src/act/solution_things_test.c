/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "act/solution_expect.h"
#include "act/solution_things.h"

static void a_wrong_section_is_refused_with_place_and_words(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct expect_refusal rows[] = {
        { "things:\n"
          "  - properties: []\n",
          2, 5,
          "a Thing's section needs 'thing'" },
        { "things:\n"
          "  - thing: press 7\n",
          2, 12,
          "'press 7' cannot be a Thing's id: 1 to 64 of the characters A-Z a-z 0-9 _ . -, or '*' for any Thing" },
        { "things:\n"
          "  - thing:\n",
          2, 11,
          "'thing' has no value" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, units: bar }\n",
          4, 20,
          "unknown key 'units' in a property; did you mean 'unit'?" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - name: a\n"
          "      - name: a\n",
          5, 15,
          "the property 'a' of 'press-7' is declared twice" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - name: a/b\n",
          4, 15,
          "'a/b' cannot be a name: 1 to 64 bytes without '/', '+', '#' and control characters" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - name: \"a*b\"\n",
          4, 15,
          "'*' may only stand at the end, as in 'cpu*': 'a*b'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - a\n",
          4, 9,
          "a property must be a map with the keys name, unit, range, direction; this is a single value" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, unit: \"seventeen bytes..\" }\n",
          4, 26,
          "the unit 'seventeen bytes..' is longer than 16 bytes" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, range: [10, 1] }\n",
          4, 27,
          "'range' goes from 10 to 1; the lower end must come first" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, range: [1, 1] }\n",
          4, 27,
          "'range' goes from 1 to 1; the lower end must come first" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, range: [1, 2, 3] }\n",
          4, 27,
          "'range' must be two numbers, as [0, 100]" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, range: [low, 2] }\n",
          4, 28,
          "'range' must be a number; this is 'low'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, unit: bar, range: [0 \302\260C, 2] }\n",
          4, 39,
          "'range' is in '\302\260C', but 'bar' is expected (or one of Pa, hPa, mbar, kPa, bar, MPa, psi)" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, range: [0, 1e999] }\n",
          4, 31,
          "'range' must be a number; this is '1e999'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, direction: hihg }\n",
          4, 31,
          "'direction' must be one of low, both, high; did you mean 'high' (this is 'hihg')?" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, direction: sideways }\n",
          4, 31,
          "'direction' must be one of low, both, high; this is 'sideways'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: stop\n"
          "      - name: stop\n",
          5, 15,
          "the action 'stop' of 'press-7' is declared twice" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: \"st*\"\n",
          4, 15,
          "'name' must be one name here, without '*': 'st*'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x } ]\n",
          5, 22,
          "argument 'x' needs an envelope: 'range', 'one_of' or 'type: boolean'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x, type: number } ]\n",
          5, 22,
          "argument 'x' is a number and needs 'range' or 'one_of'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x, type: text } ]\n",
          5, 22,
          "argument 'x' is text and needs 'one_of'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x, type: text, range: [1, 2] } ]\n",
          5, 52,
          "'range' is for numbers; argument 'x' is text" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x, type: flaot, range: [1, 2] } ]\n",
          5, 39,
          "'type' must be one of number, integer, boolean, text; this is 'flaot'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x, range: [1, 2] }, { name: x, range: [1, 2] } ]\n",
          5, 58,
          "the argument 'x' is declared twice" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x, one_of: [] } ]\n",
          5, 41,
          "'one_of' is empty; nothing could ever be chosen" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x, one_of: [1, 2, 1] } ]\n",
          5, 48,
          "'one_of' has '1' twice" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x, type: integer, one_of: [1, 2.5] } ]\n",
          5, 60,
          "'one_of' must be a whole number; this is '2.5'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: [ { name: x, range: [1, 2], optional: yes } ]\n",
          5, 58,
          "'optional' must be true or false; this is 'yes'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        arguments: ["
          "{ name: x0, range: [1, 2] }, "
          "{ name: x1, range: [1, 2] }, "
          "{ name: x2, range: [1, 2] }, "
          "{ name: x3, range: [1, 2] }, "
          "{ name: x4, range: [1, 2] }, "
          "{ name: x5, range: [1, 2] }, "
          "{ name: x6, range: [1, 2] }, "
          "{ name: x7, range: [1, 2] }, "
          "{ name: x8, range: [1, 2] }]\n",
          5, 20,
          "'arguments' has 9 items; 8 are the most" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        at_most: six per minute\n",
          5, 18,
          "'at_most' must be COUNT per DURATION, as '6 per 1m'; this is 'six per minute'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        at_most: 0 per 1m\n",
          5, 18,
          "the count of 'at_most' must be 1 to 60; this is '0 per 1m'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        at_most: 61 per 1m\n",
          5, 18,
          "the count of 'at_most' must be 1 to 60; this is '61 per 1m'" },
        { "things:\n"
          "  - thing: press-7\n"
          "    actions:\n"
          "      - name: a\n"
          "        expires: 0s\n",
          5, 18,
          "'expires' must be more than 0 and at most 31d; this is '0s'" },
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refused(&rows[i]);
}

static void a_section_becomes_rows(void **state)
{
    (void)state;
    struct gn_solution *const solution = expect_solution(EXPECT_PRESS);
    assert_int_equal(solution->thing_count, 1);
    assert_int_equal(solution->property_count, 3);
    assert_int_equal(solution->action_count, 2);
    const struct gn_declared_action *const slow = &solution->actions[0];
    assert_int_equal(slow->argument_count, 3);
    assert_int_equal(slow->expires_ms, 60000);
    assert_int_equal(slow->at_most.count, 0);
    assert_int_equal(slow->arguments[0].type, GN_VALUE_NUMBER);
    assert_true(slow->arguments[0].low == 0.0 && slow->arguments[0].high == 50.0);
    assert_int_equal(slow->arguments[1].type, GN_VALUE_TEXT);
    assert_int_equal(slow->arguments[1].choice_count, 2);
    assert_int_equal(slow->arguments[2].type, GN_VALUE_INTEGER);
    assert_true(slow->arguments[2].optional);
    gn_solution_free(solution);
}

static void ranges_are_converted_to_the_unit_of_their_property(void **state)
{
    (void)state;
    struct gn_solution *const solution = expect_solution("things:\n"
                                                         "  - thing: boiler\n"
                                                         "    properties:\n"
                                                         "      - { name: p, unit: bar, range: [0 kPa, 1 MPa] }\n");
    assert_true(solution->properties[0].low == 0.0);
    assert_true(fabs((solution->properties[0].high) - 10.0) < 1e-12);
    gn_solution_free(solution);
}

static void the_type_of_choices_is_seen_from_them(void **state)
{
    (void)state;
    struct gn_solution *const solution = expect_solution("things:\n"
                                                         "  - thing: t\n"
                                                         "    actions:\n"
                                                         "      - name: a\n"
                                                         "        at_most: 60 per 1d\n"
                                                         "        expires: 250ms\n"
                                                         "        arguments:\n"
                                                         "          - { name: n, one_of: [1, 2.5] }\n"
                                                         "          - { name: b, one_of: [true] }\n"
                                                         "          - { name: s, one_of: ['1', two] }\n"
                                                         "          - { name: t, type: text, one_of: [1, true] }\n"
                                                         "          - { name: f, type: boolean }\n");
    const struct gn_declared_action *const action = &solution->actions[0];
    assert_int_equal(action->arguments[0].type, GN_VALUE_NUMBER);
    assert_int_equal(action->arguments[1].type, GN_VALUE_BOOL);
    assert_int_equal(action->arguments[2].type, GN_VALUE_TEXT);
    assert_int_equal(action->arguments[3].type, GN_VALUE_TEXT);
    assert_int_equal(action->arguments[4].type, GN_VALUE_BOOL);
    assert_int_equal(action->at_most.count, 60);
    assert_int_equal(action->at_most.per_ms, 86400000);
    assert_int_equal(action->expires_ms, 250);
    gn_solution_free(solution);
}

static void the_number_of_declarations_is_bounded(void **state)
{
    (void)state;
    static char text[GN_SOLUTION_BYTES_MAX];
    for (int extra = 0; extra <= 1; extra++) {
        struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
        gn_buf_add_text(&buf, "things:\n  - thing: t\n    actions:\n");
        for (int i = 0; i < GN_ACTIONS_DECLARED_MAX + extra; i++)
            gn_buf_addf(&buf, "      - name: a%d\n", i);
        text[buf.size] = '\0';
        struct gn_solution *solution = NULL;
        struct gn_diag diag = { .line = 0 };
        assert_int_equal(expect_parse(text, &solution, &diag), extra == 0 ? GN_OK : GN_ERR_INVAL);
        if (extra == 1)
            assert_string_equal(diag.text, "'actions' has 257 items; 256 are the most");
        gn_solution_free(solution);
    }
}

static void choices_of_all_arguments_are_bounded_together(void **state)
{
    (void)state;
    static char text[GN_SOLUTION_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    gn_buf_add_text(&buf, "things:\n  - thing: t\n    actions:\n");
    for (int i = 0; i <= GN_SOLUTION_CHOICES_MAX / GN_CHOICES_MAX; i++) {
        gn_buf_addf(&buf, "      - name: a%d\n        arguments: [ { name: x, one_of: [", i);
        for (int k = 0; k < GN_CHOICES_MAX; k++)
            gn_buf_addf(&buf, "%d, ", k);
        gn_buf_add_text(&buf, "] } ]\n");
    }
    text[buf.size] = '\0';
    struct gn_solution *solution = NULL;
    struct gn_diag diag = { .line = 0 };
    assert_int_equal(expect_parse(text, &solution, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "more than 2048 choices in the solution");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_section_is_refused_with_place_and_words),
        cmocka_unit_test(a_section_becomes_rows),
        cmocka_unit_test(ranges_are_converted_to_the_unit_of_their_property),
        cmocka_unit_test(the_type_of_choices_is_seen_from_them),
        cmocka_unit_test(the_number_of_declarations_is_bounded),
        cmocka_unit_test(choices_of_all_arguments_are_bounded_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
