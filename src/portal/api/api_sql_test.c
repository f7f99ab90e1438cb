/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
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

static int ask(const char *sql)
{
    char body[600];
    (void)snprintf(body, sizeof body, "{\"sql\":\"%s\"}", sql);
    return fixture_ask(&f, "POST", "/api/v1/sql", AS_VIEWER, body);
}

static void an_answer_has_columns_and_rows(void **state)
{
    (void)state;
    assert_int_equal(ask("SELECT time, value FROM readings WHERE thing = 'press' AND property = 'oil' "
                         "ORDER BY time DESC LIMIT 2"),
                     200);
    assert_string_equal(fixture_body(&f), "{\"columns\":[\"time\",\"value\"],\"rows\":[[1767225609000,49],"
                                          "[1767225608000,48]],\"cut\":false}");
    assert_int_equal(ask("SELECT value, NULL AS n, 1.5 AS r FROM readings WHERE property = 'note'"), 200);
    assert_string_equal(fixture_body(&f), "{\"columns\":[\"value\",\"n\",\"r\"],\"rows\":"
                                          "[[\"\\u003cb\\u003ehello\\u003c/b\\u003e\",null,1.5]],\"cut\":false}");
}

static void an_error_says_where_it_is(void **state)
{
    (void)state;
    assert_int_equal(ask("SELECT 1,\\n  nosuch FROM readings"), 400);
    assert_true(fixture_says(&f, "line 2, column 3: no such column: nosuch"));
    assert_int_equal(ask("DELETE FROM readings"), 400);
    assert_int_equal(ask("SELECT count(*) FROM readings WHERE time > 'noon'"), 400);
    assert_true(fixture_says(&f, "compare it with ms("));
    assert_true(fixture_says(&f, "bad_sql"));
}

static void bodies_are_checked(void **state)
{
    (void)state;
    static const char *const bodies[] = { "", "{}", "{\"sql\":5}", "{\"sql\":\"SELECT 1\",\"x\":\"y\"}", "SELECT 1" };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(fixture_ask(&f, "POST", "/api/v1/sql", AS_VIEWER, bodies[i]), 400);
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/sql", AS_NOBODY, "{\"sql\":\"SELECT 1\"}"), 401);
}

static void without_memory_it_is_busy(void **state)
{
    (void)state;
    struct gn_request *request = fixture_request(&f, "POST", "/api/v1/sql", AS_VIEWER);
    request->body = GN_STR("{\"sql\":\"SELECT 1\"}");
    gn_mem_fail_after(1);
    assert_int_equal(fixture_go(&f), 503);
    gn_mem_fail_after(0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = { CASE(an_answer_has_columns_and_rows), CASE(an_error_says_where_it_is),
                                        CASE(bodies_are_checked), CASE(without_memory_it_is_busy) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
