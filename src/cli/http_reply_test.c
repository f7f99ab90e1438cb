/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/http_reply.h"

struct seen {
    char body[4096];
    size_t size;
    gn_err answer;
};

static gn_err keep(void *ctx, gn_bytes bytes)
{
    struct seen *seen = ctx;
    if (seen->answer != GN_OK)
        return seen->answer;
    assert_true(bytes.size > 0 && seen->size + bytes.size < sizeof seen->body);
    memcpy(seen->body + seen->size, bytes.at, bytes.size);
    seen->size += bytes.size;
    return GN_OK;
}

static gn_err feed(struct gn_http_reply *reply, struct seen *seen, const char *text)
{
    return gn_http_reply_feed(reply, (gn_bytes){ (const uint8_t *)text, strlen(text) }, keep, seen);
}

static void body_is(const struct seen *seen, const char *expected)
{
    assert_int_equal(seen->size, strlen(expected));
    assert_memory_equal(seen->body, expected, seen->size);
}

static const char chunked[] =
    "HTTP/1.1 200 OK\r\ncontent-TYPE: text/Event-Stream; charset=utf-8\r\n"
    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nb;x=y\r\n and so on.\r\n0\r\nTrailer: 1\r\n\r\n";

static void a_length_ends_the_body(void **state)
{
    (void)state;
    struct gn_http_reply reply = gn_http_reply_fresh();
    struct seen seen = { 0 };
    assert_int_equal(feed(&reply, &seen, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n"), GN_OK);
    assert_false(gn_http_reply_has_head(&reply));
    assert_int_equal(feed(&reply, &seen, "\r\n"), GN_OK);
    assert_true(gn_http_reply_has_head(&reply));
    assert_int_equal(reply.status, 404);
    assert_int_equal(feed(&reply, &seen, "{}"), GN_OK);
    assert_int_equal(reply.state, GN_HTTP_DONE);
    assert_int_equal(gn_http_reply_eof(&reply), GN_OK);
    body_is(&seen, "{}");
}

static void chunks_are_joined_however_the_bytes_are_cut(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < sizeof chunked; piece++) {
        struct gn_http_reply reply = gn_http_reply_fresh();
        struct seen seen = { 0 };
        for (size_t at = 0; at < sizeof chunked - 1; at += piece) {
            const size_t size = at + piece < sizeof chunked - 1 ? piece : sizeof chunked - 1 - at;
            const gn_bytes bytes = { (const uint8_t *)chunked + at, size };
            assert_int_equal(gn_http_reply_feed(&reply, bytes, keep, &seen), GN_OK);
        }
        assert_int_equal(reply.state, GN_HTTP_DONE);
        assert_string_equal(reply.type, "text/event-stream");
        body_is(&seen, "hello and so on.");
    }
}

static void without_a_length_the_close_ends_the_body(void **state)
{
    (void)state;
    struct gn_http_reply reply = gn_http_reply_fresh();
    struct seen seen = { 0 };
    assert_int_equal(feed(&reply, &seen, "HTTP/1.0 200 OK\r\n\r\nabc"), GN_OK);
    assert_int_equal(reply.state, GN_HTTP_UNTIL_CLOSE);
    assert_int_equal(gn_http_reply_eof(&reply), GN_OK);
    body_is(&seen, "abc");
}

static void a_cut_response_is_not_whole(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof chunked - 1; cut++) {
        struct gn_http_reply reply = gn_http_reply_fresh();
        struct seen seen = { 0 };
        assert_int_equal(gn_http_reply_feed(&reply, (gn_bytes){ (const uint8_t *)chunked, cut }, keep, &seen), GN_OK);
        assert_int_equal(gn_http_reply_eof(&reply), GN_ERR_CORRUPT);
    }
}

static void interim_responses_are_passed_over(void **state)
{
    (void)state;
    struct gn_http_reply reply = gn_http_reply_fresh();
    struct seen seen = { 0 };
    assert_int_equal(
        feed(&reply, &seen, "HTTP/1.1 100 Continue\r\nContent-Length: 7\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
        GN_OK);
    assert_int_equal(reply.status, 204);
    assert_int_equal(reply.state, GN_HTTP_DONE);
}

static void what_is_not_http_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/2.0 200 OK\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n",
        "HTTP/1.1 600 OK\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rc\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gn_http_reply reply = gn_http_reply_fresh();
        struct seen seen = { 0 };
        assert_int_equal(feed(&reply, &seen, bad[i]), GN_ERR_CORRUPT);
        assert_int_equal(feed(&reply, &seen, "x"), GN_ERR_CORRUPT); /* it stays broken */
    }
}

static void lines_and_heads_have_a_bound(void **state)
{
    (void)state;
    static char line[GN_HTTP_LINE_BYTES + 2];
    for (size_t more = 0; more < 2; more++) {
        struct gn_http_reply reply = gn_http_reply_fresh();
        struct seen seen = { 0 };
        memset(line, 'x', sizeof line);
        line[1] = ':';
        line[GN_HTTP_LINE_BYTES + more] = '\0';
        assert_int_equal(feed(&reply, &seen, "HTTP/1.1 200 OK\r\n"), GN_OK);
        assert_int_equal(feed(&reply, &seen, line), more == 0 ? GN_OK : GN_ERR_CORRUPT);
    }
    struct gn_http_reply reply = gn_http_reply_fresh();
    struct seen seen = { 0 };
    assert_int_equal(feed(&reply, &seen, "HTTP/1.1 200 OK\r\n"), GN_OK);
    const size_t lines = (GN_HTTP_HEAD_BYTES - 17) / 6;
    for (size_t i = 0; i < lines; i++)
        assert_int_equal(feed(&reply, &seen, "A: b\r\n"), GN_OK);
    assert_int_equal(feed(&reply, &seen, "A: b\r\n"), GN_ERR_CORRUPT);
}

static void who_takes_the_body_can_stop_it(void **state)
{
    (void)state;
    struct gn_http_reply reply = gn_http_reply_fresh();
    struct seen seen = { .answer = GN_ERR_FULL };
    assert_int_equal(feed(&reply, &seen, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), GN_ERR_FULL);
    assert_int_equal(reply.state, GN_HTTP_BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_length_ends_the_body),
        cmocka_unit_test(chunks_are_joined_however_the_bytes_are_cut),
        cmocka_unit_test(without_a_length_the_close_ends_the_body),
        cmocka_unit_test(a_cut_response_is_not_whole),
        cmocka_unit_test(interim_responses_are_passed_over),
        cmocka_unit_test(what_is_not_http_is_refused),
        cmocka_unit_test(lines_and_heads_have_a_bound),
        cmocka_unit_test(who_takes_the_body_can_stop_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
