/* SPDX-License-Identifier: Apache-2.0 */
/* One connection's states, seen from the other end; http_test.c has the house as a whole. */
#include "portal/http_conn.h"

#include "base/limits.h"
#include "portal/net_fixture.h"

#include <time.h>

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

static int64_t now_ms(void)
{
    const struct gn_clock clock = gn_clock_system();
    return gn_mono_us(&clock) / 1000;
}

/* After each of them the portal must still answer a proper request. */
static void still_well(void)
{
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200);
}

static void one_connection_carries_many_requests(void **state)
{
    (void)state;
    const int fd = net_connect(&n);
    for (int i = 0; i < 50; i++) {
        net_write_request(&n, fd, "GET", "/api/v1/session", "", NULL);
        assert_int_equal(net_receive(fd, true), 200);
        net_write_request(&n, fd, "POST", "/api/v1/things", NET_JSON, "{\"name\":\"a\"}");
        assert_int_equal(net_receive(fd, true), 201);
        net_write_request(&n, fd, "GET", "/api/v1/nothing", "", NULL);
        assert_int_equal(net_receive(fd, true), 404);
    }
    (void)close(fd);
    assert_int_equal(n.f.host.change_count, 50);
}

static void who_asks_for_readings_waits_for_the_history(void **state)
{
    (void)state;
    assert_int_equal(net_ask(&n, "GET", "/api/v1/things", "", NULL), 200);
    assert_int_equal(n.f.host.catch_up_count, 0);
    assert_int_equal(net_ask(&n, "GET", "/api/v1/things/press/properties/oil?count=1", "", NULL), 200);
    assert_int_equal(net_ask(&n, "GET", "/api/v1/things/press/properties?count=1", "", NULL), 200);
    assert_int_equal(n.f.host.catch_up_count, 2);
}

static void requests_sent_ahead_are_answered_in_order(void **state)
{
    (void)state;
    char text[2048];
    const int size =
        snprintf(text, sizeof text,
                 "GET /api/v1/session HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n\r\n"
                 "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n" NET_JSON
                 "Content-Length: 12\r\n\r\n{\"name\":\"a\"}"
                 "GET /api/v1/limits HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\nConnection: close\r\n\r\n",
                 n.cookie, n.cookie, n.cookie);
    const int fd = net_connect(&n);
    net_send(fd, text, (size_t)size);
    net_answer_size = 0;
    while (net_more(fd))
        continue;
    (void)close(fd);
    const char *first = strstr(net_answer, "\"role\":\"admin\"");
    const char *second = strstr(net_answer, "\"token\":\"0011");
    const char *third = strstr(net_answer, "\"limits\":[");
    assert_true(first != NULL && first < second && second < third);
}

static void head_has_the_headers_and_no_body(void **state)
{
    (void)state;
    const int fd = net_connect(&n);
    net_write_request(&n, fd, "HEAD", "/api/v1/session", "", NULL);
    assert_int_equal(net_receive(fd, false), 200);
    assert_true(net_says("content-length: 30\r\n"));
    assert_memory_equal(net_answer + net_answer_size - 4, "\r\n\r\n", 4);
    net_write_request(&n, fd, "GET", "/api/v1/session", "", NULL); /* nothing of a body stands in the way */
    assert_int_equal(net_receive(fd, true), 200);
    net_write_request(&n, fd, "HEAD", "/api/v1/live", "", NULL);
    assert_int_equal(net_receive(fd, false), 200);
    (void)close(fd);
}

static int post_body_of(size_t size, int fd)
{
    static char body[(3 << 20) + 1];
    char head[512];
    memset(body, ' ', size);
    memcpy(body, "{\"name\":\"a\"}", size < 12 ? size : 12);
    const int length = snprintf(head, sizeof head,
                                "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n" NET_JSON
                                "Content-Length: %zu\r\n\r\n",
                                n.cookie, size);
    net_send(fd, head, (size_t)length);
    net_send(fd, body, size);
    return net_receive(fd, true);
}

static void bodies_have_a_largest_size(void **state)
{
    (void)state;
    int fd = net_connect(&n);
    assert_int_equal(post_body_of(GN_HTTP_BODY_BYTES_MAX - 1, fd), 201);
    assert_int_equal(post_body_of(GN_HTTP_BODY_BYTES_MAX, fd), 201);
    assert_int_equal(post_body_of(GN_HTTP_BODY_BYTES_MAX + 1, fd), 413);
    assert_true(net_says("HTTP_BODY_BYTES_MAX"));
    assert_int_equal(post_body_of(12, fd), 201); /* the connection is none the worse */
    assert_int_equal(post_body_of(500000, fd), 413);
    assert_int_equal(post_body_of(0, fd), 400);
    (void)close(fd);
    fd = net_connect(&n);
    const int status = post_body_of(3 << 20, fd); /* refused at once; the reset may overtake the answer */
    assert_true(status == 413 || status == 0);
    (void)close(fd);
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200);
}

static void a_body_may_come_byte_by_byte(void **state)
{
    (void)state;
    const char *body = "{\"name\":\"slowly\"}";
    const int fd = net_connect(&n);
    net_write_request(&n, fd, "POST", "/api/v1/things", NET_JSON "Content-Length: 17\r\n", NULL);
    for (size_t i = 0; i < 17; i++)
        net_send(fd, body + i, 1);
    assert_int_equal(net_receive(fd, true), 201);
    assert_string_equal(n.f.host.added, "slowly");
    (void)close(fd);
}

static void an_old_client_gets_an_answer_and_the_end(void **state)
{
    (void)state;
    const int fd = net_connect(&n);
    const char *text = "GET /setup HTTP/1.0\r\nHost: localhost\r\n\r\n";
    net_send(fd, text, strlen(text));
    net_answer_size = 0;
    while (net_more(fd))
        continue;
    assert_true(net_says("303 See Other"));
    (void)close(fd);
}

static void a_long_answer_comes_whole_to_a_slow_reader(void **state)
{
    (void)state;
    for (int i = 0; i < 15000; i++)
        fixture_reading(&n.f, 0, 100000 + i, i);
    const int fd = net_connect(&n);
    net_write_request(&n, fd, "GET", "/api/v1/things/press/properties/oil?limit=15000", "", NULL);
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    assert_int_equal(poll(&wait, 1, NET_PATIENCE_MS), 1);
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200); /* nobody waits for the slow one */
    assert_int_equal(net_receive(fd, true), 200);
    assert_true(net_answer_size > 500000);
    assert_memory_equal(net_answer + net_answer_size - 3, "}]}", 3);
    (void)close(fd);
}

static void a_wrong_password_is_held_back_and_others_are_not(void **state)
{
    (void)state;
    const char *wrong = "{\"user\":\"anna\",\"password\":\"four words do not\"}";
    assert_int_equal(net_ask(&n, "POST", "/api/v1/session", NET_JSON, wrong), 401);
    const int64_t before = now_ms();
    const int held = net_connect(&n);
    net_write_request(&n, held, "POST", "/api/v1/session", NET_JSON, wrong);
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200);
    assert_int_equal(net_receive(held, true), 401);
    assert_true(now_ms() - before >= 200);
    (void)close(held);
    assert_int_equal(net_ask(&n, "POST", "/api/v1/session", NET_JSON, wrong), 429);
    assert_true(net_says("retry-after: 1\r\n"));
}

/* One byte each half second: the head is never finished, and the connection never idle. */
static void a_head_that_drips_is_cut_off(void **state)
{
    (void)state;
    const char *drip = "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const int64_t before = now_ms();
    const int fd = net_connect(&n);
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    int ended = 0;
    for (size_t i = 0; i < 60 && ended == 0; i++) {
        net_send(fd, drip + i, 1);
        ended = poll(&wait, 1, 500);
    }
    assert_int_equal(ended, 1);
    assert_in_range(now_ms() - before, 1000, 20000);
    net_answer_size = 0;
    assert_false(net_more(fd));
    (void)close(fd);
}

static void a_request_whose_end_is_in_doubt_ends_the_connection(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
    } rows[] = {
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Content-Length: 2, 3\r\n\r\n{}x", 400 },
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", 400 },
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Content-Length: -2\r\n\r\n{}", 400 },
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Content-Length: 2x\r\n\r\n{}", 400 },
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Content-Length: 0x2\r\n\r\n{}", 400 },
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n{}", 400 },
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}", 400 },
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2;x\r\n{}\r\n0\r\n\r\n"
          "GET /healthz HTTP/1.1\r\n" HOST "\r\n",
          400 },
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n\r\n",
          400 },
        { "POST /api/v1/session HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n10001\r\n", 413 },
        { "POST /nowhere/.. HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\nGET / HTTP/1.1\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n", 501 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int fd = net_connect(&n);
        net_send(fd, rows[i].text, strlen(rows[i].text));
        assert_int_equal(net_receive(fd, true), rows[i].status);
        assert_true(net_says("connection: close\r\n"));
        const size_t first = net_answer_size;
        while (net_more(fd))
            continue;
        assert_int_equal(net_answer_size, first); /* what followed was not taken for a request */
        (void)close(fd);
    }
    still_well();
}

/* Both in one piece, both changes: an easy mistake to make is to wait for ever. */
static void changes_sent_ahead_are_all_made(void **state)
{
    (void)state;
    char text[4096];
    struct gn_buf out = gn_buf_over(text, sizeof text);
    for (int i = 0; i < 8; i++)
        gn_buf_addf(&out,
                    "POST /api/v1/things HTTP/1.1\r\n" HOST "Cookie: %s\r\n" NET_JSON
                    "Content-Length: 12\r\n\r\n{\"name\":\"%d\"}",
                    n.cookie, i);
    assert_false(out.full);
    const int fd = net_connect(&n);
    net_send(fd, text, out.size);
    net_answer_size = 0;
    net_answer[0] = '\0';
    for (size_t count = 0; count < 8;) {
        assert_true(net_more(fd));
        count = 0;
        for (const char *at = net_answer; (at = strstr(at, "201 Created")) != NULL; at++)
            count++;
    }
    (void)close(fd);
    assert_int_equal(n.f.host.change_count, 8);
    assert_string_equal(n.f.host.added, "7");
}

/* Chunks of every cut, and the next request right behind: both are taken, and nothing more. */
static void a_body_in_chunks_is_a_body(void **state)
{
    (void)state;
    char text[1024];
    struct gn_buf out = gn_buf_over(text, sizeof text);
    for (int i = 0; i < 2; i++)
        gn_buf_addf(&out,
                    "POST /api/v1/things HTTP/1.1\r\n" HOST "Cookie: %s\r\n" NET_JSON
                    "Transfer-Encoding: Chunked\r\n\r\n3\r\n{\"n\r\n09\r\name\":\"c%d\"\r\n1\r\n}\r\n0\r\n\r\n",
                    n.cookie, i);
    assert_false(out.full);
    for (size_t step = 1; step <= out.size; step += 40 + step / 2) {
        const int fd = net_connect(&n);
        const unsigned before = n.f.host.change_count;
        for (size_t at = 0; at < out.size; at += step)
            net_send(fd, text + at, out.size - at < step ? out.size - at : step);
        net_answer_size = 0;
        net_answer[0] = '\0';
        for (size_t count = 0; count < 2;) {
            assert_true(net_more(fd));
            count = 0;
            for (const char *at = net_answer; (at = strstr(at, "201 Created")) != NULL; at++)
                count++;
        }
        (void)close(fd);
        assert_int_equal(n.f.host.change_count, before + 2);
        assert_string_equal(n.f.host.added, "c1");
    }
}

static void who_stops_sending_still_gets_the_answer(void **state)
{
    (void)state;
    const int fd = net_connect(&n);
    net_write_request(&n, fd, "POST", "/api/v1/things", NET_JSON, "{\"name\":\"a\"}");
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    assert_int_equal(net_receive(fd, true), 201);
    while (net_answer_size = 0, net_more(fd))
        continue;
    (void)close(fd);
}

static void who_asks_whether_to_go_on_is_told(void **state)
{
    (void)state;
    int fd = net_connect(&n);
    net_write_request(&n, fd, "POST", "/api/v1/things", NET_JSON "Expect: 100-continue\r\nContent-Length: 12\r\n",
                      NULL);
    net_answer_size = 0;
    net_answer[0] = '\0';
    while (!net_says("\r\n\r\n"))
        assert_true(net_more(fd));
    assert_string_equal(net_answer, "HTTP/1.1 100 Continue\r\n\r\n");
    net_send(fd, "{\"name\":\"a\"}", 12);
    assert_int_equal(net_receive(fd, true), 201);
    (void)close(fd);
    fd = net_connect(&n);
    net_write_request(&n, fd, "POST", "/api/v1/things", NET_JSON "Expect: 100-continue\r\nContent-Length: 100000\r\n",
                      NULL);
    assert_int_equal(net_receive(fd, true), 413);
    assert_true(net_says("connection: close\r\n"));
    (void)close(fd);
}

static void idle_waiting_costs_no_time(void **state)
{
    (void)state;
    struct timespec before;
    struct timespec after;
    char bytes[3000];
    int fds[20];
    memset(bytes, 'x', sizeof bytes);
    for (int i = 0; i < 20; i++) { /* streams whose clients have sent more, or have gone */
        fds[i] = net_connect(&n);
        net_write_request(&n, fds[i], "GET", "/api/v1/live?kinds=alarm", "", NULL);
        net_send(fds[i], bytes, sizeof bytes);
        assert_int_equal(net_receive(fds[i], false), 200);
        if (i % 2 == 0)
            (void)close(fds[i]);
    }
    const int held = net_connect(&n);
    const char *wrong = "{\"user\":\"anna\",\"password\":\"four words do not\"}";
    assert_int_equal(net_ask(&n, "POST", "/api/v1/session", NET_JSON, wrong), 401);
    net_write_request(&n, held, "POST", "/api/v1/session", NET_JSON, wrong);
    net_write_request(&n, held, "GET", "/api/v1/session", "", NULL);
    assert_int_equal(net_receive(held, true), 401);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    const int quiet = net_connect(&n);
    struct pollfd wait = { .fd = quiet, .events = POLLIN };
    assert_int_equal(poll(&wait, 1, 1000), 0); /* a second in which nothing happens */
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    const double used_ms =
        (double)(after.tv_sec - before.tv_sec) * 1e3 + (double)(after.tv_nsec - before.tv_nsec) / 1e6;
    assert_true(used_ms < 300);
    (void)close(quiet);
    (void)close(held);
    for (int i = 1; i < 20; i += 2)
        (void)close(fds[i]);
}

static void a_cookie_of_tls_is_never_sent_in_clear_text(void **state)
{
    (void)state;
    assert_int_equal(net_sign_in(&n, "anna", FIXTURE_PASSWORD), 204);
    assert_memory_equal(n.cookie, "__Host-ganglion_", 16);
    assert_true(net_says("; Secure"));
    assert_false(net_says("strict-transport-security")); /* there is a door in clear text, on purpose */
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 200);
    net_over_tls = false;
    assert_int_equal(net_ask(&n, "GET", "/api/v1/session", "", NULL), 401); /* its name is another there */
    net_over_tls = true;
}

static void a_live_stream_runs_over_tls(void **state)
{
    (void)state;
    assert_int_equal(net_sign_in(&n, "anna", FIXTURE_PASSWORD), 204);
    const int fd = net_connect(&n);
    net_write_request(&n, fd, "GET", "/api/v1/live?kinds=alarm", "", NULL);
    assert_int_equal(net_receive(fd, true), 200);
    while (!net_says("event: status"))
        assert_true(net_more(fd));
    (void)close(fd);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(one_connection_carries_many_requests),
        CASE(who_asks_for_readings_waits_for_the_history),
        CASE(requests_sent_ahead_are_answered_in_order),
        CASE(head_has_the_headers_and_no_body),
        CASE(bodies_have_a_largest_size),
        CASE(a_body_may_come_byte_by_byte),
        CASE(an_old_client_gets_an_answer_and_the_end),
        CASE(a_long_answer_comes_whole_to_a_slow_reader),
        CASE(a_wrong_password_is_held_back_and_others_are_not),
        CASE(a_head_that_drips_is_cut_off),
        CASE(a_request_whose_end_is_in_doubt_ends_the_connection),
        CASE(changes_sent_ahead_are_all_made),
        CASE(a_body_in_chunks_is_a_body),
        CASE(who_stops_sending_still_gets_the_answer),
        CASE(who_asks_whether_to_go_on_is_told),
        CASE(idle_waiting_costs_no_time),
    };
    const struct CMUnitTest secure_tests[] = {
        /* but those that take tens of seconds by the clock */
        CASE(one_connection_carries_many_requests),
        CASE(requests_sent_ahead_are_answered_in_order),
        CASE(head_has_the_headers_and_no_body),
        CASE(bodies_have_a_largest_size),
        CASE(a_body_may_come_byte_by_byte),
        CASE(an_old_client_gets_an_answer_and_the_end),
        CASE(a_long_answer_comes_whole_to_a_slow_reader),
        CASE(a_request_whose_end_is_in_doubt_ends_the_connection),
        CASE(changes_sent_ahead_are_all_made),
        CASE(a_body_in_chunks_is_a_body),
        CASE(who_stops_sending_still_gets_the_answer),
        CASE(who_asks_whether_to_go_on_is_told),
        CASE(a_cookie_of_tls_is_never_sent_in_clear_text),
        CASE(a_live_stream_runs_over_tls),
    };
    const int failed = cmocka_run_group_tests_name("clear text", tests, NULL, NULL);
    net_over_tls = true;
    return failed + cmocka_run_group_tests_name("over TLS", secure_tests, NULL, NULL);
}
