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

static void the_list_has_a_row_for_each_thing(void **state)
{
    (void)state;
    f.host.online = 1;
    fixture_output(&f, "alarm", "a-1", "press", "open", 0);
    fixture_output(&f, "alarm", "a-2", "press", "open", 0);
    fixture_output(&f, "alarm", "a-3", "mill", "cleared", 0);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things", AS_VIEWER, ""), 200);
    assert_string_equal(fixture_body(&f),
                        "{\"things\":[{\"id\":\"press\",\"name\":\"\\u003cimg src=x onerror=alert(1)\\u003e\","
                        "\"online\":false,\"state\":\"adopted\",\"via\":null,\"series\":3,\"last_time\":1767225609000,"
                        "\"alarms_open\":2},"
                        "{\"id\":\"mill\",\"name\":\"Mill\",\"online\":true,\"state\":\"adopted\",\"via\":null,"
                        "\"series\":1,\"last_time\":null,"
                        "\"alarms_open\":0}]}");
}

static void one_thing_has_values_units_actions_and_what_was_refused(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/press", AS_VIEWER, ""), 200);
    assert_true(fixture_says(&f, "\"refused\":{\"count\":3,\"why\":\"topic outside of its own tree\"}"));
    assert_true(fixture_says(&f, "{\"name\":\"oil\",\"kind\":\"number\",\"unit\":\"degC\",\"value\":49,"
                                 "\"time\":1767225609000}"));
    assert_true(fixture_says(&f, "{\"name\":\"open\",\"kind\":\"bool\",\"unit\":\"\",\"value\":true,"));
    assert_true(fixture_says(&f, "\"kind\":\"text\",\"unit\":\"\",\"value\":\"\\u003cb\\u003ehello"));
    assert_true(fixture_says(&f, "\"actions\":[{\"thing\":\"press\",\"name\":\"stop\",\"arguments\":"
                                 "[{\"name\":\"target\"}]},{\"thing\":\"*\",\"name\":\"blink\""));
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/mill", AS_VIEWER, ""), 200);
    assert_true(fixture_says(&f, "\"value\":null,\"time\":null"));
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/nothing", AS_VIEWER, ""), 404);
}

static void a_nasty_name_stays_text(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/press", AS_VIEWER, ""), 200);
    assert_false(fixture_says(&f, "<"));
    assert_true(fixture_says(&f, "\\u003cimg src=x onerror=alert(1)\\u003e"));
}

static void a_new_thing_gets_a_token_once(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things", AS_ADMIN, "{\"name\":\"" FIXTURE_NASTY "\"}"), 201);
    assert_string_equal(f.host.added, FIXTURE_NASTY);
    assert_true(fixture_says(&f, "\"id\":\"new-thing\",\"name\":\"\\u003cimg"));
    assert_true(fixture_says(&f, "\"token\":\"00112233445566778899aabbccddeeff\""));
}

static void a_name_is_checked_before_the_host_is_asked(void **state)
{
    (void)state;
    char body[512];
    char name[300];
    memset(name, 'a', sizeof name);
    static const char *const bad[] = {
        "", "{}", "[]", "{\"name\":1}", "{\"name\":\"a\",\"role\":\"b\"}", "{\"name\"", "{\"name\":\"a\"} x"
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things", AS_ADMIN, bad[i]), 400);
        assert_true(fixture_says(&f, "byte "));
    }
    (void)snprintf(body, sizeof body, "{\"name\":\"%.*s\"}", GN_THING_NAME_BYTES_MAX + 1, name);
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things", AS_ADMIN, body), 400);
    assert_int_equal(f.host.change_count, 0);
    (void)snprintf(body, sizeof body, "{\"name\":\"%.*s\"}", GN_THING_NAME_BYTES_MAX, name);
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things", AS_ADMIN, body), 201);
    f.host.next_err = GN_ERR_INVAL;
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things", AS_ADMIN, "{\"name\":\"\"}"), 400);
    assert_true(fixture_says(&f, "the name is empty"));
}

static void a_change_that_cannot_be_kept_is_told(void **state)
{
    (void)state;
    static const struct {
        gn_err err;
        int status;
    } rows[] = { { GN_ERR_AGAIN, 503 }, { GN_ERR_FULL, 409 }, { GN_ERR_CLOSED, 503 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f.host.next_err = rows[i].err;
        assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things", AS_ADMIN, "{\"name\":\"a\"}"), rows[i].status);
        assert_false(fixture_says(&f, "token\":"));
    }
}

static void without_memory_it_is_busy_not_broken(void **state)
{
    (void)state;
    static const char *const paths[] = { "/api/v1/things", "/api/v1/things/press", "/api/v1/status",
                                         "/api/v1/things/press/properties" };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        for (size_t n = 1; n < 6; n++) {
            (void)fixture_request(&f, "GET", paths[i], AS_VIEWER);
            gn_mem_fail_after(n);
            const int status = fixture_go(&f);
            gn_mem_fail_after(0);
            assert_true(status == 503 || status == 200);
            assert_true(n > 1 || status == 503);
        }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_list_has_a_row_for_each_thing),
        CASE(one_thing_has_values_units_actions_and_what_was_refused),
        CASE(a_nasty_name_stays_text),
        CASE(a_new_thing_gets_a_token_once),
        CASE(a_name_is_checked_before_the_host_is_asked),
        CASE(a_change_that_cannot_be_kept_is_told),
        CASE(without_memory_it_is_busy_not_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
