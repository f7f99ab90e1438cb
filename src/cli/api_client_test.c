/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>

#include "cli/api_client.h"
#include "cli/api_fake.h"

static const char events[] = "id: 1\nevent: output\ndata: {\"n\":1}\n\nevent: status\ndata: {}\n\n";

static const struct api_fake_row rows[] = {
    { "GET /api/v1/things", 200, NULL, "{\"things\":[]}" },
    { "POST /api/v1/things", 201, NULL, "{\"id\":\"a\"}" },
    { "GET /api/v1/live", 200, "text/event-stream", events },
    { "GET /api/v1/busy", 503, "text/plain", "too many" },
    { NULL, 0, NULL, NULL },
};

static void a_call_brings_status_and_body(void **state)
{
    (void)state;
    struct api_fake fake;
    struct gn_api_reply reply = { 0 };
    struct gn_diag diag = { 0 };
    api_fake_start(&fake, rows);
    assert_int_equal(gn_api_call(fake.dir, "GET", "/api/v1/things?limit=1", GN_STR(""), &reply, &diag), GN_OK);
    assert_int_equal(reply.status, 200);
    assert_true(gn_str_equal(reply.body, GN_STR("{\"things\":[]}")));
    gn_api_reply_give(&reply);
    assert_int_equal(gn_api_call(fake.dir, "POST", "/api/v1/things", GN_STR("{\"name\":\"a\"}"), &reply, &diag), GN_OK);
    assert_int_equal(reply.status, 201);
    gn_api_reply_give(&reply);
    assert_int_equal(gn_api_call(fake.dir, "GET", "/api/v1/elephants", GN_STR(""), &reply, &diag), GN_OK);
    assert_int_equal(reply.status, 404);
    gn_api_reply_give(&reply);
    gn_api_reply_give(NULL);
    assert_string_equal(api_fake_asked(&fake), "GET /api/v1/things?limit=1 HTTP/1.1\n"
                                               "POST /api/v1/things HTTP/1.1 <- {\"name\":\"a\"}\n"
                                               "GET /api/v1/elephants HTTP/1.1\n");
    api_fake_stop(&fake);
}

static void without_a_node_it_says_so(void **state)
{
    (void)state;
    struct gn_api_reply reply = { 0 };
    struct gn_diag diag = { 0 };
    struct api_fake fake;
    assert_int_equal(gn_api_call("/tmp/there-is-no-such-folder", "GET", "/", GN_STR(""), &reply, &diag), GN_ERR_CLOSED);
    assert_string_equal(diag.text, "no node is running on /tmp/there-is-no-such-folder");
    /* A socket that a killed node left behind is no node either. */
    api_fake_start(&fake, rows);
    (void)shutdown(fake.fd, SHUT_RDWR);
    (void)pthread_join(fake.thread, NULL);
    (void)close(fake.fd);
    assert_int_equal(gn_api_call(fake.dir, "GET", "/", GN_STR(""), &reply, &diag), GN_ERR_CLOSED);
    assert_null(reply.memory);
    api_fake_clear(fake.dir);
}

static void a_path_longer_than_a_socket_address_works(void **state)
{
    (void)state;
    struct api_fake fake;
    char deep[400];
    char link[420];
    struct gn_api_reply reply = { 0 };
    struct gn_diag diag = { 0 };
    api_fake_start(&fake, rows);
    (void)snprintf(deep, sizeof deep, "%s/%0120d", fake.dir, 7);
    assert_int_equal(mkdir(deep, 0700), 0);
    (void)snprintf(link, sizeof link, "%s/ganglion.sock", deep);
    assert_int_equal(symlink(fake.path, link), 0);
    assert_true(strlen(link) > sizeof(((struct sockaddr_un *)NULL)->sun_path));
    assert_int_equal(gn_api_call(deep, "GET", "/api/v1/things", GN_STR(""), &reply, &diag), GN_OK);
    assert_int_equal(reply.status, 200);
    gn_api_reply_give(&reply);
    (void)unlink(link);
    assert_int_equal(gn_api_call(deep, "GET", "/api/v1/things", GN_STR(""), &reply, &diag), GN_ERR_CLOSED);
    (void)rmdir(deep);
    assert_int_equal(gn_api_call(deep, "GET", "/api/v1/things", GN_STR(""), &reply, &diag), GN_ERR_CLOSED);
    api_fake_stop(&fake);
}

static void an_answer_that_is_not_http_is_refused(void **state)
{
    (void)state;
    static const struct api_fake_row raw[] = {
        { "GET /a", 0, NULL, "hello\r\n" },
        { "GET /b", 0, NULL, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort" },
        { "GET /c", 0, NULL, "" },
        { NULL, 0, NULL, NULL },
    };
    static const char *const paths[] = { "/a", "/b", "/c" };
    for (size_t i = 0; i < 3; i++) {
        struct api_fake fake;
        struct gn_api_reply reply = { 0 };
        struct gn_diag diag = { 0 };
        api_fake_start(&fake, raw);
        assert_int_equal(gn_api_call(fake.dir, "GET", paths[i], GN_STR(""), &reply, &diag), GN_ERR_CORRUPT);
        assert_string_equal(diag.text, "the answer is cut short, or is not HTTP");
        api_fake_stop(&fake);
    }
}

static void a_request_that_does_not_fit_is_not_sent(void **state)
{
    (void)state;
    struct api_fake fake;
    struct gn_api_reply reply = { 0 };
    struct gn_diag diag = { 0 };
    static char body[GN_API_REQUEST_BYTES];
    memset(body, 'x', sizeof body);
    api_fake_start(&fake, rows);
    assert_int_equal(gn_api_call(fake.dir, "POST", "/", (gn_str){ body, sizeof body }, &reply, &diag), GN_ERR_FULL);
    assert_string_equal(api_fake_asked(&fake), "");
    api_fake_stop(&fake);
}

static gn_err count(void *ctx, const struct gn_sse_event *event)
{
    int *counts = ctx;
    counts[gn_str_equal(event->name, GN_STR("output")) ? 0 : 1]++;
    return GN_OK;
}

static void a_stream_brings_every_event_and_its_end(void **state)
{
    (void)state;
    struct api_fake fake;
    struct gn_diag diag = { 0 };
    struct gn_api_stream *stream = NULL;
    int counts[2] = { 0 };
    api_fake_start(&fake, rows);
    assert_int_equal(gn_api_stream_open(fake.dir, "/api/v1/live", &stream, &diag), GN_OK);
    gn_err err = GN_OK;
    while (!err)
        err = gn_api_stream_next(stream, 5000, count, counts, &diag);
    assert_int_equal(err, GN_ERR_CLOSED);
    assert_string_equal(diag.text, "the node ended the live stream");
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 1);
    gn_api_stream_close(stream);
    gn_api_stream_close(NULL);
    api_fake_stop(&fake);
}

static void a_refused_stream_says_why(void **state)
{
    (void)state;
    struct api_fake fake;
    struct gn_diag diag = { 0 };
    struct gn_api_stream *stream = NULL;
    api_fake_start(&fake, rows);
    assert_int_equal(gn_api_stream_open(fake.dir, "/api/v1/busy", &stream, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "the node opens no live stream (HTTP status 503, text/plain)");
    assert_null(stream);
    assert_int_equal(gn_api_stream_open(fake.dir, "/api/v1/things", &stream, &diag), GN_ERR_INVAL);
    assert_int_equal(gn_api_stream_open("/tmp/there-is-no-such-folder", "/", &stream, &diag), GN_ERR_CLOSED);
    api_fake_stop(&fake);
}

static void names_are_escaped_for_a_url(void **state)
{
    (void)state;
    char text[64];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    gn_api_escape(&buf, (gn_str){ "a-Z_9.~/? &%\xc3\xa4\0", 15 });
    assert_true(gn_str_equal(gn_buf_str(&buf), GN_STR("a-Z_9.~%2F%3F%20%26%25%C3%A4%00")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_brings_status_and_body),
        cmocka_unit_test(without_a_node_it_says_so),
        cmocka_unit_test(a_path_longer_than_a_socket_address_works),
        cmocka_unit_test(an_answer_that_is_not_http_is_refused),
        cmocka_unit_test(a_request_that_does_not_fit_is_not_sent),
        cmocka_unit_test(a_stream_brings_every_event_and_its_end),
        cmocka_unit_test(a_refused_stream_says_why),
        cmocka_unit_test(names_are_escaped_for_a_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
