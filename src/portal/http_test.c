/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/http.h"

#include "base/http_parse.h"
#include "base/limits.h"
#include "portal/net_fixture.h"

#define HOST "Host: 127.0.0.1\r\n"

static struct net n;

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

/* After each of them the portal must still answer a proper request. */
static void still_well(void)
{
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200);
}

static void methods_that_are_not_there_are_told(void **state)
{
    (void)state;
    static const char *const methods[] = { "OPTIONS", "PUT", "PATCH" };
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        assert_int_equal(net_ask(&n, methods[i], "/api/v1/things", NET_JSON, "{}"), 405);
        assert_true(net_says("allow: GET, HEAD, POST\r\n"));
        assert_false(net_says("access-control-allow"));
    }
}

static void odd_bodies_are_told_where(void **state)
{
    (void)state;
    assert_int_equal(net_ask(&n, "POST", "/api/v1/things", NET_JSON, "{\"name\":x}"), 400);
    assert_true(net_says("at byte 8"));
    assert_int_equal(net_ask(&n, "POST", "/api/v1/things", "Content-Type: text/plain\r\n", "{}"), 415);
    assert_int_equal(net_ask(&n, "POST", "/api/v1/things", "", "{}"), 415);
    assert_int_equal(net_ask(&n, "POST", "/api/v1/things", "", NULL), 415);
    static char deep[40000];
    memset(deep, '[', sizeof deep - 1);
    assert_int_equal(net_ask(&n, "POST", "/api/v1/things", NET_JSON, deep), 400);
    assert_int_equal(n.f.host.change_count, 0);
}

static void a_crowd_at_the_door_is_turned_away_not_piled_up(void **state)
{
    (void)state;
    enum { CROWD = 40 };
    int fds[CROWD];
    unsigned busy = 0;
    for (int i = 0; i < CROWD; i++) {
        char body[128];
        fds[i] = net_connect(&n);
        (void)snprintf(body, sizeof body, "{\"user\":\"guest%d\",\"password\":\"not this one\"}", i);
        net_write_request(&n, fds[i], "POST", "/api/v1/session", NET_JSON, body);
    }
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200); /* meanwhile */
    assert_int_equal(net_ask(&n, "POST", "/api/v1/things", NET_JSON, "{\"name\":\"a\"}"), 201);
    for (int i = 0; i < CROWD; i++) {
        const int status = net_receive(fds[i], true);
        assert_true(status == 401 || status == 429 || status == 503);
        busy += status != 401;
        (void)close(fds[i]);
    }
    assert_in_range(busy, 1, CROWD - 1); /* one waits while one is looked at; some are */
}

static void who_leaves_before_the_answer_leaves_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        const int fd = net_connect(&n);
        net_write_request(&n, fd, "POST", "/api/v1/session", NET_JSON, "{\"user\":\"x\",\"password\":\"y\"}");
        (void)close(fd);
        const int other = net_connect(&n);
        net_write_request(&n, other, "GET", "/api/v1/live", "", NULL);
        (void)close(other);
    }
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200);
}

static void the_house_has_so_many_places_and_the_owner_his_own(void **state)
{
    (void)state;
    enum { MORE = GN_HTTP_CONNECTIONS_MAX + 20 };
    static int fds[MORE];
    unsigned refused = 0;
    for (int i = 0; i < MORE; i++)
        fds[i] = net_connect(&n);
    for (int i = MORE - 1; i >= 0; i--) {
        net_write_request(&n, fds[i], "GET", "/setup", "", NULL);
        refused += net_receive(fds[i], true) == 0;
    }
    assert_int_equal(refused, MORE - GN_HTTP_CONNECTIONS_MAX);
    const int local = net_connect_local(&n);
    net_write_request(&n, local, "GET", "/api/v1/session", "", NULL);
    assert_int_equal(net_receive(local, true), 200);
    (void)close(local);
    for (int i = 0; i < MORE; i++)
        (void)close(fds[i]);
    int status = 0; /* the places are free again as soon as the portal has seen the ends */
    for (int i = 0; i < 1000 && status != 200; i++)
        status = net_ask(&n, "GET", "/api/v1/session", "", NULL);
    assert_int_equal(status, 200);
}

static void stopping_ends_everything_under_way(void **state)
{
    (void)state;
    int fds[4];
    for (int i = 0; i < 4; i++)
        fds[i] = net_connect(&n);
    net_write_request(&n, fds[0], "GET", "/api/v1/live?things=press", "", NULL);
    assert_int_equal(net_receive(fds[0], false), 200);
    net_write_request(&n, fds[1], "POST", "/api/v1/session", NET_JSON, "{\"user\":\"x\",\"password\":\"y\"}");
    net_write_request(&n, fds[2], "POST", "/api/v1/things", NET_JSON "Content-Length: 100\r\n", NULL);
    gn_portal_stop(n.portal);
    n.portal = NULL;
    for (int i = 0; i < 4; i++) {
        while (net_answer_size = 0, net_more(fds[i]))
            continue;
        (void)close(fds[i]);
    }
    assert_int_not_equal(access(n.socket_path, F_OK), 0);
}

static void malformed_heads_do_no_harm(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {
#define ROW(text) { text, sizeof(text) - 1 }
        ROW("\r\n\r\n"),
        ROW("GET\r\n\r\n"),
        ROW("GET /\r\n\r\n"),
        ROW("BREW /coffee HTTP/1.1\r\n" HOST "\r\n"),
        ROW("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ROW("GET /%zz HTTP/1.1\r\n" HOST "\r\n"),
        ROW("GET /a%00b HTTP/1.1\r\n" HOST "\r\n"),
        ROW("GET /a\0b HTTP/1.1\r\n" HOST "\r\n"),
        ROW("GET /?a=%00 HTTP/1.1\r\n" HOST "\r\n"),
        ROW("GET http://evil.example/ HTTP/1.1\r\n" HOST "\r\n"),
        ROW("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
        ROW("CONNECT evil.example:443 HTTP/1.1\r\n" HOST "\r\n"),
        ROW("GET / HTTP/1.1\r\nHost\r\n\r\n"),
        ROW("GET / HTTP/1.1\r\n: x\r\n\r\n"),
        ROW("GET / HTTP/1.1\r\nHost: a\r\nHost: 127.0.0.1\r\n\r\n"),
        ROW("GET / HTTP/9.9\r\n" HOST "\r\n"),
        ROW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00\x00"),
        ROW("GET /ws HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"),
        ROW("GET /h2 HTTP/1.1\r\n" HOST "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int fd = net_connect(&n);
        net_send(fd, rows[i].bytes, rows[i].size);
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
        const int status = net_receive(fd, true);
        assert_true(status == 0 || status >= 200);
        assert_true(status == 0 || net_says("x-content-type-options"));
        assert_false(net_says("101 "));
        (void)close(fd);
    }
    still_well();
}

static void a_request_cut_anywhere_does_no_harm(void **state)
{
    (void)state;
    char text[512];
    const int size = snprintf(text, sizeof text,
                              "POST /api/v1/things?a=%%41 HTTP/1.1\r\n" HOST "Cookie: %s\r\nContent-Type: "
                              "application/json\r\nContent-Length: 12\r\n\r\n{\"name\":\"ab\"",
                              n.cookie);
    for (int cut = 0; cut <= size; cut++) {
        const int fd = net_connect(&n);
        net_send(fd, text, (size_t)cut);
        (void)close(fd);
    }
    still_well();
    assert_int_equal(n.f.host.change_count, 0);
}

static void long_heads_are_refused(void **state)
{
    (void)state;
    static char text[20000];
    static const struct {
        size_t size;
        int status;
    } rows[] = { { GN_HTTP_HEAD_BYTES_MAX, 200 }, { GN_HTTP_HEAD_BYTES_MAX + 1, 431 }, { 19000, 431 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(text, 'a', sizeof text);
        const int at = snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" HOST "X-Long: ");
        text[at] = 'a';
        memcpy(text + rows[i].size - 4, "\r\n\r\n", 4);
        assert_int_equal(net_raw(&n, text, rows[i].size), rows[i].status);
    }
    still_well();
}

static void a_path_has_one_way_to_be_written(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int with, without; /* a session */
    } rows[] = {
        { "/api/v1/things/press", 200, 401 },
        { "/%61pi/v1/things/%70ress", 200, 401 }, /* decoded once, before anybody looks */
        { "/api/v1/things/%2570ress", 404, 401 },
        { "/api/v1/things/press/", 404, 401 },
        { "/api/v1/things/press;x", 404, 401 },
        { "/api/v1/things/press%20", 404, 401 },
        { "/API/v1/things/press", 200, 200 }, /* no API: a place of the front end */
        { "//api/v1/things/press", 400, 400 },
        { "/api//v1/things/press", 400, 400 },
        { "/x/../api/v1/things/press", 400, 400 },
        { "/api/v1/things/press/..", 400, 400 },
        { "/./api/v1/things/press", 400, 400 },
        { "/%2e%2e/api/v1/things/press", 400, 400 },
        { "/api%2fv1/things/press", 400, 400 },
        { "/api/v1/things/..%2F..%2fetc%2fpasswd", 400, 400 },
        { "/api/v1/things/press%00", 400, 400 },
        { "/api/v1/things/press%0d%0aX", 400, 400 },
        { "/api/v1/things/press#x", 400, 400 },
        { "/api/v1/things/press?limit=%zz", 400, 400 },
        { "api/v1/things/press", 400, 400 },
        { "http://127.0.0.1/api/v1/things/press", 400, 400 },
        { "*", 400, 400 },
    };
    char cookie[192];
    (void)snprintf(cookie, sizeof cookie, "%s", n.cookie);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)snprintf(n.cookie, sizeof n.cookie, "%s", cookie);
        const int with = net_ask(&n, "GET", rows[i].path, "", NULL);
        n.cookie[0] = '\0';
        const int without = net_ask(&n, "GET", rows[i].path, "", NULL);
        if (with != rows[i].with || without != rows[i].without)
            fail_msg("%s: %d %d", rows[i].path, with, without);
    }
}

static void what_proxies_say_is_not_believed(void **state)
{
    (void)state;
    static const char *const headers[] = { "X-Forwarded-For: 127.0.0.1\r\n",
                                           "X-Original-URL: /setup\r\n",
                                           "X-HTTP-Method-Override: DELETE\r\n",
                                           "X-Real-IP: ::1\r\n",
                                           "X-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\n",
                                           "Authorization: Basic YW5uYTphbm5h\r\n" };
    n.cookie[0] = '\0';
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        assert_int_equal(net_ask(&n, "GET", "/api/v1/things", headers[i], NULL), 401);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(methods_that_are_not_there_are_told),
        CASE(odd_bodies_are_told_where),
        CASE(a_crowd_at_the_door_is_turned_away_not_piled_up),
        CASE(who_leaves_before_the_answer_leaves_nothing),
        CASE(the_house_has_so_many_places_and_the_owner_his_own),
        CASE(stopping_ends_everything_under_way),
        CASE(malformed_heads_do_no_harm),
        CASE(a_request_cut_anywhere_does_no_harm),
        CASE(long_heads_are_refused),
        CASE(a_path_has_one_way_to_be_written),
        CASE(what_proxies_say_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
