/* SPDX-License-Identifier: Apache-2.0 */
#include "base/http_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"

static struct gn_http_head head;
static struct gn_http_fault fault;
static size_t size;

static gn_err parse(gn_str text)
{
    size_t seen = 0;
    fault = (struct gn_http_fault){ 0 };
    return gn_http_parse(text, &seen, &head, &size, &fault);
}

static void a_head_is_taken_apart(void **state)
{
    (void)state;
    static const char text[] = "GET /a?b=c HTTP/1.1\r\nHost:x\r\nAccept: \t a, b \t\r\nEmpty:\r\n\r\nrest";
    assert_int_equal(parse(gn_str_of(text)), GN_OK);
    assert_int_equal(size, sizeof text - 1 - 4);
    assert_true(gn_str_equal(head.method, GN_STR("GET")));
    assert_true(gn_str_equal(head.target, GN_STR("/a?b=c")));
    assert_int_equal(head.header_count, 3);
    assert_true(gn_str_equal(gn_http_header(&head, "host"), GN_STR("x")));
    assert_true(gn_str_equal(gn_http_header(&head, "ACCEPT"), GN_STR("a, b")));
    assert_int_equal(gn_http_header(&head, "empty").size, 0);
    assert_int_equal(gn_http_header(&head, "hos").size, 0);
    assert_false(head.is_1_0 || head.wants_close || head.expects_100);
    assert_int_equal(head.body_size, 0);
}

static void it_may_come_in_any_pieces(void **state)
{
    (void)state;
    static const char text[] = "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\n";
    size_t seen = 0;
    for (size_t at = 0; at < sizeof text - 2; at++)
        assert_int_equal(gn_http_parse((gn_str){ text, at }, &seen, &head, &size, &fault), GN_ERR_AGAIN);
    assert_int_equal(gn_http_parse((gn_str){ text, sizeof text - 1 }, &seen, &head, &size, &fault), GN_OK);
    assert_int_equal(head.body_size, 3);
    for (size_t first = 0; first < sizeof text - 1; first++) {
        seen = 0;
        assert_int_equal(gn_http_parse((gn_str){ text, first }, &seen, &head, &size, &fault), GN_ERR_AGAIN);
        assert_int_equal(gn_http_parse((gn_str){ text, sizeof text - 1 }, &seen, &head, &size, &fault), GN_OK);
    }
}

static void what_ends_the_connection_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool close;
    } rows[] = { { "GET / HTTP/1.1\r\n\r\n", false },
                 { "GET / HTTP/1.0\r\n\r\n", true },
                 { "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", true },
                 { "GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n", true },
                 { "GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", false },
                 { "GET / HTTP/1.1\r\nConnection: upgrade\r\nConnection: close\r\n\r\n", true },
                 { "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(parse(gn_str_of(rows[i].text)), GN_OK);
        assert_int_equal(head.wants_close, rows[i].close);
    }
    assert_int_equal(parse(GN_STR("POST / HTTP/1.1\r\nExpect: 100-Continue\r\n\r\n")), GN_OK);
    assert_true(head.expects_100);
}

static void what_two_readers_could_read_differently_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
    } rows[] = {
        { "GET / HTTP/1.1\nHost: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n X: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX : a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX(: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX: a\x01\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX: a\x7f\r\n\r\n", 400 },
        { "\r\n\r\n", 400 },
        { "\r\nGET / HTTP/1.1\r\n\r\n", 400 },
        { "GET\r\n\r\n", 400 },
        { "GET /\r\n\r\n", 505 },
        { "GET  / HTTP/1.1\r\n\r\n", 400 },
        { "GET /  HTTP/1.1\r\n\r\n", 505 },
        { "GET / HTTP/1.1 \r\n\r\n", 505 },
        { "GET /\t HTTP/1.1\r\n\r\n", 400 },
        { " GET / HTTP/1.1\r\n\r\n", 400 },
        { "G(T / HTTP/1.1\r\n\r\n", 400 },
        { "GET / HTTP/1.2\r\n\r\n", 505 },
        { "GET / HTTP/2.0\r\n\r\n", 505 },
        { "GET / http/1.1\r\n\r\n", 505 },
        { "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nOrigin: a\r\nOrigin: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: 1 1\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length:\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n", 400 },
        { "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", 501 },
        { "GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501 },
        { "GET / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n", 501 },
        { "GET / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nTransfer-Encoding: \x0b"
          "chunked\r\n\r\n",
          400 },
        { "GET / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n", 501 },
        { "GET / HTTP/1.1\r\nContent-Length: 1\r\ntransfer-encoding: x\r\n\r\n", 501 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(parse(gn_str_of(rows[i].text)), GN_ERR_INVAL);
        if (fault.status != rows[i].status)
            fail_msg("%s: %d", rows[i].text, fault.status);
        assert_true(fault.close && fault.code != NULL && fault.message != NULL && fault.hint != NULL);
    }
    assert_int_equal(parse((gn_str){ "GET /\0 HTTP/1.1\r\n\r\n", 19 }), GN_ERR_INVAL);
    assert_int_equal(parse((gn_str){ "GET / HTTP/1.1\r\nX: \0\r\n\r\n", 24 }), GN_ERR_INVAL);
}

static void heads_and_headers_have_limits(void **state)
{
    (void)state;
    static char text[GN_HTTP_HEAD_BYTES_MAX + 64];
    memset(text, 'a', sizeof text);
    const int at = snprintf(text, sizeof text, "GET / HTTP/1.1\r\nX: ");
    text[at] = 'a';
    memcpy(text + GN_HTTP_HEAD_BYTES_MAX - 4, "\r\n\r\n", 4);
    assert_int_equal(parse((gn_str){ text, GN_HTTP_HEAD_BYTES_MAX }), GN_OK);
    assert_int_equal(size, GN_HTTP_HEAD_BYTES_MAX);
    memcpy(text + GN_HTTP_HEAD_BYTES_MAX - 4, "aaa\r\n\r\n", 7);
    assert_int_equal(parse((gn_str){ text, GN_HTTP_HEAD_BYTES_MAX - 1 }), GN_ERR_AGAIN);
    assert_int_equal(parse((gn_str){ text, GN_HTTP_HEAD_BYTES_MAX }), GN_ERR_INVAL);
    assert_int_equal(fault.status, 431);
    assert_int_equal(parse((gn_str){ text, GN_HTTP_HEAD_BYTES_MAX + 3 }), GN_ERR_INVAL);
    assert_int_equal(fault.status, 431);
    for (int count = GN_HTTP_HEADERS_MAX; count <= GN_HTTP_HEADERS_MAX + 1; count++) {
        struct gn_buf out = gn_buf_over(text, sizeof text);
        gn_buf_add_text(&out, "GET / HTTP/1.1\r\n");
        for (int i = 0; i < count; i++)
            gn_buf_addf(&out, "X-%d: y\r\n", i);
        gn_buf_add_text(&out, "\r\n");
        assert_int_equal(parse(gn_buf_str(&out)), count == GN_HTTP_HEADERS_MAX ? GN_OK : GN_ERR_INVAL);
    }
    assert_int_equal(fault.status, 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_taken_apart),
        cmocka_unit_test(it_may_come_in_any_pieces),
        cmocka_unit_test(what_ends_the_connection_is_known),
        cmocka_unit_test(what_two_readers_could_read_differently_is_refused),
        cmocka_unit_test(heads_and_headers_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
