/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>

#include "portal/live.h"
#include "portal/portal_fixture.h"

static struct fixture f;
static struct gn_live *live;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    fixture_set_up(&f);
    assert_int_equal(gn_live_new(&f.api, &live), GN_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    gn_live_free(live);
    fixture_end(&f);
    return 0;
}

static void a_thing_is_described_with_what_is_known(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/things/press", AS_VIEWER, NULL), 200);
    assert_string_equal(f.exchange->response.type, "application/td+json");
    static const char *const says[] = {
        "\"id\":\"urn:ganglion:thing:press\"",
        "\"base\":\"http://127.0.0.1:8080/\"",
        "\"oil\":{\"type\":\"number\",\"unit\":\"degC\",\"readOnly\":true,\"observable\":true,\"forms\":[{\"href\":"
        "\"things/press/properties/oil\",\"contentType\":\"application/json\",\"op\":[\"readproperty\"]",
        "\"open\":{\"type\":\"boolean\"",
        "\"note\":{\"type\":\"string\"",
        "\"href\":\"mqtt://127.0.0.1:1883\"",
        "\"mqv:filter\":\"things/press/properties/oil\"",
        "\"stop\":{\"input\":{\"type\":\"object\",\"properties\":{\"target\":{\"type\":",
        "\"required\":[\"target\"]",
        "\"blink\":{\"safe\":false",
        "\"href\":\"things/press/events/alarm?poll=1\"",
    };
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++)
        if (!fixture_says(&f, says[i]))
            fail_msg("%s is not in %s", says[i], fixture_body(&f));
    assert_false(fixture_says(&f, "<img")); /* a name is text in any page */
    assert_false(fixture_says(&f, "grind"));
    assert_false(fixture_says(&f, "writeproperty"));
}

static void a_page_is_for_browsers(void **state)
{
    (void)state;
    struct gn_request *request = fixture_request(&f, "GET", "/things/press", AS_VIEWER);
    request->accepts_html = true;
    assert_int_equal(fixture_go(&f), 200);
    assert_string_equal(f.exchange->response.type, "text/html; charset=utf-8");
}

static void the_directory_lists_all_and_says_where_the_rest_is(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/.well-known/wot", AS_VIEWER, NULL), 200);
    assert_true(fixture_says(&f, "\"@type\":\"ThingDirectory\""));
    assert_int_equal(fixture_ask(&f, "GET", "/things", AS_VIEWER, NULL), 200);
    assert_true(fixture_says(&f, "urn:ganglion:thing:press") && fixture_says(&f, "urn:ganglion:thing:mill"));
    assert_int_equal(f.exchange->response.extra_size, 0);
    assert_int_equal(fixture_ask(&f, "GET", "/things?limit=1", AS_VIEWER, NULL), 200);
    assert_false(fixture_says(&f, "urn:ganglion:thing:mill"));
    assert_non_null(strstr(f.exchange->response.extra_bytes, "link: </things?offset=1&limit=1>; rel=\"next\""));
    assert_int_equal(fixture_ask(&f, "GET", "/things?limit=0", AS_VIEWER, NULL), 400);
    assert_int_equal(fixture_ask(&f, "GET", "/things?page=1", AS_VIEWER, NULL), 400);
}

static void a_value_is_read_alone(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/things/press/properties/oil", AS_VIEWER, NULL), 200);
    assert_string_equal(fixture_body(&f), "49");
    assert_int_equal(fixture_ask(&f, "GET", "/things/press/properties/open", AS_VIEWER, NULL), 200);
    assert_string_equal(fixture_body(&f), "true");
    assert_int_equal(fixture_ask(&f, "GET", "/things/mill/properties/rpm", AS_VIEWER, NULL), 200);
    assert_string_equal(fixture_body(&f), "null");
    assert_int_equal(fixture_ask(&f, "GET", "/things/mill/properties/oil", AS_VIEWER, NULL), 404);
}

/* With a Thing's own token. */
static int ask_as_thing(const char *target, const char *id, const char *token)
{
    char text[128];
    static char base64[256];
    (void)snprintf(text, sizeof text, "%s:%s", id, token);
    (void)sodium_bin2base64(base64, sizeof base64, (const unsigned char *)text, strlen(text),
                            sodium_base64_VARIANT_ORIGINAL);
    struct gn_request *request = fixture_request(&f, "GET", target, AS_NOBODY);
    request->basic = gn_str_of(base64);
    return fixture_go(&f);
}

static void a_thing_reads_its_own_with_its_token(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES];
    assert_int_equal(gn_guard_thing_token(f.guard, GN_STR("press"), 0, token), GN_OK);
    static const char *const own[] = { "/things/press", "/things/press/properties/oil",
                                       "/api/v1/things/press/description" };
    static const char *const others[] = { "/things/mill",   "/things",          "/.well-known/wot",
                                          "/api/v1/status", "/api/v1/findings", "/api/v1/things/press" };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        assert_int_equal(ask_as_thing(own[i], "press", token), 200);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(ask_as_thing(others[i], "press", token), 403);
    assert_int_equal(ask_as_thing("/things/press", "press", "wrong"), 401);
    assert_non_null(strstr(f.exchange->response.extra_bytes, "www-authenticate: Basic"));
    assert_int_equal(ask_as_thing("/things/press", "mill", token), 401);
    assert_int_equal(ask_as_thing("/api/v1/status", "press", "wrong"), 401);
    assert_int_equal(f.exchange->response.extra_size, 0); /* no window of the browser's for the API */
    assert_int_equal(gn_guard_thing_revoke(f.guard, GN_STR("press")), GN_OK);
    assert_int_equal(ask_as_thing("/things/press", "press", token), 401);
}

/* --- streams --- */

static struct gn_live_stream *open_stream(const char *target)
{
    struct gn_request *request = fixture_request(&f, "GET", target, AS_OWNER);
    assert_int_equal(fixture_go(&f), 200);
    assert_true(f.exchange->response.stream);
    return gn_live_open(live, request, &f.exchange->response);
}

static const char *taken(struct gn_live_stream *stream, bool *out_over)
{
    static char text[4096];
    const size_t size = gn_live_take(stream, text, sizeof text - 1, out_over);
    text[size] = '\0';
    return text;
}

static void an_observer_gets_the_value_there_is_and_each_new_one(void **state)
{
    (void)state;
    bool over = true;
    struct gn_live_stream *stream = open_stream("/things/press/properties/oil/observe");
    assert_non_null(stream);
    gn_live_tick(live);
    const char *text = taken(stream, &over);
    assert_non_null(strstr(text, "retry: 2000\n\nid: "));
    assert_non_null(strstr(text, "\ndata: 49\n\n"));
    assert_false(over);
    gn_live_tick(live);
    assert_string_equal(taken(stream, &over), "");
    fixture_reading(&f, 0, 20000, 12.5);
    gn_live_tick(live);
    assert_non_null(strstr(taken(stream, &over), "\ndata: 12.5\n\n"));
    gn_live_close(live, stream);
}

static void who_polls_gets_the_next_value_and_the_end(void **state)
{
    (void)state;
    bool over = true;
    struct gn_live_stream *stream = open_stream("/things/press/properties/oil/observe?poll=1");
    assert_string_equal(f.exchange->response.type, "application/json");
    gn_live_tick(live);
    assert_false(gn_live_has_news(stream));
    fixture_reading(&f, 0, 20000, 12.5);
    gn_live_tick(live);
    assert_string_equal(taken(stream, &over), "12.5");
    assert_false(over);
    assert_string_equal(taken(stream, &over), "");
    assert_true(over);
    gn_live_close(live, stream);
    stream = open_stream("/things/press/properties/oil/observe?poll=1");
    f.sim.mono_us += (GN_LIVE_POLL_MS - 1) * 1000;
    gn_live_tick(live);
    assert_string_equal(taken(stream, &over), "");
    f.sim.mono_us += 1000;
    gn_live_tick(live);
    assert_string_equal(taken(stream, &over), "12.5"); /* nothing new: what there is */
    gn_live_close(live, stream);
}

static void alarms_of_one_thing_come_as_they_are(void **state)
{
    (void)state;
    bool over = true;
    struct gn_live_stream *stream = open_stream("/things/press/events/alarm");
    struct gn_live_stream *poll = open_stream("/things/press/events/alarm?poll=1");
    (void)taken(stream, &over);
    fixture_output(&f, "alarm", "a-1", "mill", "open", 0);
    fixture_output(&f, "finding", "f-1", "press", "open", 0);
    gn_live_tick(live);
    assert_string_equal(taken(stream, &over), "");
    fixture_output(&f, "alarm", "a-2", "press", "open", 0);
    gn_live_tick(live);
    assert_non_null(
        strstr(taken(stream, &over), "\ndata: {\"id\":\"a-2\",\"state\":\"open\",\"thing\":\"press\"}\n\n"));
    assert_string_equal(taken(poll, &over), "{\"id\":\"a-2\",\"state\":\"open\",\"thing\":\"press\"}");
    gn_live_close(live, stream);
    gn_live_close(live, poll);
}

static void streams_of_nothing_are_refused(void **state)
{
    (void)state;
    assert_null(open_stream("/things/ghost/events/alarm"));
    assert_int_equal(f.exchange->response.status, 404);
    assert_null(open_stream("/things/press/properties/ghost/observe"));
    assert_int_equal(f.exchange->response.status, 404);
    assert_null(open_stream("/things/press/events/alarm?kinds=finding"));
    assert_int_equal(f.exchange->response.status, 400);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_thing_is_described_with_what_is_known),
        CASE(a_page_is_for_browsers),
        CASE(the_directory_lists_all_and_says_where_the_rest_is),
        CASE(a_value_is_read_alone),
        CASE(a_thing_reads_its_own_with_its_token),
        CASE(an_observer_gets_the_value_there_is_and_each_new_one),
        CASE(who_polls_gets_the_next_value_and_the_end),
        CASE(alarms_of_one_thing_come_as_they_are),
        CASE(streams_of_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
