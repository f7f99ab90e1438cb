/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "act/solution_expect.h"
#include "base/mem.h"
#include "os/disk.h"

static void a_wrong_file_is_refused_with_place_and_words(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct expect_refusal rows[] = {
        { "- a\n",
          1, 1,
          "a solution file must be a map with the keys things, rules, access, topics, budget, "
          "home_assistant, keep; this is a list" },
        { "hello\n",
          1, 1,
          "a solution file must be a map with the keys things, rules, access, topics, budget, "
          "home_assistant, keep; this is a single value" },
        { "rule: []\n",
          1, 1,
          "unknown key 'rule' in a solution file; did you mean 'rules'?" },
        { "dashboards: []\n",
          1, 1,
          "unknown key 'dashboards' in a solution file; known are things, rules, access, topics, budget, "
          "home_assistant, keep" },
        { "things: none\n",
          1, 9,
          "'things' must be a list; this is a single value" },
        { "things:\n",
          1, 8,
          "'things' must be a list; this is empty" },
        { "budget: 0\n",
          1, 9,
          "'budget' is false alarms a series and day, more than 0 and at most 1000; this is '0'" },
        { "budget: few\n",
          1, 9,
          "'budget' must be a number; this is 'few'" },
        { "budget: 1 %\n",
          1, 9,
          "'budget' has the unit '%', but what it is compared with declares none" },
        { "budget: 1001\n",
          1, 9,
          "'budget' is false alarms a series and day, more than 0 and at most 1000; this is '1001'" },
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refused(&rows[i]);
}

/* The YAML of the header comment of act/solution.h, as a person would copy it. */
static size_t header_example(char *out, size_t capacity)
{
    static char header[16384];
    char path[1024];
    const char *const root = getenv("GN_SOURCE");
    size_t size = 0;
    (void)snprintf(path, sizeof path, "%s/src/act/solution.h", root != NULL ? root : ".");
    assert_int_equal(gn_file_read_all(path, header, sizeof header - 1, &size), GN_OK);
    struct gn_buf buf = gn_buf_over(out, capacity);
    gn_str rest = { header, size };
    bool inside = false;
    while (rest.size > 0) {
        const gn_str line = gn_str_split(rest, '\n', &rest);
        inside = inside ? gn_str_starts(line, GN_STR(" *   ")) : gn_str_starts(line, GN_STR(" *   things:"));
        if (inside) {
            gn_buf_add(&buf, line.at + 5, line.size - 5);
            gn_buf_add_text(&buf, "\n");
        } else if (buf.size > 0) {
            break;
        }
    }
    assert_false(buf.full);
    return buf.size;
}

static void the_example_of_the_header_parses(void **state)
{
    (void)state;
    static char text[16384];
    const size_t size = header_example(text, sizeof text - 1);
    assert_true(size > 500);
    text[size] = '\0';
    struct gn_solution *const solution = expect_solution(text);
    assert_int_equal(solution->rule_count, 1);
    assert_int_equal(solution->rules[0].autonomy, GN_AUTONOMY_ASK);
    assert_int_equal(solution->rules[0].for_ms, 2000);
    assert_int_equal(solution->actions[0].at_most.count, 6);
    assert_true(gn_solution_budget(solution) == 0.1);
    gn_solution_free(solution);
}

static void an_empty_bundle_is_a_solution_without_rules(void **state)
{
    (void)state;
    struct gn_solution *solution = NULL;
    assert_int_equal(gn_solution_parse((gn_str){ 0 }, &solution, NULL), GN_OK);
    assert_int_equal(solution->rule_count, 0);
    assert_true(gn_solution_budget(solution) == 0.1);
    struct gn_property_meaning meaning;
    gn_solution_meaning(solution, GN_STR("t"), GN_STR("p"), &meaning);
    assert_string_equal(meaning.unit, "");
    assert_false(meaning.has_range);
    assert_int_equal(meaning.direction, 0);
    gn_solution_free(solution);
    gn_solution_meaning(NULL, GN_STR("t"), GN_STR("p"), &meaning);
    assert_string_equal(meaning.unit, "");
}

static void the_most_exact_meaning_wins_then_the_first(void **state)
{
    (void)state;
    struct gn_solution *const solution =
        expect_solution("things:\n"
                        "  - thing: '*'\n"
                        "    properties:\n"
                        "      - { name: cpu_use, unit: any-exact }\n"
                        "      - { name: '*', unit: any-all, direction: low }\n"
                        "  - thing: m\n"
                        "    properties:\n"
                        "      - { name: '*', unit: own-all }\n"
                        "      - { name: cpu*, unit: own-cpu }\n"
                        "      - { name: cpu_*, unit: own-cpu_, range: [0, 9], direction: high }\n"
                        "      - { name: load1, unit: own-exact }\n");
    static const struct {
        const char *thing, *property, *unit;
        int direction;
        bool has_range;
    } rows[] = {
        { "m", "load1", "own-exact", 0, false },   { "m", "cpu_use", "own-cpu_", 1, true },
        { "m", "cpu0", "own-cpu", 0, false },      { "m", "disk", "own-all", 0, false },
        { "n", "cpu_use", "any-exact", 0, false }, { "n", "load1", "any-all", -1, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_property_meaning meaning;
        gn_solution_meaning(solution, gn_str_of(rows[i].thing), gn_str_of(rows[i].property), &meaning);
        assert_string_equal(meaning.unit, rows[i].unit);
        assert_int_equal(meaning.direction, rows[i].direction);
        assert_int_equal(meaning.has_range, rows[i].has_range);
    }
    gn_solution_free(solution);
}

static void a_things_own_envelope_counts_before_that_of_any_thing(void **state)
{
    (void)state;
    struct gn_solution *const solution =
        expect_solution("things:\n"
                        "  - thing: '*'\n    actions: [ { name: stop, expires: 5s }, { name: wink } ]\n"
                        "  - thing: m\n    actions: [ { name: stop, expires: 7s } ]\n");
    assert_int_equal(gn_solution_action(solution, GN_STR("m"), GN_STR("stop"))->expires_ms, 7000);
    assert_int_equal(gn_solution_action(solution, GN_STR("n"), GN_STR("stop"))->expires_ms, 5000);
    assert_non_null(gn_solution_action(solution, GN_STR("m"), GN_STR("wink")));
    assert_null(gn_solution_action(solution, GN_STR("m"), GN_STR("blink")));
    gn_solution_free(solution);
}

static gn_err parse_two(const char *a, const char *b, struct gn_solution **out, struct gn_diag *diag)
{
    static uint8_t bytes[4096];
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    gn_solution_bundle_add(&bundle, GN_STR("a.yaml"), gn_str_of(a));
    gn_solution_bundle_add(&bundle, GN_STR("b of two.yaml"), gn_str_of(b));
    return gn_solution_parse(gn_buf_str(&bundle), out, diag);
}

static void several_files_are_one_solution(void **state)
{
    (void)state;
    struct gn_solution *solution = NULL;
    struct gn_diag diag = { .line = 0 };
    assert_int_equal(
        parse_two("rules:\n  - name: r\n    when: { thing: t, finding: anomaly }\n    do: { action: stop }\n",
                  "things: [ { thing: t, actions: [ { name: stop } ] } ]\nbudget: 2", &solution, &diag),
        GN_OK);
    assert_int_equal(solution->rule_count, 1);
    assert_true(gn_str_equal(solution->rules[0].file, GN_STR("a.yaml")));
    assert_true(gn_solution_budget(solution) == 2.0);
    gn_solution_free(solution);
    assert_int_equal(parse_two("budget: 1", "budget: 2", &solution, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.file, "b of two.yaml");
    assert_string_equal(diag.text, "'budget' is given twice; a solution has one");
}

static void a_damaged_bundle_is_refused(void **state)
{
    (void)state;
    static const char *const bundles[] = {
        "budget: 1\n",
        "@file a.yaml 3",
        "@file a.yaml\nabc",
        "@file  3\nabc",
        "@file a.yaml x\nabc",
        "@file a.yaml 4\nabc",
        "@file a.yaml -1\nabc",
        "@file a.yaml 18446744073709551616\nabc",
        "@file a.yaml 9\nbudget: 1trailing",
    };
    for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++) {
        struct gn_solution *solution = NULL;
        struct gn_diag diag = { .line = 0 };
        assert_int_equal(gn_solution_parse(gn_str_of(bundles[i]), &solution, &diag), GN_ERR_INVAL);
        assert_null(solution);
        assert_true(gn_str_starts(gn_str_of(diag.text), GN_STR("the bundle of the solution is damaged: ")));
    }
}

static void a_solution_has_a_greatest_size(void **state)
{
    (void)state;
    static char text[GN_SOLUTION_BYTES_MAX + 1];
    struct gn_solution *solution = NULL;
    struct gn_diag diag = { .line = 0 };
    memset(text, '#', sizeof text);
    assert_int_equal(gn_solution_parse((gn_str){ text, sizeof text }, &solution, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "the solution has 262145 bytes; 262144 are the most");
    /* Exactly as many are fine: one file, filled with a comment. */
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    gn_buf_addf(&buf, "@file a.yaml %d\nbudget: 1\n#", GN_SOLUTION_BYTES_MAX - 20);
    assert_int_equal(buf.size, 20 + 11);
    text[buf.size] = '#'; /* where printf left its NUL */
    if (gn_solution_parse((gn_str){ text, GN_SOLUTION_BYTES_MAX }, &solution, &diag) != GN_OK)
        fail_msg("%zu:%zu: %s", diag.line, diag.column, diag.text);
    gn_solution_free(solution);
}

static void without_memory_there_is_no_solution(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 4; n++) {
        struct gn_solution *solution = NULL;
        struct gn_diag diag = { .line = 0 };
        gn_mem_fail_after(n);
        assert_int_equal(gn_solution_parse(GN_STR("@file a 9\nbudget: 1"), &solution, &diag), GN_ERR_FULL);
        assert_null(solution);
    }
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_file_is_refused_with_place_and_words),
        cmocka_unit_test(the_example_of_the_header_parses),
        cmocka_unit_test(an_empty_bundle_is_a_solution_without_rules),
        cmocka_unit_test(the_most_exact_meaning_wins_then_the_first),
        cmocka_unit_test(a_things_own_envelope_counts_before_that_of_any_thing),
        cmocka_unit_test(several_files_are_one_solution),
        cmocka_unit_test(a_damaged_bundle_is_refused),
        cmocka_unit_test(a_solution_has_a_greatest_size),
        cmocka_unit_test(without_memory_there_is_no_solution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
