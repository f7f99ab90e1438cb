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

static void only_what_waits_is_listed(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/discovered", AS_VIEWER, ""), 200);
    assert_string_equal(fixture_body(&f), "{\"discovered\":[]}");
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/discovered/nothing", AS_VIEWER, ""), 404);
}

static void a_proposal_says_what_the_readings_show(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/discovered/press", AS_VIEWER, ""), 200);
    assert_true(fixture_says(&f, "\"source\":\"native\""));
    assert_true(fixture_says(&f, "\"oil\":{\"readOnly\":true,\"type\":\"number\",\"gn:kind\":\""));
    assert_true(fixture_says(&f, "\"open\":{\"readOnly\":true,\"type\":\"boolean\",\"gn:kind\":\"boolean\""));
    assert_true(fixture_says(&f, "\"gn:period_ms\":1000,"));
    assert_true(fixture_says(&f, "\"gn:last\":49"));
}

static void adopting_passes_on_the_edited_description(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/discovered/press/adopt", AS_ADMIN,
                                 "{\"name\":\"Press\",\"description\":{\"properties\":{\"oil\":{\"type\":\"number\","
                                 "\"unit\":\"K\",\"gn:topic\":\"a/b\"}}}}"),
                     202);
    assert_string_equal(fixture_body(&f), "{\"id\":\"press\",\"state\":\"adopted\",\"recorded\":true}");
    assert_memory_equal(f.host.decided, "press adopted Press {", 21);
    assert_non_null(strstr(f.host.decided, "\"gn:topic\":\"a/b\""));
}

static void without_a_body_the_proposal_becomes_the_description(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/discovered/press/adopt", AS_ADMIN, "{}"), 202);
    assert_non_null(strstr(f.host.decided, "\"oil\":{"));
    assert_null(strstr(f.host.decided, "gn:last")); /* what was seen is no part of what it is */
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/discovered/press/ignore", AS_ADMIN, "{}"), 202);
    assert_string_equal(f.host.decided, "press ignored  ");
}

static void what_is_not_right_changes_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = { "[]",
                                       "{\"name\":5}",
                                       "{\"description\":[]}",
                                       "{\"other\":1}",
                                       "{\"name\":\"a\"",
                                       "{\"description\":{\"properties\":{\"a\":{\"nonsense\":1}}}}" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(fixture_ask(&f, "POST", "/api/v1/discovered/press/adopt", AS_ADMIN, bad[i]), 400);
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/discovered/press/adopt", AS_OPERATOR, "{}"), 403);
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/discovered/nothing/ignore", AS_ADMIN, "{}"), 404);
    assert_int_equal(f.host.change_count, 0);
    f.host.next_err = GN_ERR_INVAL;
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/discovered/press/adopt", AS_ADMIN, "{}"), 400);
    assert_true(fixture_says(&f, "control characters"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(only_what_waits_is_listed),
        CASE(a_proposal_says_what_the_readings_show),
        CASE(adopting_passes_on_the_edited_description),
        CASE(without_a_body_the_proposal_becomes_the_description),
        CASE(what_is_not_right_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
