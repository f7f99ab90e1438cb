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

static void each_kind_has_its_own_list(void **state)
{
    (void)state;
    static const char *const kinds[] = { "finding", "alarm", "decision", "action", "receipt" };
    for (size_t i = 0; i < 5; i++)
        fixture_output(&f, kinds[i], "one", "press", "open", 0);
    for (size_t i = 0; i < 5; i++) {
        char path[64];
        char body[160];
        (void)snprintf(path, sizeof path, "/api/v1/%ss", kinds[i]);
        (void)snprintf(body, sizeof body, "{\"%ss\":[{\"id\":\"one\",\"state\":\"open\",\"thing\":\"press\"}]}",
                       kinds[i]);
        assert_int_equal(fixture_ask(&f, "GET", path, AS_VIEWER, ""), 200);
        assert_string_equal(fixture_body(&f), body);
        (void)snprintf(path, sizeof path, "/api/v1/%ss/one", kinds[i]);
        assert_int_equal(fixture_ask(&f, "GET", path, AS_VIEWER, ""), 200);
        assert_string_equal(fixture_body(&f), "{\"id\":\"one\",\"state\":\"open\",\"thing\":\"press\"}");
        (void)snprintf(path, sizeof path, "/api/v1/%ss/two", kinds[i]);
        assert_int_equal(fixture_ask(&f, "GET", path, AS_VIEWER, ""), 404);
    }
}

static void lists_are_newest_first_and_filtered(void **state)
{
    (void)state;
    fixture_output(&f, "alarm", "a-1", "press", "cleared", 1000);
    fixture_output(&f, "alarm", "a-2", "mill", "open", 2000);
    fixture_output(&f, "alarm", "a-3", "press", "open", 3000);
    static const struct {
        const char *query, *ids;
    } rows[] = { { "", "321" },
                 { "?limit=2", "32" },
                 { "?thing=press", "31" },
                 { "?state=open", "32" },
                 { "?thing=press&state=open", "3" },
                 { "?from=1767225602000", "32" },
                 { "?to=1767225602000", "1" },
                 { "?thing=nothing", "" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[96];
        char ids[8] = "";
        size_t count = 0;
        (void)snprintf(path, sizeof path, "/api/v1/alarms%s", rows[i].query);
        assert_int_equal(fixture_ask(&f, "GET", path, AS_VIEWER, ""), 200);
        for (const char *at = fixture_body(&f); (at = strstr(at, "\"a-")) != NULL; at += 3)
            ids[count++] = at[3];
        assert_string_equal(ids, rows[i].ids);
    }
}

static void odd_queries_are_refused(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/alarms?limit=1001", AS_VIEWER, ""), 400);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/alarms?limit=1000", AS_VIEWER, ""), 200);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/alarms?things=press", AS_VIEWER, ""), 400);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/alarms?state=' OR 1=1 --", AS_VIEWER, ""), 200);
    assert_string_equal(fixture_body(&f), "{\"alarms\":[]}");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_kind_has_its_own_list),
        CASE(lists_are_newest_first_and_filtered),
        CASE(odd_queries_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
