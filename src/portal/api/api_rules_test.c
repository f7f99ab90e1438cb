/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal_fixture.h"

static struct fixture f;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    fixture_set_up(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static void rules_are_what_the_host_says(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/rules", AS_VIEWER, ""), 200);
    assert_string_equal(fixture_body(&f), "{\"rules\":[{\"name\":\"stop-it\",\"autonomy\":\"ask\","
                                          "\"words\":\"when hot\",\"digest\":\"00\"}]}");
}

static void says_nothing(void *self, const char *kind, struct gn_buf *out)
{
    (void)self;
    (void)kind;
    (void)out;
}

static void without_a_solution_there_are_none(void **state)
{
    (void)state;
    f.api.host.solution = says_nothing;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/rules", AS_VIEWER, ""), 200);
    assert_string_equal(fixture_body(&f), "{\"rules\":[]}");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(rules_are_what_the_host_says),
        CASE(without_a_solution_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
