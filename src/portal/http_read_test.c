/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/http_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/limits.h"

static struct gn_exchange *exchange;
static struct gn_http_head head;

static int end(void **state)
{
    (void)state;
    gn_exchange_free(exchange);
    exchange = NULL;
    return 0;
}

static int read_text(const char *text)
{
    struct gn_http_fault fault = { 0 };
    size_t seen = 0;
    size_t size;
    gn_exchange_free(exchange);
    exchange = gn_exchange_new();
    assert_non_null(exchange);
    assert_int_equal(gn_http_parse(gn_str_of(text), &seen, &head, &size, &fault), GN_OK);
    return gn_http_read(&head, "g", exchange).status;
}

static int read_target(const char *target)
{
    static char text[8192];
    (void)snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n\r\n", target);
    return read_text(text);
}

static bool is(gn_str text, const char *expected)
{
    return gn_str_equal(text, gn_str_of(expected));
}

static void what_counts_is_taken_over(void **state)
{
    (void)state;
    assert_int_equal(read_text("POST /a%20b?x=1&y=%26+z&&w HTTP/1.1\r\nHost: h:1\r\nORIGIN: http://h:1\r\n"
                               "cookie: a=1; g=first\r\nCookie: g=second\r\nContent-Type: application/json\r\n"
                               "Accept-Encoding: br, gzip\r\nAccept: text/html;q=0.5\r\nSec-Fetch-Site: none\r\n"
                               "Last-Event-ID: 77\r\nContent-Length: 5\r\n\r\n"),
                     0);
    const struct gn_request *request = &exchange->request;
    assert_int_equal(request->method, GN_POST);
    assert_true(is(request->path, "/a b"));
    assert_int_equal(request->query_count, 3);
    assert_true(is(request->query[1].name, "y") && is(request->query[1].value, "& z"));
    assert_true(is(request->host, "h:1") && is(request->origin, "http://h:1") && is(request->site, "none"));
    assert_true(is(request->cookie, "first"));
    assert_int_equal(request->body_type, GN_BODY_JSON);
    assert_true(request->accepts_gzip && request->accepts_html);
    assert_int_equal(request->last_event, 77);
    assert_int_equal(exchange->body_expected, 5);
}

static void what_is_not_sent_is_empty(void **state)
{
    (void)state;
    assert_int_equal(read_text("GET / HTTP/1.1\r\nLast-Event-ID: 7x\r\n\r\n"), 0);
    const struct gn_request *request = &exchange->request;
    assert_int_equal(request->host.size + request->origin.size + request->cookie.size + request->site.size, 0);
    assert_false(request->accepts_gzip || request->accepts_html);
    assert_int_equal(request->last_event, 0);
    assert_int_equal(request->body_type, GN_BODY_NONE);
}

static void paths_are_decoded_once_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *target, *path;
    } good[] = { { "/", "/" },          { "/a", "/a" },
                 { "/a/", "/a/" },      { "/%61", "/a" },
                 { "/%2561", "/%61" },  { "/a.b/..c/d..", "/a.b/..c/d.." },
                 { "/a+b", "/a+b" },    { "/%c3%a9", "/\xc3\xa9" },
                 { "/a?", "/a" },       { "/a?/../b", "/a" },
                 { "/a;b=c", "/a;b=c" } };
    static const char *const bad[] = { "a",       "*",     "http://h/", "//",     "/a//b",    "/.",     "/..",
                                       "/a/../b", "/a/.",  "/a/..",     "/%2e",   "/%2E%2e",  "/a%2fb", "/a%2Fb",
                                       "/a%5cb",  "/a\\b", "/%00",      "/a%0ab", "/%7f",     "/%ff",   "/%",
                                       "/%4",     "/%zz",  "/a#b",      "/a?%",   "/a?b=%00", "/a?%ff", "%2fa" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(read_target(good[i].target), 0);
        assert_true(is(exchange->request.path, good[i].path));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_target(bad[i]) != 400)
            fail_msg("%s is taken", bad[i]);
}

static void lengths_are_held_at_their_limits(void **state)
{
    (void)state;
    static char target[4000];
    (void)snprintf(target, sizeof target, "/%0*d", GN_REQUEST_PATH_BYTES_MAX - 1, 0);
    assert_int_equal(read_target(target), 0);
    (void)snprintf(target, sizeof target, "/%0*d", GN_REQUEST_PATH_BYTES_MAX, 0);
    assert_int_equal(read_target(target), 414);
    assert_int_equal(read_target("/?a&b&c&d&e&f&g&h&i&j&k&l"), 0);
    assert_int_equal(read_target("/?a&b&c&d&e&f&g&h&i&j&k&l&m"), 400);
    (void)snprintf(target, sizeof target, "/?a=%03000d", 0);
    assert_int_equal(read_target(target), 414);
}

static void bodies_that_are_too_large_are_drained_or_cut(void **state)
{
    (void)state;
    static const struct {
        uint64_t size;
        const char *extra;
        int status;
        bool close;
    } rows[] = { { GN_HTTP_BODY_BYTES_MAX, "", 0, false },
                 { GN_HTTP_BODY_BYTES_MAX + 1, "", 413, false },
                 { GN_HTTP_BODY_BYTES_MAX + 1, "Expect: 100-continue\r\n", 413, true },
                 { GN_HTTP_DRAIN_BYTES_MAX, "", 413, false },
                 { GN_HTTP_DRAIN_BYTES_MAX + 1, "", 413, true },
                 { UINT64_MAX, "", 413, true } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "POST / HTTP/1.1\r\n%sContent-Length: %llu\r\n\r\n", rows[i].extra,
                       (unsigned long long)rows[i].size);
        assert_int_equal(read_text(text), rows[i].status);
        gn_exchange_free(exchange);
        exchange = gn_exchange_new();
        assert_int_equal(gn_http_read(&head, "g", exchange).close, rows[i].close);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_counts_is_taken_over, end),
        cmocka_unit_test_teardown(what_is_not_sent_is_empty, end),
        cmocka_unit_test_teardown(paths_are_decoded_once_or_refused, end),
        cmocka_unit_test_teardown(lengths_are_held_at_their_limits, end),
        cmocka_unit_test_teardown(bodies_that_are_too_large_are_drained_or_cut, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
