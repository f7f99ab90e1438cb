/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/solution_expect.h"

static char json[16384];

static const char *finish(struct gn_buf *buf)
{
    assert_false(buf->full);
    json[buf->size] = '\0';
    return json;
}

static struct gn_buf fresh(void)
{
    return gn_buf_over(json, sizeof json - 1);
}

static void rules_are_told_with_their_conditions_in_words(void **state)
{
    (void)state;
    struct gn_solution *const solution =
        expect_solution(EXPECT_PRESS "rules:\n"
                                     "  - name: hot\n"
                                     "    when: { thing: press-7, property: temperature, above: 80, for: 10s }\n"
                                     "    do: { action: slow-down, arguments: { level: 20 %, mode: gentle } }\n"
                                     "    at_most: 1 per 1m\n");
    struct gn_buf buf = fresh();
    solution->rules[0].digest = (struct gn_sha256){ { 0xAB } };
    gn_solution_rules_json(solution, &buf);
    assert_string_equal(
        finish(&buf),
        "[{\"name\":\"hot\",\"when\":{\"thing\":\"press-7\",\"condition\":\"above\",\"properties\":[\"temperature\"],"
        "\"level\":80,\"unit\":\"\302\260C\",\"for_ms\":10000},\"do\":{\"thing\":null,\"action\":\"slow-down\","
        "\"input\":{\"level\":20,\"mode\":\"gentle\"}},\"autonomy\":\"ask\",\"expires_ms\":600000,"
        "\"at_most\":{\"count\":1,\"per_ms\":60000},"
        "\"digest\":\"ab00000000000000000000000000000000000000000000000000000000000000\",\"file\":\"a.yaml\","
        "\"line\":15,\"words\":\"temperature of press-7 above 80 \302\260C for 10 s\"}]");
    gn_solution_free(solution);
}

static void conditions_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *when, *words;
    } rows[] = {
        { "{ thing: press-7, finding: anomaly }", "an anomaly of any property of press-7" },
        { "{ thing: '*', finding: sensor, for: 2s }", "a sensor fault of any property of any Thing for 2 s" },
        { "{ thing: press-7, finding: anomaly, properties: [count], p_below: 0.01 }",
          "an anomaly of count of press-7 with a chance below 0.01" },
        { "{ thing: press-7, finding: anomaly, properties: [count, pressure, temperature] }",
          "an anomaly of count, pressure or temperature of press-7" },
        { "{ thing: press-7, finding: anomaly, properties: [count, pressure, temperature, c*, p*, t*] }",
          "an anomaly of count, pressure, temperature, c* or 2 others of press-7" },
        { "{ thing: press-7, finding: anomaly, properties: [count, pressure, temperature, c*, p*] }",
          "an anomaly of count, pressure, temperature, c* or p* of press-7" },
        { "{ thing: press-7, property: pressure, below: 0.5 }", "pressure of press-7 below 0.5 bar" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[2048];
        struct gn_buf yaml = gn_buf_over(text, sizeof text - 1);
        gn_buf_add_text(&yaml, EXPECT_PRESS "rules:\n  - name: r\n    do: { action: stop }\n    when: ");
        gn_buf_add_text(&yaml, rows[i].when);
        text[yaml.size] = '\0';
        struct gn_solution *const solution = expect_solution(text);
        struct gn_buf buf = fresh();
        gn_rule_words(solution, &solution->rules[0], &buf);
        assert_string_equal(finish(&buf), rows[i].words);
        gn_solution_free(solution);
    }
}

static void actions_are_told_with_their_envelopes(void **state)
{
    (void)state;
    struct gn_solution *const solution = expect_solution("things:\n"
                                                         "  - thing: m\n"
                                                         "    actions:\n"
                                                         "      - name: set\n"
                                                         "        at_most: 6 per 1m\n"
                                                         "        expires: 30s\n"
                                                         "        arguments:\n"
                                                         "          - { name: v, unit: bar, range: [0, 2.5] }\n"
                                                         "          - { name: on, type: boolean, optional: true }\n"
                                                         "          - { name: how, one_of: ['<b>', soft] }\n");
    struct gn_buf buf = fresh();
    gn_solution_actions_json(solution, &buf);
    assert_string_equal(
        finish(&buf),
        "[{\"thing\":\"m\",\"name\":\"set\",\"arguments\":["
        "{\"name\":\"v\",\"type\":\"number\",\"unit\":\"bar\",\"range\":[0,2.5],\"one_of\":null,\"optional\":false},"
        "{\"name\":\"on\",\"type\":\"boolean\",\"unit\":\"\",\"range\":null,\"one_of\":null,\"optional\":true},"
        "{\"name\":\"how\",\"type\":\"text\",\"unit\":\"\",\"range\":null,"
        "\"one_of\":[\"\\u003cb\\u003e\",\"soft\"],\"optional\":false}],"
        "\"at_most\":{\"count\":6,\"per_ms\":60000},\"expires_ms\":30000}]");
    gn_solution_free(solution);
}

static void properties_are_told_with_their_meaning(void **state)
{
    (void)state;
    struct gn_solution *const solution =
        expect_solution("things:\n  - thing: '*'\n    properties: [ { name: cpu*, unit: '%', range: [0, 100], "
                        "direction: high }, { name: x } ]\n");
    struct gn_buf buf = fresh();
    gn_solution_properties_json(solution, &buf);
    assert_string_equal(finish(&buf),
                        "[{\"thing\":\"*\",\"name\":\"cpu*\",\"unit\":\"%\",\"range\":[0,100],\"direction\":\"high\"},"
                        "{\"thing\":\"*\",\"name\":\"x\",\"unit\":\"\",\"range\":null,\"direction\":\"both\"}]");
    gn_solution_free(solution);
}

static void no_solution_is_told_as_empty_lists(void **state)
{
    (void)state;
    struct gn_buf buf = fresh();
    gn_solution_rules_json(NULL, &buf);
    gn_solution_actions_json(NULL, &buf);
    gn_solution_properties_json(NULL, &buf);
    assert_string_equal(finish(&buf), "[][][]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_told_with_their_conditions_in_words),
        cmocka_unit_test(conditions_in_words),
        cmocka_unit_test(actions_are_told_with_their_envelopes),
        cmocka_unit_test(properties_are_told_with_their_meaning),
        cmocka_unit_test(no_solution_is_told_as_empty_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
