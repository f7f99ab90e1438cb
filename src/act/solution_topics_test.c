/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/solution.h"

static struct gn_diag diag;

static gn_err parse(const char *yaml, struct gn_solution **out)
{
    static char bytes[8192];
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    gn_solution_bundle_add(&bundle, GN_STR("a.yaml"), gn_str_of(yaml));
    diag = (struct gn_diag){ 0 };
    return gn_solution_parse(gn_buf_str(&bundle), out, &diag);
}

static void refused(const char *yaml, size_t line, const char *words)
{
    struct gn_solution *solution = NULL;
    assert_int_equal(parse(yaml, &solution), GN_ERR_INVAL);
    assert_int_equal(diag.line, line);
    if (strstr(diag.text, words) == NULL)
        fail_msg("'%s' instead of '%s'", diag.text, words);
}

static void the_first_row_that_matches_says_thing_and_property(void **state)
{
    (void)state;
    struct gn_solution *solution = NULL;
    struct gn_topic_match match;
    assert_int_equal(parse("things:\n  - thing: saw-1\n"
                           "topics:\n"
                           "  - { topic: 'plant/hall/{thing}/{property}', scale: 0.5, offset: -1, unit: degC }\n"
                           "  - { topic: 'plant/{area}/{thing}/{property}' }\n"
                           "  - { topic: 'meter/+', thing: meter, pick: e.total, property: energy }\n",
                           &solution),
                     GN_OK);
    assert_true(gn_solution_topic(solution, GN_STR("plant/hall/saw-1/heat"), &match));
    assert_true(gn_str_equal(match.thing, GN_STR("saw-1")) && gn_str_equal(match.property, GN_STR("heat")));
    assert_true(match.scale == 0.5 && match.offset == -1 && match.declared && match.unit.size > 0);
    assert_true(gn_solution_topic(solution, GN_STR("plant/yard/saw-2/heat"), &match));
    assert_true(match.scale == 1 && match.offset == 0 && !match.declared);
    assert_true(gn_solution_topic(solution, GN_STR("meter/7"), &match));
    assert_true(gn_str_equal(match.thing, GN_STR("meter")) && gn_str_equal(match.pick, GN_STR("e.total")));
    assert_false(gn_solution_topic(solution, GN_STR("plant/yard/saw-2"), &match));
    assert_false(gn_solution_topic(solution, GN_STR("plant/yard/saw-2/heat/x"), &match));
    assert_false(gn_solution_topic(NULL, GN_STR("meter/7"), &match));
    gn_solution_free(solution);
}

static void what_cannot_be_meant_is_refused_where_it_stands(void **state)
{
    (void)state;
    refused("topics:\n  - { topic: 'a/{property}' }\n", 2, "the Thing is named once");
    refused("topics:\n  - { topic: 'a/{thing}', thing: b }\n", 2, "the Thing is named once");
    refused("topics:\n  - { topic: 'a/{thing}/{property}', property: x }\n", 2, "named by '{property}' already");
    refused("topics:\n  - { topic: 'a/{thing}/{thing}' }\n", 2, "may stand once");
    refused("topics:\n  - { topic: 'a/#', thing: b }\n", 2, "must be a word");
    refused("topics:\n  - { topic: 'a/x{thing}', thing: b }\n", 2, "must be a word");
    refused("topics:\n  - { topic: 'things/a/{thing}' }\n", 2, "not below things/");
    refused("topics:\n  - { topic: 'a/{thing}', scale: 0 }\n", 2, "'scale' must not be 0");
    refused("topics:\n  - { topic: 'a/{thing}', scael: 2 }\n", 2, "unknown key 'scael'");
    refused("topics:\n  - { topic: '+/{thing}' }\n  - { topic: 'a/b', thing: c }\n", 3, "is never reached");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_row_that_matches_says_thing_and_property),
        cmocka_unit_test(what_cannot_be_meant_is_refused_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
