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

static void the_route_asks_for_a_stream(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/live", AS_VIEWER, ""), 200);
    assert_true(f.exchange->response.stream);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/live", AS_NOBODY, ""), 401);
    assert_false(f.exchange->response.stream);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_route_asks_for_a_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
