/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "act/solution_expect.h"
#include "act/solution_rules.h"

static void a_wrong_rule_is_refused_with_place_and_words(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct expect_refusal rows[] = {
        { EXPECT_PRESS
          "rules:\n"
          "  - when: { thing: press-7, finding: anomaly }\n",
          15, 5,
          "a rule needs 'name'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    do: { action: stop }\n",
          15, 5,
          "a rule needs 'when'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n",
          15, 5,
          "a rule needs 'do'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: stop }\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: stop }\n",
          18, 11,
          "there is a rule 'r' already: a.yaml line 15" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: stop }\n"
          "    autonmy: ask\n",
          18, 5,
          "unknown key 'autonmy' in a rule; did you mean 'autonomy'?" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: stop }\n"
          "    autonomy: aks\n",
          18, 15,
          "'autonomy' must be one of observe, advise, ask, act; did you mean 'ask' (this is 'aks')?" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly, for: 10 sec }\n"
          "    do: { action: stop }\n",
          16, 52,
          "'for' must be a duration as 250ms, 10s, 5m, 2h or 1d; this is '10 sec'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly, for: 32d }\n"
          "    do: { action: stop }\n",
          16, 52,
          "'for' must be from 0s to 31d; this is '32d'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: stop }\n"
          "    expires: [1m]\n",
          18, 14,
          "'expires' must be a single value; this is a list" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: pres-7, finding: anomaly }\n"
          "    do: { action: stop }\n",
          16, 20,
          "the Thing 'pres-7' has no section in 'things'; did you mean 'press-7'?" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: boiler, finding: anomaly }\n"
          "    do: { action: stop }\n",
          16, 20,
          "the Thing 'boiler' has no section in 'things'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { thing: press-8, action: stop }\n",
          17, 18,
          "the Thing 'press-8' has no section in 'things'; did you mean 'press-7'?" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { thing: \"*\", action: stop }\n",
          17, 18,
          "'*' cannot be a Thing's id: 1 to 64 of the characters A-Z a-z 0-9 _ . -" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomalie }\n"
          "    do: { action: stop }\n",
          16, 38,
          "'finding' must be one of anomaly, sensor; did you mean 'anomaly' (this is 'anomalie')?" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly, properties: [temprature] }\n"
          "    do: { action: stop }\n",
          16, 60,
          "unknown property 'temprature' of 'press-7'; did you mean 'temperature'?" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly, properties: [voltage] }\n"
          "    do: { action: stop }\n",
          16, 60,
          "unknown property 'voltage' of 'press-7'; declared are temperature, pressure, count" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly, properties: [] }\n"
          "    do: { action: stop }\n",
          16, 59,
          "'properties' is empty; leave it out to mean all of them" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly, p_below: 2 }\n"
          "    do: { action: stop }\n",
          16, 56,
          "'p_below' must be more than 0 and at most 1; this is '2'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: sensor, p_below: 0.1 }\n"
          "    do: { action: stop }\n",
          16, 55,
          "'p_below' is for anomalies; a sensor fault has no chance" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7 }\n"
          "    do: { action: stop }\n",
          16, 11,
          "'when' needs 'finding', or 'property' with 'above' or 'below'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly, above: 3 }\n"
          "    do: { action: stop }\n",
          16, 54,
          "'above' goes with a condition on readings, not with 'finding'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, property: pressure, above: 3, p_below: 0.1 }\n"
          "    do: { action: stop }\n",
          16, 68,
          "'p_below' goes with 'finding: anomaly'; a condition on readings has 'property'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, property: pressure, above: 3, below: 1 }\n"
          "    do: { action: stop }\n",
          16, 66,
          "either 'above' or 'below', not both; write two rules" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, above: 3 }\n"
          "    do: { action: stop }\n",
          16, 11,
          "'when' with 'above' or 'below' needs 'property'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, property: pressure }\n"
          "    do: { action: stop }\n",
          16, 39,
          "'property' needs 'above' or 'below' beside it" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, property: \"press*\", above: 3 }\n"
          "    do: { action: stop }\n",
          16, 39,
          "'property' must be one name here, without '*': 'press*'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, property: pressure, above: 80 \302\260C }\n"
          "    do: { action: stop }\n",
          16, 56,
          "'above' is in '\302\260C', but 'bar' is expected (or one of Pa, hPa, mbar, kPa, bar, MPa, psi)" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, property: pressure, above: 80 blobs }\n"
          "    do: { action: stop }\n",
          16, 56,
          "'above' is in 'blobs', but 'bar' is expected (or one of Pa, hPa, mbar, kPa, bar, MPa, psi)" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, property: count, above: 80 bar }\n"
          "    do: { action: stop }\n",
          16, 53,
          "'above' has the unit 'bar', but what it is compared with declares none" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, property: pressure, above: high }\n"
          "    do: { action: stop }\n",
          16, 56,
          "'above' must be a number in bar; this is 'high'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: stopp }\n",
          17, 19,
          "unknown action 'stopp' of 'press-7'; did you mean 'stop'?" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: explode }\n",
          17, 19,
          "unknown action 'explode' of 'press-7'; declared are slow-down, stop" },
        { "rules:\n"
          "  - name: r\n"
          "    when: { thing: \"*\", finding: anomaly }\n"
          "    do: { action: stop }\n",
          4, 19,
          "unknown action 'stop' of '*'; declare it in 'things' with its envelope" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down, arguments: { levle: 3, mode: hard } }\n",
          17, 43,
          "the action 'slow-down' has no argument 'levle'; did you mean 'level'?" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: stop, arguments: { speed: 3 } }\n",
          17, 38,
          "the action 'stop' has no argument 'speed'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down, arguments: { level: 3 } }\n",
          17, 41,
          "the action 'slow-down' needs the argument 'mode'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down }\n",
          17, 9,
          "the action 'slow-down' needs the argument 'level'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down, arguments: { level: 50.5, mode: hard } }\n",
          17, 50,
          "'level' must be 0 to 50 %; this is 50.5" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down, arguments: { level: 5, mode: hrad } }\n",
          17, 59,
          "'mode' must be one of gentle, hard; this is 'hrad'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down, arguments: { level: much, mode: hard } }\n",
          17, 50,
          "'level' must be a number in %; this is 'much'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down, arguments: { level: 5, mode: hard, steps: 1.5 } }\n",
          17, 72,
          "'steps' must be a whole number; this is '1.5'" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down, arguments: { level: 5 bar, mode: hard } }\n",
          17, 50,
          "'level' is in 'bar', but '%' is expected" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down, arguments: { level: [5], mode: hard } }\n",
          17, 50,
          "'level' must be a single value; this is a list" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: slow-down, arguments: [5, hard] }\n",
          17, 41,
          "'arguments' must be a map of names and values" },
        { EXPECT_PRESS
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: press-7, finding: anomaly }\n"
          "    do: { action: stop }\n"
          "    at_most: often\n",
          18, 14,
          "'at_most' must be COUNT per DURATION, as '6 per 1m'; this is 'often'" },
        { "things:\n"
          "  - thing: press-8\n"
          "    properties:\n"
          "      - { name: temperature, unit: \"\302\260C\", range: [-40, 200] }\n"
          "      - { name: pressure, unit: bar }\n"
          "      - { name: count }\n"
          "    actions:\n"
          "      - name: slow-down\n"
          "        arguments:\n"
          "          - { name: level, unit: \"%\", range: [0, 50] }\n"
          "          - { name: mode, one_of: [gentle, hard] }\n"
          "          - { name: steps, type: integer, range: [1, 9], optional: true }\n"
          "      - name: stop\n"
          "  - thing: press-9\n"
          "    properties: [ { name: pressure, unit: kPa } ]\n"
          "rules:\n"
          "  - name: r\n"
          "    when: { thing: \"*\", property: pressure, above: 3 }\n"
          "    do: { action: stop }\n",
          18, 35,
          "'pressure' has different units: 'bar' of 'press-8' and 'kPa' of 'press-9'; name the Thing" },
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refused(&rows[i]);
}

#define WHEN "    when: { thing: press-7, finding: anomaly }\n"
#define DO   "    do: { action: stop }\n"

static void what_a_rule_leaves_out_has_careful_defaults(void **state)
{
    (void)state;
    struct gn_solution *const solution = expect_solution(EXPECT_PRESS "rules:\n  - name: r\n" WHEN DO);
    const struct gn_rule *const rule = &solution->rules[0];
    assert_int_equal(rule->autonomy, GN_AUTONOMY_ASK);
    assert_int_equal(rule->expires_ms, 600000);
    assert_int_equal(rule->at_most.count, 0);
    assert_int_equal(rule->for_ms, 0);
    assert_int_equal(rule->name_count, 0);
    assert_int_equal(rule->do_thing.size, 0);
    assert_true(rule->p_below == 0.0);
    assert_int_equal(rule->line, 15);
    gn_solution_free(solution);
}

static void a_level_is_converted_to_the_unit_of_its_property(void **state)
{
    (void)state;
    struct gn_solution *const solution = expect_solution(
        EXPECT_PRESS "rules:\n"
                     "  - name: hot\n"
                     "    when: { thing: press-7, property: temperature, above: 176 \302\260F, for: 1s }\n" DO
                     "  - name: low\n"
                     "    when: { thing: press-7, property: pressure, below: 50 kPa }\n" DO "  - name: many\n"
                     "    when: { thing: press-7, property: count, above: -3 }\n" DO);
    assert_true(fabs((solution->rules[0].level) - 80.0) < 1e-9);
    assert_true(gn_str_equal(solution->rules[0].unit, GN_STR("\302\260C")));
    assert_int_equal(solution->rules[0].condition, GN_CONDITION_ABOVE);
    assert_int_equal(solution->rules[0].for_ms, 1000);
    assert_true(fabs((solution->rules[1].level) - 0.5) < 1e-12);
    assert_int_equal(solution->rules[1].condition, GN_CONDITION_BELOW);
    assert_true(solution->rules[2].level == -3.0);
    gn_solution_free(solution);
}

static void a_rule_may_come_before_what_it_names(void **state)
{
    (void)state;
    struct gn_solution *const solution = expect_solution("rules:\n  - name: r\n" WHEN DO EXPECT_PRESS);
    assert_int_equal(solution->rule_count, 1);
    gn_solution_free(solution);
}

static void a_thing_that_declares_no_property_may_have_any(void **state)
{
    (void)state;
    struct gn_solution *const solution =
        expect_solution("things:\n  - thing: press-7\n    actions: [ { name: stop } ]\n"
                        "rules:\n  - name: r\n"
                        "    when: { thing: press-7, finding: anomaly, properties: [whatever, temp*] }\n" DO);
    assert_int_equal(solution->rules[0].name_count, 2);
    gn_solution_free(solution);
}

static void patterns_and_declarations_meet_in_both_directions(void **state)
{
    (void)state;
    struct gn_solution *const solution =
        expect_solution("things:\n  - thing: press-7\n    properties: [ { name: cpu* }, { name: load1 } ]\n"
                        "    actions: [ { name: stop } ]\n"
                        "rules:\n  - name: r\n"
                        "    when: { thing: press-7, finding: anomaly, properties: [cpu_use, load*] }\n" DO);
    const struct gn_rule *const rule = &solution->rules[0];
    assert_true(gn_rule_watches(solution, rule, GN_STR("press-7"), GN_STR("cpu_use")));
    assert_false(gn_rule_watches(solution, rule, GN_STR("press-7"), GN_STR("cpu_wait")));
    assert_true(gn_rule_watches(solution, rule, GN_STR("press-7"), GN_STR("load15")));
    assert_false(gn_rule_watches(solution, rule, GN_STR("press-8"), GN_STR("cpu_use")));
    gn_solution_free(solution);
}

static void any_thing_may_use_the_action_of_one(void **state)
{
    (void)state;
    struct gn_solution *const solution = expect_solution(
        EXPECT_PRESS "rules:\n  - name: r\n    when: { thing: '*', finding: sensor }\n"
                     "    do: { action: slow-down, arguments: { mode: hard, level: 50 % } }\n    autonomy: act\n");
    const struct gn_rule *const rule = &solution->rules[0];
    assert_int_equal(rule->condition, GN_CONDITION_SENSOR);
    assert_int_equal(rule->autonomy, GN_AUTONOMY_ACT);
    assert_true(gn_rule_watches(solution, rule, GN_STR("anything"), GN_STR("at.all")));
    gn_solution_free(solution);
}

static void the_digest_is_of_what_the_rule_says_not_of_how_it_is_written(void **state)
{
    (void)state;
    static const char *const same[] = {
        EXPECT_PRESS
        "rules:\n  - name: r\n    when: { thing: press-7, property: pressure, above: 2 bar, for: 60s }\n" DO,
        "# moved and respaced\n" EXPECT_PRESS
        "rules:\n  - do:\n      action: stop\n    autonomy: ask\n    when:\n      above: 2\n      for: 1m\n"
        "      thing: press-7\n      property: 'pressure'\n    name: \"r\"\n",
    };
    static const char *const other = EXPECT_PRESS
        "rules:\n  - name: r\n    when: { thing: press-7, property: pressure, above: 2.0001 bar, for: 60s }\n" DO;
    struct gn_solution *const a = expect_solution(same[0]);
    struct gn_solution *const b = expect_solution(same[1]);
    struct gn_solution *const c = expect_solution(other);
    assert_memory_equal(&a->rules[0].digest, &b->rules[0].digest, sizeof a->rules[0].digest);
    assert_memory_not_equal(&a->rules[0].digest, &c->rules[0].digest, sizeof a->rules[0].digest);
    gn_solution_free(a);
    gn_solution_free(b);
    gn_solution_free(c);
}

static void the_number_of_rules_is_bounded(void **state)
{
    (void)state;
    static char text[GN_SOLUTION_BYTES_MAX];
    for (int extra = 0; extra <= 1; extra++) {
        struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
        gn_buf_add_text(&buf, EXPECT_PRESS "rules:\n");
        for (int i = 0; i < GN_RULES_MAX + extra; i++)
            gn_buf_addf(&buf, "  - name: r%d\n" WHEN DO, i);
        text[buf.size] = '\0';
        struct gn_solution *solution = NULL;
        struct gn_diag diag = { .line = 0 };
        assert_int_equal(expect_parse(text, &solution, &diag), extra == 0 ? GN_OK : GN_ERR_INVAL);
        if (extra == 0)
            assert_int_equal(solution->rule_count, GN_RULES_MAX);
        gn_solution_free(solution);
    }
}

static void an_input_that_is_too_long_as_json_is_refused(void **state)
{
    (void)state;
    /* Each '<' is six bytes in JSON; eight arguments of 64 of them are far beyond 1024. */
    static char text[8192];
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    gn_buf_add_text(&buf, "things:\n  - thing: t\n    actions:\n      - name: a\n        arguments:\n");
    for (int i = 0; i < GN_ACTION_ARGUMENTS_MAX; i++) {
        gn_buf_addf(&buf, "          - { name: x%d, one_of: ['", i);
        for (int k = 0; k < GN_PROPERTY_BYTES_MAX; k++)
            gn_buf_add_text(&buf, "<");
        gn_buf_add_text(&buf, "'] }\n");
    }
    gn_buf_add_text(&buf, "rules:\n  - name: r\n    when: { thing: t, finding: anomaly }\n    do:\n"
                          "      action: a\n      arguments:\n");
    for (int i = 0; i < GN_ACTION_ARGUMENTS_MAX; i++) {
        gn_buf_addf(&buf, "        x%d: '", i);
        for (int k = 0; k < GN_PROPERTY_BYTES_MAX; k++)
            gn_buf_add_text(&buf, "<");
        gn_buf_add_text(&buf, "'\n");
    }
    text[buf.size] = '\0';
    struct gn_solution *solution = NULL;
    struct gn_diag diag = { .line = 0 };
    assert_int_equal(expect_parse(text, &solution, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "the arguments are longer than 1024 bytes as JSON");
    assert_int_equal(diag.line, 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_rule_is_refused_with_place_and_words),
        cmocka_unit_test(what_a_rule_leaves_out_has_careful_defaults),
        cmocka_unit_test(a_level_is_converted_to_the_unit_of_its_property),
        cmocka_unit_test(a_rule_may_come_before_what_it_names),
        cmocka_unit_test(a_thing_that_declares_no_property_may_have_any),
        cmocka_unit_test(patterns_and_declarations_meet_in_both_directions),
        cmocka_unit_test(any_thing_may_use_the_action_of_one),
        cmocka_unit_test(the_digest_is_of_what_the_rule_says_not_of_how_it_is_written),
        cmocka_unit_test(the_number_of_rules_is_bounded),
        cmocka_unit_test(an_input_that_is_too_long_as_json_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
