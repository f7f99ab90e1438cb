/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal.h"

#include "portal/net_fixture.h"

#include <pwd.h>
#include <sys/stat.h>

static struct net n;

static int begin_new(void **state)
{
    (void)state;
    net_begin(&n, false);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    net_begin(&n, true);
    return net_sign_in(&n, "anna", FIXTURE_PASSWORD) == 204 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    net_end(&n);
    return 0;
}

/* --- the first start --- */

static void a_new_node_answers_only_setup_until_it_has_an_account(void **state)
{
    (void)state;
    static const char *const paths[] = { "/", "/api/v1/status", "/api/v1/session", "/api/v1/live", "/x.js", "/api" };
    char code[GN_SETUP_CODE_BYTES];
    char body[256];
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_int_equal(net_ask(&n, "GET", paths[i], "", NULL), 403);
        assert_true(net_says("setup_needed"));
    }
    assert_int_equal(net_sign_in(&n, "anna", FIXTURE_PASSWORD), 403);
    assert_int_equal(net_ask(&n, "GET", "/setup", "", NULL), 200);
    assert_true(net_says("<form method=\"post\""));
    gn_guard_setup_code(n.f.guard, code);
    (void)snprintf(body, sizeof body, "code=%s&user=anna&password=four+words+do+well", code);
    assert_int_equal(net_ask(&n, "POST", "/setup", "Content-Type: application/x-www-form-urlencoded\r\n", body), 303);
    assert_true(net_says("location: /\r\n"));
    assert_int_equal(net_ask(&n, "GET", "/", "", NULL), 200);
    assert_int_equal(net_ask(&n, "GET", "/api/v1/status", "", NULL), 401);
    assert_int_equal(net_sign_in(&n, "anna", FIXTURE_PASSWORD), 204);
    assert_int_equal(net_ask(&n, "GET", "/api/v1/status", "", NULL), 200);
    assert_int_equal(net_ask(&n, "POST", "/setup", "Content-Type: application/x-www-form-urlencoded\r\n", body), 409);
}

static void the_owner_needs_no_setup(void **state)
{
    (void)state;
    const int fd = net_connect_local(&n);
    net_write_request(&n, fd, "GET", "/api/v1/things", "", NULL);
    assert_int_equal(net_receive(fd, true), 200);
    (void)close(fd);
}

/* --- people and their roles --- */

static void each_role_may_do_what_its_row_says(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        gn_role role;
        int add, approve;
    } people[] = { { "vera", GN_ROLE_VIEWER, 403, 403 },
                   { "otto", GN_ROLE_OPERATOR, 403, 202 },
                   { "adam", GN_ROLE_ADMIN, 201, 202 } };
    fixture_output(&n.f, "decision", "d-1", "press", "pending", 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(
            gn_guard_user_add(n.f.guard, gn_str_of(people[i].name), GN_STR(FIXTURE_PASSWORD), people[i].role, NULL),
            GN_OK);
        assert_int_equal(net_sign_in(&n, people[i].name, FIXTURE_PASSWORD), 204);
        assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200);
        assert_true(net_says(gn_role_name(people[i].role)));
        assert_int_equal(net_ask(&n, "GET", "/api/v1/things", "", NULL), 200);
        assert_int_equal(net_ask(&n, "POST", "/api/v1/things", NET_JSON, "{\"name\":\"x\"}"), people[i].add);
        assert_int_equal(net_ask(&n, "POST", "/api/v1/decisions/d-1/approve", NET_JSON, "{}"), people[i].approve);
        if (people[i].approve == 202)
            assert_string_equal(n.f.host.person, people[i].name);
        assert_int_equal(net_ask(&n, "DELETE", "/api/v1/session", "", NULL), 204);
        assert_int_equal(net_ask(&n, "GET", "/api/v1/things", "", NULL), 401);
    }
}

static void a_cookie_set_by_somebody_else_is_not_taken_up(void **state)
{
    (void)state;
    char fixed[160];
    (void)snprintf(fixed, sizeof fixed, "ganglion_%u=%064d", n.port, 7);
    (void)snprintf(n.cookie, sizeof n.cookie, "%s", fixed);
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 401);
    const char *body = "{\"user\":\"anna\",\"password\":\"" FIXTURE_PASSWORD "\"}";
    assert_int_equal(net_ask(&n, "POST", "/api/v1/session", NET_JSON, body), 204);
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 401); /* still the fixed one */
}

/* --- other sites --- */

static void a_page_of_another_site_can_change_nothing(void **state)
{
    (void)state;
    static const char *const headers[] = {
        NET_JSON "Origin: http://evil.example\r\n",
        NET_JSON "Origin: null\r\n",
        NET_JSON "Sec-Fetch-Site: cross-site\r\n",
        NET_JSON "Sec-Fetch-Site: same-site\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: text/plain\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n",
        NET_JSON "Origin: http://127.0.0.1\r\nOrigin: http://evil.example\r\n",
    };
    char own[128];
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const int status = net_ask(&n, "POST", "/api/v1/things", headers[i], "{\"name\":\"x\"}");
        assert_true(status == 403 || status == 415 || status == 400);
    }
    assert_int_equal(n.f.host.change_count, 0);
    (void)snprintf(own, sizeof own, NET_JSON "Origin: http://%s\r\nSec-Fetch-Site: same-origin\r\n", n.address);
    assert_int_equal(net_ask(&n, "POST", "/api/v1/things", own, "{\"name\":\"x\"}"), 201);
}

static void a_rebound_name_is_not_us(void **state)
{
    (void)state;
    char text[512];
    static const char *const hosts[] = { "evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "a, b" };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        (void)snprintf(text, sizeof text, "GET /api/v1/session HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", hosts[i],
                       n.cookie);
        assert_int_equal(net_text(&n, text), 421);
    }
    (void)snprintf(text, sizeof text, "GET /api/v1/session HTTP/1.1\r\nCookie: %s\r\n\r\n", n.cookie);
    assert_int_equal(net_text(&n, text), 421);
    (void)snprintf(text, sizeof text, "GET /api/v1/session HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n\r\n",
                   n.cookie);
    assert_int_equal(net_text(&n, text), 200);
}

static void every_answer_has_the_security_headers(void **state)
{
    (void)state;
    static const char *const paths[] = { "/",      "/nothing.js", "/api/v1/status", "/api/v1/nothing",
                                         "/setup", "/api/v1/live" };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        (void)net_ask(&n, "HEAD", paths[i], "", NULL);
        assert_true(net_says("content-security-policy: default-src 'none'"));
        assert_true(net_says("frame-ancestors 'none'"));
        assert_true(net_says("x-content-type-options: nosniff"));
        assert_true(net_says("x-frame-options: DENY"));
        assert_true(net_says("referrer-policy: "));
        assert_false(net_says("server:"));
        assert_true(strncmp(paths[i], "/api", 4) != 0 || net_says("cache-control: no-store"));
    }
}

static void a_nasty_name_comes_back_as_text(void **state)
{
    (void)state;
    assert_int_equal(net_ask(&n, "GET", "/api/v1/things", "", NULL), 200);
    assert_true(net_says("content-type: application/json\r\n"));
    assert_true(net_says("\"name\":\"\\u003cimg src=x onerror=alert(1)\\u003e\""));
    assert_false(net_says("<img"));
}

/* --- the live stream --- */

static void the_stream_tells_what_happens(void **state)
{
    (void)state;
    const int fd = net_connect(&n);
    net_write_request(&n, fd, "GET", "/api/v1/live?things=press", "", NULL);
    assert_int_equal(net_receive(fd, false), 200);
    assert_true(net_says("content-type: text/event-stream\r\n"));
    assert_true(net_says("cache-control: no-store\r\n"));
    while (!net_says("event: readings") || !net_says("event: status"))
        assert_true(net_more(fd));
    assert_true(net_says("\\u003cb\\u003ehello"));
    fixture_output(&n.f, "alarm", "a-1", "press", "open", 0);
    while (!net_says("event: output\nid: 1\n"))
        assert_true(net_more(fd));
    fixture_reading(&n.f, 0, 20000, 77.5);
    while (!net_says("\"oil\":77.5"))
        assert_true(net_more(fd));
    assert_int_equal(net_ask(&n, "DELETE", "/api/v1/session", "", NULL), 204);
    net_answer_size = 0;
    const struct gn_clock clock = gn_clock_system();
    const int64_t before_us = gn_mono_us(&clock);
    while (net_more(fd)) /* and ends with the session */
        continue;
    assert_true(gn_mono_us(&clock) - before_us < 5000000);
    (void)close(fd);
}

static void a_lost_stream_is_taken_up_where_it_was(void **state)
{
    (void)state;
    for (int i = 1; i <= 3; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "a-%d", i);
        fixture_output(&n.f, "alarm", id, "press", "open", 0);
    }
    const int fd = net_connect(&n);
    net_write_request(&n, fd, "GET", "/api/v1/live?kinds=alarm", "Last-Event-ID: 1\r\n", NULL);
    assert_int_equal(net_receive(fd, false), 200);
    while (!net_says("id: 3\n"))
        assert_true(net_more(fd));
    assert_true(net_says("id: 2\n"));
    assert_false(net_says("id: 1\n"));
    (void)close(fd);
}

static void there_are_so_many_streams_and_no_more(void **state)
{
    (void)state;
    int fds[GN_LIVE_STREAMS_MAX];
    for (int i = 0; i < GN_LIVE_STREAMS_MAX; i++) {
        fds[i] = net_connect(&n);
        net_write_request(&n, fds[i], "GET", "/api/v1/live?kinds=alarm", "", NULL);
        assert_int_equal(net_receive(fds[i], false), 200);
    }
    assert_int_equal(net_ask(&n, "GET", "/api/v1/live", "", NULL), 503);
    assert_true(net_says("too_many_streams"));
    fixture_output(&n.f, "alarm", "a-1", "press", "open", 0);
    for (int i = 0; i < GN_LIVE_STREAMS_MAX; i++) {
        net_answer_size = 0;
        net_answer[0] = '\0';
        while (!net_says("\"a-1\""))
            assert_true(net_more(fds[i]));
        (void)close(fds[i]);
    }
    int status = 503;
    for (int i = 0; i < 1000 && status == 503; i++) { /* a place is free when the portal has seen the end */
        const int fd = net_connect(&n);
        net_write_request(&n, fd, "GET", "/api/v1/live", "", NULL);
        status = net_receive(fd, false);
        (void)close(fd);
    }
    assert_int_equal(status, 200);
}

/* --- the Unix socket --- */

static void the_socket_is_the_owners_alone(void **state)
{
    (void)state;
    struct stat info;
    char expected[160];
    const struct passwd *entry = getpwuid(geteuid());
    assert_int_equal(stat(n.socket_path, &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 0777, 0600);
    n.cookie[0] = '\0';
    const int fd = net_connect_local(&n);
    net_write_request(&n, fd, "GET", "/api/v1/session", "", NULL);
    assert_int_equal(net_receive(fd, true), 200);
    (void)snprintf(expected, sizeof expected, "{\"name\":\"%s\",\"role\":\"admin\"}",
                   entry != NULL ? entry->pw_name : "");
    assert_true(net_says(expected));
    const char *odd = "POST /api/v1/things HTTP/1.1\r\nHost: anything\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}";
    net_send(fd, odd, strlen(odd)); /* no Origin, no type, another Host: nobody else can be there */
    assert_int_equal(net_receive(fd, true), 201);
    net_write_request(&n, fd, "GET", "/api/v1/live?kinds=status", "", NULL);
    assert_int_equal(net_receive(fd, false), 200);
    while (!net_says("event: status"))
        assert_true(net_more(fd));
    (void)close(fd);
}

/* --- starting --- */

static gn_err start(const char *listen, const char *socket_path, struct gn_diag *diag)
{
    char bytes[64];
    struct gn_buf address = gn_buf_over(bytes, sizeof bytes);
    struct gn_portal *portal = NULL;
    const struct gn_portal_options options = { .listen = listen,
                                               .socket_path = socket_path,
                                               .store = n.f.store,
                                               .guard = n.f.guard,
                                               .clock = gn_clock_system(),
                                               .host = n.f.api.host };
    const gn_err err = gn_portal_start(&options, &address, &portal, diag);
    if (err == GN_OK)
        gn_portal_stop(portal);
    return err;
}

static void what_cannot_be_opened_is_told(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    char other[128];
    char longest[256];
    (void)snprintf(other, sizeof other, "%s/other.sock", n.f.dir);
    (void)snprintf(longest, sizeof longest, "%s/%0120d", n.f.dir, 0);
    assert_int_equal(start(n.address, other, &diag), GN_ERR_BUSY);
    assert_non_null(strstr(diag.text, "in use"));
    assert_int_equal(start("8080", other, &diag), GN_ERR_INVAL);
    assert_int_equal(start("127.0.0.1:0", longest, &diag), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "too long"));
    (void)snprintf(longest, sizeof longest, "%s/no/such/folder.sock", n.f.dir);
    assert_int_equal(start("127.0.0.1:0", longest, &diag), GN_ERR_IO);
    assert_non_null(strstr(diag.text, "folder.sock"));
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200);
}

static void a_socket_left_by_a_killed_run_is_replaced(void **state)
{
    (void)state;
    char path[100];
    (void)snprintf(path, sizeof path, "%s/stale.sock", n.f.dir);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const void *)&address, sizeof address), 0);
    (void)close(fd);
    assert_int_equal(access(path, F_OK), 0);
    struct gn_diag diag = { 0 };
    assert_int_equal(start("127.0.0.1:0", path, &diag), GN_OK);
}

static void ipv6_works_where_the_machine_has_it(void **state)
{
    (void)state;
    char path[128];
    struct gn_diag diag = { 0 };
    (void)snprintf(path, sizeof path, "%s/six.sock", n.f.dir);
    const gn_err err = start("[::1]:0", path, &diag);
    assert_true(err == GN_OK || strstr(diag.text, "::1") != NULL);
}

static void starting_survives_any_allocation_that_fails(void **state)
{
    (void)state;
    char path[128];
    size_t failing = 1;
    (void)snprintf(path, sizeof path, "%s/memory.sock", n.f.dir);
    for (;; failing++) {
        gn_mem_fail_after(failing);
        const gn_err err = start("127.0.0.1:0", path, NULL);
        gn_mem_fail_after(0);
        if (err == GN_OK)
            break;
        assert_true(failing < 40);
    }
    assert_true(failing > 3);
}

#define CASE(name)     cmocka_unit_test_setup_teardown(name, begin, end)
#define CASE_NEW(name) cmocka_unit_test_setup_teardown(name, begin_new, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_NEW(a_new_node_answers_only_setup_until_it_has_an_account),
        CASE_NEW(the_owner_needs_no_setup),
        CASE(each_role_may_do_what_its_row_says),
        CASE(a_cookie_set_by_somebody_else_is_not_taken_up),
        CASE(a_page_of_another_site_can_change_nothing),
        CASE(a_rebound_name_is_not_us),
        CASE(every_answer_has_the_security_headers),
        CASE(a_nasty_name_comes_back_as_text),
        CASE(the_stream_tells_what_happens),
        CASE(a_lost_stream_is_taken_up_where_it_was),
        CASE(there_are_so_many_streams_and_no_more),
        CASE(the_socket_is_the_owners_alone),
        CASE(what_cannot_be_opened_is_told),
        CASE(a_socket_left_by_a_killed_run_is_replaced),
        CASE(ipv6_works_where_the_machine_has_it),
        CASE(starting_survives_any_allocation_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
