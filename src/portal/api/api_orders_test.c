/* SPDX-License-Identifier: Apache-2.0 */
#include "act/command_id.h"
#include "portal/portal_fixture.h"

static struct fixture f;

static void put_output(const char *kind, const char *id, const char *state, const char *json)
{
    const struct gn_output output = { .kind = kind,
                                      .id = gn_str_of(id),
                                      .thing = GN_STR("press"),
                                      .state = gn_str_of(state),
                                      .time_ms = FIXTURE_BEGIN_MS,
                                      .seq = f.seq,
                                      .json = gn_str_of(json) };
    assert_int_equal(gn_store_put_output(f.store, &output), GN_OK);
    assert_int_equal(gn_store_flush(f.store), GN_OK);
}

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    fixture_set_up(&f);
    put_output("description", "press", "described",
               "{\"properties\":{\"oil\":{\"type\":\"number\",\"readOnly\":false,\"maximum\":60,\"unit\":\"K\"},"
               "\"open\":{\"type\":\"boolean\",\"gn:write_topic\":\"a/b/set\",\"gn:write_path\":\"state\","
               "\"gn:write_on\":\"ON\"},\"note\":{\"type\":\"string\"}}}");
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static void put_command(const char *key, const char *state, const char *json)
{
    char id[GN_COMMAND_ID_BYTES];
    gn_command_id(gn_str_of(key), id);
    put_output("command", id, state, json);
}

static void the_engine_s_word_is_the_answer(void **state)
{
    (void)state;
    static const char body[] = "{\"input\":{\"a\":1},\"key\":\"k1\"}";
    put_command("k1", "queued",
                "{\"thing\":\"press\",\"do\":\"stop\",\"input\":\"{\\\"a\\\":1}\",\"decision\":\"d-9-1\",\"action\":"
                "\"x-9-2\",\"why\":\"\"}");
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/press/actions/stop", AS_OPERATOR, body), 202);
    assert_string_equal(fixture_body(&f), "{\"id\":\"x-9-2\",\"state\":\"queued\"}");
    assert_int_equal(f.host.change_count, 0); /* asked before */
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/press/actions/blink", AS_OPERATOR, body), 409);
    assert_true(fixture_says(&f, "key_used"));
    put_command("k2", "refused",
                "{\"thing\":\"press\",\"do\":\"stop\",\"input\":\"{}\",\"decision\":\"d-9-1\",\"action\":null,\"why\":"
                "\"'level' must be 0 to 50\"}");
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/press/actions/stop", AS_OPERATOR, "{\"key\":\"k2\"}"),
                     409);
    assert_true(fixture_says(&f, "'level' must be 0 to 50"));
}

static void an_order_is_handed_on_and_waited_for(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/press/actions/stop", AS_OPERATOR,
                                 "{\"input\":{\"a\":1},\"key\":\"k3\"}"),
                     503); /* the engine said nothing of it in time */
    assert_string_equal(f.host.ordered, "press stop {\"a\":1} operator k3");
    f.host.next_err = GN_ERR_AGAIN;
    assert_int_equal(fixture_ask(&f, "POST", "/things/press/actions/stop", AS_OPERATOR, "{\"a\":1}"), 503);
}

static void who_may_not_and_what_is_no_order_is_refused(void **state)
{
    (void)state;
    char body[GN_ORDER_KEY_BYTES_MAX + 64];
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/press/actions/stop", AS_VIEWER, "{}"), 403);
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/ghost/actions/stop", AS_OPERATOR, "{}"), 404);
    static const char *const bodies[] = { "[]", "{\"input\":7}", "{\"key\":7}", "{\"other\":1}", "{", "{} {}" };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/press/actions/stop", AS_OPERATOR, bodies[i]), 400);
    (void)snprintf(body, sizeof body, "{\"key\":\"%0*d\"}", GN_ORDER_KEY_BYTES_MAX + 1, 0);
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/press/actions/stop", AS_OPERATOR, body), 400);
    assert_int_equal(f.host.change_count, 0);
}

static void a_wish_carries_topic_and_message(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things/press/desired", AS_OPERATOR, "{\"oil\":50, \"open\":true}"),
                     202);
    assert_non_null(strstr(f.host.wished, "{\"by\":\"operator\",\"expires\":1767312000000,\"properties\":{\"oil\":{"
                                          "\"value\":50,\"topic\":\"things/press/properties/oil/set\",\"payload\":"
                                          "\"50\"},\"open\":{\"value\":true,\"topic\":\"a/b/set\",\"payload\":"
                                          "\"{\\\"state\\\":\\\"ON\\\"}\"}}}"));
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things/press/desired?expires_s=10", AS_OPERATOR, "{\"oil\":null}"),
                     202);
    assert_non_null(strstr(f.host.wished, "\"expires\":1767225610000,\"properties\":{\"oil\":null}}"));
    assert_int_equal(fixture_ask(&f, "PUT", "/things/press/properties/oil", AS_OPERATOR, "12.5"), 202);
    assert_non_null(strstr(f.host.wished, "\"value\":12.5"));
}

static void what_may_not_be_is_refused_before_it_is_recorded(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int status;
    } rows[] = { { "{\"note\":\"x\"}", 409 },
                 { "{\"ghost\":1}", 409 },
                 { "{\"oil\":61}", 409 },
                 { "{\"oil\":\"x\"}", 409 },
                 { "[]", 400 },
                 { "{\"oil\":", 400 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things/press/desired", AS_OPERATOR, rows[i].body),
                         rows[i].status);
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things/press/desired", AS_VIEWER, "{\"oil\":1}"), 403);
    assert_int_equal(f.host.change_count, 0);
}

static void the_twin_shows_what_is_wished_beside_what_is(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/press/desired", AS_VIEWER, NULL), 200);
    assert_true(fixture_says(&f,
                             "{\"name\":\"oil\",\"kind\":\"number\",\"unit\":\"K\",\"reported\":49,\"desired\":null,"
                             "\"state\":null,\"since\":null,\"expires\":null,\"why\":null,\"differs\":false}"));
    assert_true(fixture_says(&f, "{\"name\":\"open\",\"kind\":\"bool\""));
    assert_false(fixture_says(&f, "note"));
    put_output("desired", "press/oil", "sent",
               "{\"thing\":\"press\",\"property\":\"oil\",\"desired\":50,\"state\":\"sent\",\"since\":1,\"expires\":2,"
               "\"by\":\"anna\",\"why\":null}");
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/press/desired", AS_VIEWER, NULL), 200);
    assert_true(fixture_says(&f,
                             "\"reported\":49,\"desired\":50,\"state\":\"sent\",\"since\":1,\"expires\":2,\"why\":null,"
                             "\"differs\":true}"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_engine_s_word_is_the_answer),
        CASE(an_order_is_handed_on_and_waited_for),
        CASE(who_may_not_and_what_is_no_order_is_refused),
        CASE(a_wish_carries_topic_and_message),
        CASE(what_may_not_be_is_refused_before_it_is_recorded),
        CASE(the_twin_shows_what_is_wished_beside_what_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
