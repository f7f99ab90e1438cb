/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "connect/push/push_rig.h"

static struct rig rig;
static int fd;

static int setup(void **state)
{
    (void)state;
    rig_start(&rig);
    fd = rig_connect(&rig);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)close(fd);
    rig_stop(&rig);
    return 0;
}

static const char *ask(const char *text)
{
    rig_say(&rig, fd, text);
    rig_durable(&rig);
    return rig_heard(&rig, fd);
}

static bool begins(const char *text, const char *wanted)
{
    return strncmp(text, wanted, strlen(wanted)) == 0;
}

static void a_write_is_answered_when_it_is_on_disk_and_not_before(void **state)
{
    (void)state;
    rig_say(&rig, fd, "POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: 8\r\n\r\nm v=1.5\n");
    assert_int_equal(rig.fake.reading_count, 1);
    assert_string_equal(rig_heard(&rig, fd), "");
    gn_push_adapter.durable(rig.self, 0);
    assert_string_equal(rig_heard(&rig, fd), "");
    gn_push_adapter.durable(rig.self, 1);
    assert_string_equal(rig_heard(&rig, fd), "HTTP/1.1 204 No Content\r\n\r\n");
}

static void requests_follow_one_another_also_without_waiting(void **state)
{
    (void)state;
    static const char two[] = "POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: 5\r\n\r\nm v=1"
                              "POST /api/v2/write HTTP/1.1\r\n" RIG_TOKEN "Transfer-Encoding: chunked\r\n\r\n"
                              "3\r\nm v\r\n4\r\n=2\nm\r\n4\r\n v=3\r\n0\r\n\r\n"
                              "GET /ping HTTP/1.1\r\n\r\nGET /health HTTP/1.1\r\nConnection: close\r\n\r\n";
    for (size_t step = 1; step < sizeof two; step += 37) {
        const int other = rig_connect(&rig);
        rig.fake.reading_count = 0;
        for (size_t at = 0; at < sizeof two - 1; at += step)
            rig_send(&rig, other, two + at, step < sizeof two - 1 - at ? step : sizeof two - 1 - at);
        rig_durable(&rig);
        rig_durable(&rig);
        rig_durable(&rig);
        const char *heard = rig_heard(&rig, other);
        assert_true(begins(heard, "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No "
                                  "Content\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n"));
        assert_non_null(strstr(heard, "(closed)"));
        assert_int_equal(rig.fake.reading_count, 3);
        assert_true(rig.fake.readings[2].value == 3);
        (void)close(other);
        rig_turn(&rig);
    }
}

static void a_full_ring_makes_the_sender_wait_and_loses_nothing(void **state)
{
    (void)state;
    char head[256];
    static char body[200000];
    struct gn_buf out = gn_buf_over(body, sizeof body);
    int count = 0;
    for (; out.size < sizeof body - 64; count++)
        gn_buf_addf(&out, "m,n=%d v=%d\n", count % 7, count);
    (void)snprintf(head, sizeof head, "POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: %zu\r\n\r\n", out.size);
    rig.fake.room = 100;
    rig_say(&rig, fd, head);
    const ssize_t first = send(fd, body, out.size, MSG_NOSIGNAL);
    assert_true(first > 0);
    rig_turn(&rig);
    assert_int_equal(rig.fake.reading_count, 100);
    rig_durable(&rig);
    assert_string_equal(rig_heard(&rig, fd), "");
    ssize_t at = first;
    for (int turn = 0; turn < RIG_TURNS && rig.fake.reading_count < (size_t)count; turn++) {
        const ssize_t sent = send(fd, body + at, out.size - (size_t)at, MSG_NOSIGNAL);
        at += sent > 0 ? sent : 0;
        rig.fake.is_full = false;
        rig.fake.room = 700;
        gn_push_adapter.resume(rig.self);
        rig_turn(&rig);
    }
    rig_durable(&rig);
    assert_string_equal(rig_heard(&rig, fd), "HTTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(rig.fake.reading_count, count);
    assert_true(rig_server(&rig)->stats.held_back > 0);
}

static void bad_lines_are_named_and_the_others_kept(void **state)
{
    (void)state;
    const char *heard =
        ask("POST /api/v2/write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: 18\r\n\r\nm v=1\nbad\nm v=2\nm=");
    assert_true(begins(heard, "HTTP/1.1 400 Bad Request\r\n"));
    assert_non_null(strstr(heard, "partial write: 2 of 4 lines were refused; line 2: "));
    assert_non_null(strstr(heard, "\"lines\":[{\"line\":2,"));
    assert_int_equal(rig.fake.reading_count, 2);
    assert_non_null(strstr(rig.fake.refused, "line 2"));
}

static void a_stranger_is_answered_late_and_writes_nothing(void **state)
{
    (void)state;
    rig.fake.delay_ms = 1500;
    static const char *const rows[] = { "Authorization: Token press:wrong\r\n", "Authorization: Token nobody:x\r\n" };
    for (size_t i = 0; i < 2; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "POST /write HTTP/1.1\r\n%sContent-Length: 5\r\n\r\nm v=1", rows[i]);
        assert_string_equal(ask(text), "");
        rig_later(&rig, 1000);
        assert_string_equal(rig_heard(&rig, fd), "");
        rig_later(&rig, 1000);
        assert_true(begins(rig_heard(&rig, fd), "HTTP/1.1 401 Unauthorized\r\n"));
    }
    assert_true(begins(ask("POST /write HTTP/1.1\r\nContent-Length: 5\r\n\r\nm v=1"), "HTTP/1.1 401"));
    assert_int_equal(rig.fake.reading_count, 0);
    assert_string_equal(rig.fake.source, "127.0.0.1");
}

static void a_packed_body_is_unpacked_and_a_bomb_is_not(void **state)
{
    (void)state;
    static char zeros[1 << 20];
    static uint8_t packed[65536];
    static const char *const bodies[] = { "m v=7 1767225600000000000\n", zeros };
    memset(zeros, '\n', sizeof zeros - 1);
    for (size_t i = 0; i < 2; i++) {
        char head[256];
        z_stream stream = { 0 };
        assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
        stream.next_in = (uint8_t *)(uintptr_t)bodies[i];
        stream.avail_in = (unsigned)strlen(bodies[i]);
        stream.next_out = packed;
        stream.avail_out = sizeof packed;
        assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
        const size_t size = sizeof packed - stream.avail_out;
        (void)deflateEnd(&stream);
        (void)snprintf(head, sizeof head,
                       "POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
                       size);
        rig_say(&rig, fd, head);
        rig_send(&rig, fd, packed, size);
        rig_durable(&rig);
        assert_true(begins(rig_heard(&rig, fd), i == 0 ? "HTTP/1.1 204" : "HTTP/1.1 413"));
    }
    assert_int_equal(rig.fake.reading_count, 1);
    (void)close(fd);
    fd = rig_connect(&rig);
    const char *heard =
        ask("POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nm v=1"
            "GET /ping HTTP/1.1\r\n\r\n");
    assert_true(begins(heard, "HTTP/1.1 400"));
    assert_non_null(strstr(heard, "HTTP/1.1 204"));
}

static void a_body_beyond_its_limit_ends_the_connection(void **state)
{
    (void)state;
    const char *heard = ask("POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: 8388609\r\n\r\n");
    assert_true(begins(heard, "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"));
    rig_later(&rig, GN_PUSH_LINGER_MS);
    assert_int_equal(rig_server(&rig)->open_count, 0);
}

static void a_client_that_asks_first_is_told_to_go_on(void **state)
{
    (void)state;
    rig_say(&rig, fd, "POST /write HTTP/1.1\r\n" RIG_TOKEN "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_string_equal(rig_heard(&rig, fd), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_string_equal(ask("m v=1"), "HTTP/1.1 204 No Content\r\n\r\n");
    const char *heard = ask("POST /write HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_true(begins(heard, "HTTP/1.1 401"));
    assert_non_null(strstr(heard, "Connection: close"));
}

static void who_sends_too_slowly_is_closed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = { { "", GN_PUSH_HEAD_MS },
                 { "POST /wr", GN_PUSH_HEAD_MS },
                 { "POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: 5\r\n\r\nm", GN_PUSH_BODY_MS } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int slow = rig_connect(&rig);
        rig_say(&rig, slow, rows[i].text);
        rig_later(&rig, rows[i].ms - 1);
        assert_string_equal(rig_heard(&rig, slow), "");
        rig_later(&rig, 1);
        assert_string_equal(rig_heard(&rig, slow), "(closed)");
        (void)close(slow);
    }
}

static void what_is_no_request_is_answered_and_ends(void **state)
{
    (void)state;
    const char *heard = ask("NONSENSE\r\n\r\n");
    assert_true(begins(heard, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"));
    assert_non_null(strstr(heard, "(closed)"));
    (void)close(fd);
    fd = rig_connect(&rig);
    heard = ask("POST /write HTTP/1.1\r\n" RIG_TOKEN "Transfer-Encoding: chunked\r\n\r\nxyz");
    assert_true(begins(heard, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_write_is_answered_when_it_is_on_disk_and_not_before),
        CASE(requests_follow_one_another_also_without_waiting),
        CASE(a_full_ring_makes_the_sender_wait_and_loses_nothing),
        CASE(bad_lines_are_named_and_the_others_kept),
        CASE(a_stranger_is_answered_late_and_writes_nothing),
        CASE(a_packed_body_is_unpacked_and_a_bomb_is_not),
        CASE(a_body_beyond_its_limit_ends_the_connection),
        CASE(a_client_that_asks_first_is_told_to_go_on),
        CASE(who_sends_too_slowly_is_closed),
        CASE(what_is_no_request_is_answered_and_ends),
    };
    return cmocka_run_group_tests_name("connect/push_conn", tests, NULL, NULL);
}
