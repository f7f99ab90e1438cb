/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "act/envelope.h"
#include "act/solution_expect.h"

static struct gn_solution *solution;
static const struct gn_declared_action *action;

static int set_up(void **state)
{
    (void)state;
    solution = expect_solution("things:\n"
                               "  - thing: m\n"
                               "    actions:\n"
                               "      - name: set\n"
                               "        arguments:\n"
                               "          - { name: level, unit: '%', range: [0, 50] }\n"
                               "          - { name: mode, one_of: [gentle, hard], optional: true }\n"
                               "          - { name: steps, type: integer, range: [1, 9], optional: true }\n"
                               "          - { name: now, type: boolean, optional: true }\n"
                               "          - { name: gear, one_of: [1, 2.5], optional: true }\n"
                               "      - name: stop\n");
    action = &solution->actions[0];
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    gn_solution_free(solution);
    return 0;
}

static void what_is_inside_passes(void **state)
{
    (void)state;
    static const char *const inputs[] = {
        "{\"level\":0}",
        "{\"level\":50}",
        "{ \"level\" : 49.999 , \"mode\" : \"hard\" }",
        "{\"mode\":\"gentle\",\"level\":1e1,\"steps\":9,\"now\":false,\"gear\":2.5}",
        "{\"level\":25,\"gear\":1}",
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        struct gn_envelope_words words = { { 0 } };
        if (gn_envelope_check(solution, action, gn_str_of(inputs[i]), &words) != GN_OK)
            fail_msg("%s: %s", inputs[i], words.text);
    }
    struct gn_envelope_words words = { { 0 } };
    assert_int_equal(gn_envelope_check(solution, &solution->actions[1], GN_STR("{}"), &words), GN_OK);
}

static void what_is_outside_is_denied_with_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "{\"level\":50.000001}", "'level' must be 0 to 50 %; this is 50.000001" },
        { "{\"level\":-0.5}", "'level' must be 0 to 50 %; this is -0.5" },
        { "{\"level\":\"50\"}", "'level' must be a number" },
        { "{\"level\":true}", "'level' must be a number" },
        { "{\"level\":null}", "'level' must be a single value" },
        { "{\"level\":[1]}", "'level' must be a single value" },
        { "{\"level\":1,\"mode\":\"Hard\"}", "'mode' must be one of gentle, hard; this is 'Hard'" },
        { "{\"level\":1,\"mode\":1}", "'mode' must be text" },
        { "{\"level\":1,\"steps\":1.5}", "'steps' must be a whole number" },
        { "{\"level\":1,\"steps\":10}", "'steps' must be 1 to 9; this is 10" },
        { "{\"level\":1,\"now\":1}", "'now' must be true or false" },
        { "{\"level\":1,\"gear\":2}", "'gear' must be one of 1, 2.5; this is '2'" },
        { "{}", "the action 'set' needs 'level'" },
        { "{\"mode\":\"hard\"}", "the action 'set' needs 'level'" },
        { "{\"level\":1,\"level\":2}", "'level' is given twice" },
        { "{\"levle\":1}", "the action 'set' has no argument 'levle'; did you mean 'level'?" },
        { "{\"level\":1,\"speed\":9}", "the action 'set' has no argument 'speed'" },
        { "", "the input is not a JSON object of single values" },
        { "[]", "the input is not a JSON object of single values" },
        { "{\"level\":1", "the input is not a JSON object of single values" },
        { "{\"level\":1} ", NULL },
        { "{\"level\":1}{}", "the input is not a JSON object of single values" },
        { "{\"level\":1e999}", "'level' must be a single value" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_envelope_words words = { { 0 } };
        const gn_err err = gn_envelope_check(solution, action, gn_str_of(rows[i][0]), &words);
        assert_int_equal(err, rows[i][1] == NULL ? GN_OK : GN_ERR_DENIED);
        if (rows[i][1] != NULL)
            assert_string_equal(words.text, rows[i][1]);
    }
}

static void an_action_nobody_declared_has_no_inside(void **state)
{
    (void)state;
    struct gn_envelope_words words = { { 0 } };
    assert_int_equal(gn_envelope_check(solution, NULL, GN_STR("{}"), &words), GN_ERR_DENIED);
    assert_string_equal(words.text, "no solution declares this action, so it has no envelope");
}

static void an_input_has_a_greatest_length(void **state)
{
    (void)state;
    static char input[GN_ACTION_INPUT_BYTES_MAX + 2];
    struct gn_envelope_words words = { { 0 } };
    memset(input, ' ', sizeof input);
    memcpy(input, "{\"level\":1}", 11);
    assert_int_equal(gn_envelope_check(solution, action, (gn_str){ input, GN_ACTION_INPUT_BYTES_MAX }, &words), GN_OK);
    assert_int_equal(gn_envelope_check(solution, action, (gn_str){ input, GN_ACTION_INPUT_BYTES_MAX + 1 }, &words),
                     GN_ERR_DENIED);
    assert_string_equal(words.text, "the input is longer than 1024 bytes");
}

static void random_numbers_pass_exactly_when_they_are_in_the_range(void **state)
{
    (void)state;
    uint64_t seed = 42;
    size_t inside = 0;
    for (int i = 0; i < 100000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        const double number = ldexp((double)(int64_t)(seed >> 11) - 4503599627370496.0, -45); /* about -128 to 128 */
        const struct gn_value value = { .type = GN_VALUE_NUMBER, .number = number };
        struct gn_envelope_words words;
        const bool passes = gn_envelope_check_value(solution, action, GN_STR("level"), &value, &words) == GN_OK;
        assert_int_equal(passes, number >= 0.0 && number <= 50.0);
        inside += passes;
    }
    assert_in_range(inside, 10000, 90000);
    const struct gn_value odd[] = {
        { .type = GN_VALUE_NUMBER, .number = (double)NAN },
        { .type = GN_VALUE_NUMBER, .number = (double)INFINITY },
        { .type = GN_VALUE_NUMBER, .number = -(double)INFINITY },
        { .type = GN_VALUE_NUMBER, .number = nextafter(50.0, 51.0) },
        { .type = GN_VALUE_NUMBER, .number = nextafter(0.0, -1.0) },
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct gn_envelope_words words;
        assert_int_equal(gn_envelope_check_value(solution, action, GN_STR("level"), &odd[i], &words), GN_ERR_INVAL);
    }
}

static void values_are_equal_by_what_they_say(void **state)
{
    (void)state;
    const struct gn_value one = { .type = GN_VALUE_NUMBER, .number = 1.0 };
    const struct gn_value whole = { .type = GN_VALUE_INTEGER, .number = 1.0 };
    const struct gn_value yes = { .type = GN_VALUE_BOOL, .boolean = true };
    const struct gn_value text = { .type = GN_VALUE_TEXT, .text = GN_STR("1") };
    assert_true(gn_value_equal(&one, &whole));
    assert_false(gn_value_equal(&one, &yes));
    assert_false(gn_value_equal(&one, &text));
    assert_true(gn_value_equal(&text, &text));
    assert_true(gn_value_equal(&yes, &yes));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_inside_passes),
        CASE(what_is_outside_is_denied_with_words),
        CASE(an_action_nobody_declared_has_no_inside),
        CASE(an_input_has_a_greatest_length),
        CASE(random_numbers_pass_exactly_when_they_are_in_the_range),
        CASE(values_are_equal_by_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
