/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/admit.h"

#include "portal/portal_fixture.h"

static struct fixture f;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    return 0;
}

static int begin_set_up(void **state)
{
    (void)begin(state);
    fixture_set_up(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

/* The route's path with names that exist in place of {id} and {property}. */
static const char *path_of(const struct gn_route *route)
{
    static char path[256];
    struct gn_buf out = gn_buf_over(path, sizeof path);
    gn_str rest = gn_str_of(route->path + 1);
    while (rest.size > 0) {
        const gn_str part = gn_str_split(rest, '/', &rest);
        gn_buf_add_u8(&out, '/');
        if (gn_str_equal(part, GN_STR("{property}")))
            gn_buf_add_text(&out, "oil");
        else if (part.at[0] == '{')
            gn_buf_add_text(&out, "press");
        else
            gn_buf_add_str(&out, part);
    }
    gn_buf_add_u8(&out, 0);
    return path;
}

/* Only admission, without running the handler. */
static int admit(const struct gn_route *route, enum fixture_who who)
{
    (void)fixture_request(&f, gn_method_name(route->method), path_of(route), who);
    gn_exchange_admit(f.exchange, &f.api, GN_STR("node.example"));
    return f.exchange->route != NULL ? 200 : f.exchange->response.status;
}

static void every_route_admits_exactly_its_roles(void **state)
{
    (void)state;
    size_t count = 0;
    for (size_t r = 0; gn_resources[r] != NULL; r++)
        for (size_t i = 0; i < gn_resources[r]->route_count; i++, count++) {
            const struct gn_route *route = &gn_resources[r]->routes[i];
            const bool open = route->access == GN_ACCESS_ANYONE;
            assert_int_equal(admit(route, AS_NOBODY), open ? 200 : 401);
            assert_int_equal(admit(route, AS_VIEWER), open || route->access == GN_ACCESS_VIEWER ? 200 : 403);
            assert_int_equal(admit(route, AS_OPERATOR), route->access >= GN_ACCESS_ADMIN ? 403 : 200);
            assert_int_equal(admit(route, AS_ADMIN), 200);
            assert_int_equal(admit(route, AS_OWNER), 200);
        }
    assert_in_range(count, 20, 100);
}

static void what_each_role_may_change_is_written_here_once_more(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        int viewer, operator_, admin;
    } rows[] = {
        { "POST", "/api/v1/things", 403, 403, 201 },
        { "POST", "/api/v1/things/press/token", 403, 403, 400 },
        { "DELETE", "/api/v1/things/press/token", 403, 403, 204 },
        { "POST", "/api/v1/decisions/d-1/approve", 403, 202, 202 },
        { "POST", "/api/v1/decisions/d-1/reject", 403, 202, 202 },
        { "DELETE", "/api/v1/session", 204, 204, 204 },
        { "GET", "/api/v1/things", 200, 200, 200 },
    };
    fixture_output(&f, "decision", "d-1", "press", "pending", 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *body = strstr(rows[i].path, "/things") != NULL ? "{\"name\":\"x\"}" : "{}";
        assert_int_equal(fixture_ask(&f, rows[i].method, rows[i].path, AS_NOBODY, body), 401);
        assert_int_equal(fixture_ask(&f, rows[i].method, rows[i].path, AS_VIEWER, body), rows[i].viewer);
        assert_int_equal(fixture_ask(&f, rows[i].method, rows[i].path, AS_OPERATOR, body), rows[i].operator_);
        assert_int_equal(fixture_ask(&f, rows[i].method, rows[i].path, AS_ADMIN, body), rows[i].admin);
    }
}

static void a_row_without_access_admits_nobody(void **state)
{
    (void)state;
    for (int role = GN_ROLE_VIEWER; role <= GN_ROLE_ADMIN; role++)
        assert_false(gn_access_allows(GN_ACCESS_MISSING, true, (gn_role)role));
    assert_false(gn_access_allows((gn_access)99, true, GN_ROLE_ADMIN));
}

static void before_setup_only_setup_answers(void **state)
{
    (void)state;
    for (size_t r = 0; gn_resources[r] != NULL; r++)
        for (size_t i = 0; i < gn_resources[r]->route_count; i++) {
            const struct gn_route *route = &gn_resources[r]->routes[i];
            const bool is_setup = strcmp(route->path, "/setup") == 0;
            assert_int_equal(admit(route, AS_NOBODY), is_setup ? 200 : 403);
            if (!is_setup)
                assert_true(fixture_says(&f, "\"setup_needed\""));
            assert_int_equal(admit(route, AS_OWNER), 200);
        }
    assert_int_equal(fixture_ask(&f, "GET", "/", AS_NOBODY, ""), 403);
    assert_int_equal(fixture_ask(&f, "GET", "/assets/app.js", AS_NOBODY, ""), 403);
    assert_int_equal(fixture_ask(&f, "GET", "/nothing", AS_NOBODY, ""), 403);
}

static void before_setup_a_browser_is_led_to_the_form(void **state)
{
    (void)state;
    struct gn_request *request = fixture_request(&f, "GET", "/", AS_NOBODY);
    request->accepts_html = true;
    assert_int_equal(fixture_go(&f), 403);
    assert_true(fixture_says(&f, "url=/setup"));
}

static void a_stranger_cannot_tell_which_paths_there_are(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/nothing", AS_NOBODY, ""), 401);
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things", AS_NOBODY, ""), 401);
    assert_int_equal(fixture_ask(&f, "GET", "/api", AS_NOBODY, ""), 401);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/nothing", AS_VIEWER, ""), 404);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/", AS_VIEWER, ""), 404);
    assert_int_equal(fixture_ask(&f, "PUT", "/api/v1/things", AS_VIEWER, ""), 405);
    assert_memory_equal(f.exchange->response.extra_bytes, "allow: GET, HEAD, POST\r\n", 24);
    assert_int_equal(fixture_ask(&f, "OPTIONS", "/api/v1/things", AS_ADMIN, ""), 405);
    assert_int_equal(fixture_ask(&f, "POST", "/", AS_ADMIN, ""), 405);
}

static void another_host_name_is_not_us(void **state)
{
    (void)state;
    struct gn_request *request = fixture_request(&f, "GET", "/api/v1/things", AS_VIEWER);
    request->host = GN_STR("rebound.example");
    assert_int_equal(fixture_go(&f), 421);
    request = fixture_request(&f, "GET", "/setup", AS_NOBODY);
    request->host = GN_STR("");
    assert_int_equal(fixture_go(&f), 421);
    request = fixture_request(&f, "GET", "/api/v1/things", AS_VIEWER);
    request->host = GN_STR("node.example:1");
    assert_int_equal(fixture_go(&f), 200);
    request = fixture_request(&f, "GET", "/api/v1/things", AS_OWNER);
    request->host = GN_STR("");
    assert_int_equal(fixture_go(&f), 200);
}

static void a_change_comes_from_our_own_page_as_json(void **state)
{
    (void)state;
    static const struct {
        const char *origin, *site;
        gn_body_type type;
        int status;
    } rows[] = {
        { "", "", GN_BODY_JSON, 201 },
        { "http://127.0.0.1:8080", "same-origin", GN_BODY_JSON, 201 },
        { "http://127.0.0.1:8081", "", GN_BODY_JSON, 403 },
        { "http://evil.example", "cross-site", GN_BODY_JSON, 403 },
        { "null", "", GN_BODY_JSON, 403 },
        { "", "cross-site", GN_BODY_JSON, 403 },
        { "", "same-site", GN_BODY_JSON, 403 },
        { "", "", GN_BODY_FORM, 415 },
        { "", "", GN_BODY_OTHER, 415 },
        { "", "", GN_BODY_NONE, 415 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_request *request = fixture_request(&f, "POST", "/api/v1/things", AS_ADMIN);
        request->origin = gn_str_of(rows[i].origin);
        request->site = gn_str_of(rows[i].site);
        request->body_type = rows[i].type;
        request->body = GN_STR("{\"name\":\"x\"}");
        assert_int_equal(fixture_go(&f), rows[i].status);
        request = fixture_request(&f, "POST", "/api/v1/things", AS_OWNER);
        request->origin = gn_str_of(rows[i].origin);
        request->body_type = rows[i].type;
        request->body = GN_STR("{\"name\":\"x\"}");
        assert_int_equal(fixture_go(&f), 201);
    }
}

static void signing_out_needs_no_body_but_our_own_page(void **state)
{
    (void)state;
    struct gn_request *request = fixture_request(&f, "DELETE", "/api/v1/session", AS_VIEWER);
    request->body_type = GN_BODY_NONE;
    assert_int_equal(fixture_go(&f), 204);
    request = fixture_request(&f, "DELETE", "/api/v1/session", AS_VIEWER);
    request->body_type = GN_BODY_NONE;
    request->origin = GN_STR("http://evil.example");
    assert_int_equal(fixture_go(&f), 403);
}

static void a_cookie_makes_a_principal_and_a_false_one_does_not(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    int64_t delay_ms;
    assert_int_equal(gn_guard_user_add(f.guard, GN_STR("otto"), GN_STR(FIXTURE_PASSWORD), GN_ROLE_OPERATOR, NULL),
                     GN_OK);
    assert_int_equal(gn_guard_login(f.guard, GN_STR("otto"), GN_STR(FIXTURE_PASSWORD), GN_STR("x"), cookie, &delay_ms),
                     GN_OK);
    struct gn_request *request = fixture_request(&f, "GET", "/api/v1/session", AS_NOBODY);
    request->cookie = gn_str_of(cookie);
    assert_int_equal(fixture_go(&f), 200);
    assert_string_equal(fixture_body(&f), "{\"name\":\"otto\",\"role\":\"operator\"}");
    cookie[3] = cookie[3] == 'a' ? 'b' : 'a';
    request = fixture_request(&f, "GET", "/api/v1/session", AS_NOBODY);
    request->cookie = gn_str_of(cookie);
    assert_int_equal(fixture_go(&f), 401);
}

#define CASE(name)        cmocka_unit_test_setup_teardown(name, begin_set_up, end)
#define CASE_BEFORE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_route_admits_exactly_its_roles),
        CASE(what_each_role_may_change_is_written_here_once_more),
        CASE(a_row_without_access_admits_nobody),
        CASE_BEFORE(before_setup_only_setup_answers),
        CASE_BEFORE(before_setup_a_browser_is_led_to_the_form),
        CASE(a_stranger_cannot_tell_which_paths_there_are),
        CASE(another_host_name_is_not_us),
        CASE(a_change_comes_from_our_own_page_as_json),
        CASE(signing_out_needs_no_body_but_our_own_page),
        CASE(a_cookie_makes_a_principal_and_a_false_one_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
