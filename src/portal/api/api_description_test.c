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

static void a_description_is_handed_on_canonical(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things/press/description", AS_ADMIN, "{ \"title\": \"Press\" }"),
                     202);
    assert_string_equal(fixture_body(&f), "{\"thing\":\"press\",\"recorded\":true}");
    assert_string_equal(f.host.described, "press");
    assert_string_equal(f.host.description, "{\"title\":\"Press\"}");
}

static void what_is_wrong_is_named_by_line_and_column(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things/press/description", AS_ADMIN, "{\n \"forms\": []}"), 400);
    assert_true(fixture_says(&f, "line 2, column"));
    assert_true(fixture_says(&f, "'forms' is not known here"));
    assert_int_equal(f.host.change_count, 0);
}

static void only_an_admin_describes_and_only_what_there_is(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things/press/description", AS_OPERATOR, "{}"), 403);
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things/ghost/description", AS_ADMIN, "{}"), 404);
    f.host.next_err = GN_ERR_AGAIN;
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things/press/description", AS_ADMIN, "{}"), 503);
}

static void what_was_described_can_be_read(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/press/description", AS_VIEWER, NULL), 200);
    assert_string_equal(fixture_body(&f), "{}");
    fixture_output(&f, "description", "press", "press", "described", 0);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/press/description", AS_VIEWER, NULL), 200);
    assert_string_equal(fixture_body(&f), "{\"id\":\"press\",\"state\":\"described\",\"thing\":\"press\"}");
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/mill/description", AS_VIEWER, NULL), 200);
    assert_string_equal(fixture_body(&f), "{}");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_description_is_handed_on_canonical),
        CASE(what_is_wrong_is_named_by_line_and_column),
        CASE(only_an_admin_describes_and_only_what_there_is),
        CASE(what_was_described_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
