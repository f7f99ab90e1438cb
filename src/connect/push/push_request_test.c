/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct gn_push_request request;
static struct gn_http_fault fault;

/* The request line without its version, and headers with CRLF at their ends. */
static gn_err read_request(const char *line, const char *headers)
{
    char text[2048];
    struct gn_http_head head;
    size_t seen = 0, size;
    (void)snprintf(text, sizeof text, "%s HTTP/1.1\r\n%s\r\n", line, headers);
    fault = (struct gn_http_fault){ 0 };
    assert_int_equal(gn_http_parse(gn_str_of(text), &seen, &head, &size, &fault), GN_OK);
    return gn_push_request_read(&head, &request, &fault);
}

static void paths_and_methods_say_what_is_asked(void **state)
{
    (void)state;
    assert_int_equal(read_request("POST /api/v2/write?org=o&bucket=b&precision=ms", ""), GN_OK);
    assert_true(request.what == GN_PUSH_LINES && request.unit == GN_PUSH_MS && !request.has_credential);
    assert_int_equal(read_request("POST /write?db=d", "Content-Encoding: gzip\r\n"), GN_OK);
    assert_true(request.what == GN_PUSH_LINES && request.unit == GN_PUSH_NS && request.is_packed);
    assert_int_equal(read_request("HEAD /ping", ""), GN_OK);
    assert_true(request.what == GN_PUSH_PING && request.is_head);
    assert_int_equal(read_request("GET /health", ""), GN_OK);
    assert_int_equal(request.what, GN_PUSH_HEALTH);
}

static void what_cannot_be_served_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *line, *headers;
        int status;
    } rows[] = { { "POST /", "", 404 },
                 { "POST /write/", "", 404 },
                 { "GET /write", "", 405 },
                 { "POST /ping", "", 405 },
                 { "POST /write?precision=d", "", 400 },
                 { "POST /write", "Content-Encoding: br\r\n", 415 },
                 { "POST /write", "Content-Length: 8388609\r\n", 413 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_request(rows[i].line, rows[i].headers), GN_ERR_INVAL);
        assert_int_equal(fault.status, rows[i].status);
    }
    assert_int_equal(read_request("POST /write", "Content-Length: 8388608\r\n"), GN_OK);
}

static void credentials_come_in_four_forms(void **state)
{
    (void)state;
    static const struct {
        const char *line, *headers;
    } rows[] = { { "POST /write", "Authorization: Token press:se:cret\r\n" },
                 { "POST /write", "Authorization: bearer  press:se:cret\r\n" },
                 { "POST /write", "Authorization: Basic cHJlc3M6c2U6Y3JldA==\r\n" },
                 { "POST /write?u=press&p=se%3Acret", "" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_request(rows[i].line, rows[i].headers), GN_OK);
        assert_true(request.has_credential);
        assert_string_equal(request.credential.name, "press");
        assert_string_equal(request.credential.secret, "se:cret");
    }
}

static void what_is_no_credential_is_none(void **state)
{
    (void)state;
    static const char *const rows[] = { "", "Authorization: Token\r\n", "Authorization: Token :x\r\n",
                                        "Authorization: Basic %%%\r\n", "Authorization: Digest a:b\r\n" };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_request("POST /write", rows[i]), GN_OK);
        assert_false(request.has_credential);
    }
    assert_int_equal(read_request("POST /write?u=&p=x", ""), GN_OK);
    assert_false(request.has_credential);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_and_methods_say_what_is_asked),
        cmocka_unit_test(what_cannot_be_served_says_why),
        cmocka_unit_test(credentials_come_in_four_forms),
        cmocka_unit_test(what_is_no_credential_is_none),
    };
    return cmocka_run_group_tests_name("connect/push_request", tests, NULL, NULL);
}
