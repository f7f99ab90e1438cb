/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/websocket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct gn_ws ws;
static uint8_t answer_bytes[4096];
static struct gn_buf answer;

static int begin(void **state)
{
    (void)state;
    ws = (struct gn_ws){ 0 };
    answer = gn_buf_over(answer_bytes, sizeof answer_bytes);
    return 0;
}

/* --- the upgrade --- */

#define START "GET /mqtt HTTP/1.1\r\nHost: node:1883\r\n"
#define WISH  "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
#define KEY   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define MQTT  "Sec-WebSocket-Protocol: mqttv3.1, mqtt\r\n"

static bool upgrade(const char *head)
{
    answer = gn_buf_over(answer_bytes, GN_WS_ANSWER_BYTES_MAX);
    const bool taken = gn_ws_upgrade(gn_str_of(head), &answer);
    assert_false(answer.full);
    answer_bytes[answer.size] = '\0';
    return taken;
}

/* The key and the answer of RFC 6455, section 1.3. */
static void a_right_upgrade_is_answered_with_the_key_turned_around(void **state)
{
    (void)state;
    assert_true(upgrade(START WISH KEY MQTT "\r\n"));
    assert_non_null(strstr((char *)answer_bytes, "HTTP/1.1 101 "));
    assert_non_null(strstr((char *)answer_bytes, "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    assert_non_null(strstr((char *)answer_bytes, "sec-websocket-protocol: mqtt\r\n"));
    assert_null(strstr((char *)answer_bytes, "extensions"));
}

static void what_is_wrong_with_an_upgrade_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        const char *status;
    } rows[] = {
        { "POST /mqtt HTTP/1.1\r\nHost: a\r\n" WISH KEY MQTT "\r\n", " 405 " },
        { "GET /other HTTP/1.1\r\nHost: a\r\n" WISH KEY MQTT "\r\n", " 404 " },
        { "GET /mqtt HTTP/1.0\r\nHost: a\r\n" WISH KEY MQTT "\r\n", " 400 " },
        { "GET /mqtt HTTP/1.1\r\n" WISH KEY MQTT "\r\n", " 400 " },
        { START "Host: b\r\n" WISH KEY MQTT "\r\n", " 400 " },
        { START KEY MQTT "\r\n", " 426 " },
        { START "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" KEY MQTT "\r\n", " 426 " },
        { START "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n" KEY MQTT "\r\n", " 426 " },
        { START WISH MQTT "\r\n", " 400 " },
        { START WISH KEY KEY MQTT "\r\n", " 400 " },
        { START WISH "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n" MQTT "\r\n", " 400 " },
        { START WISH "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==\r\n" MQTT "\r\n", " 400 " },
        { START WISH KEY "\r\n", " 400 " },
        { START WISH KEY "Sec-WebSocket-Protocol: MQTT\r\n\r\n", " 400 " },
        { START WISH KEY MQTT "Origin: http://evil.example\r\n\r\n", " 403 " },
        { START WISH KEY MQTT "Origin: null\r\n\r\n", " 403 " },
        { START WISH KEY MQTT "Origin: http://node.evil\r\n\r\n", " 403 " },
        { START WISH KEY MQTT "Bad Header: 1\r\n\r\n", " 400 " },
        { START WISH KEY MQTT " folded\r\n\r\n", " 400 " },
        { START WISH KEY MQTT "NoColon\r\n\r\n", " 400 " },
        { START WISH KEY MQTT "A: b\nC: d\r\n\r\n", " 400 " },
        { START WISH KEY MQTT, " 400 " },
        { "", " 400 " },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(upgrade(rows[i].head));
        if (strstr((char *)answer_bytes, rows[i].status) == NULL)
            fail_msg("row %zu was answered with %.40s", i, (char *)answer_bytes);
    }
}

static void a_page_of_the_same_host_may_come_from_another_port(void **state)
{
    (void)state;
    assert_true(upgrade(START WISH KEY MQTT "Origin: http://node:8080\r\n\r\n"));
    assert_true(upgrade(START WISH KEY MQTT "Origin: HTTPS://NODE\r\n\r\n"));
    assert_true(
        upgrade("GET /mqtt HTTP/1.1\r\nHost: [::1]:1883\r\n" WISH KEY MQTT "Origin: http://[::1]:8080\r\n\r\n"));
    assert_false(upgrade("GET /mqtt HTTP/1.1\r\nHost: [::1]:1\r\n" WISH KEY MQTT "Origin: http://[::2]:8080\r\n\r\n"));
}

static void a_head_is_whole_at_its_empty_line(void **state)
{
    (void)state;
    size_t size = 0;
    assert_false(gn_ws_head_whole(GN_STR("GET / HTTP/1.1\r\n\r"), &size));
    assert_false(gn_ws_head_whole(GN_STR(""), &size));
    assert_true(gn_ws_head_whole(GN_STR("GET / HTTP/1.1\r\n\r\nrest"), &size));
    assert_int_equal(size, 18);
}

static void sha1_is_that_of_the_standard(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *hex;
    } rows[] = { { "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
                 { "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
                 { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                   "84983e441c3bd26ebaae4aa1f95129e5e54670f1" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t hash[GN_WS_SHA1_BYTES];
        char hex[2 * GN_WS_SHA1_BYTES + 1];
        gn_ws_sha1((gn_bytes){ (const uint8_t *)rows[i].text, strlen(rows[i].text) }, hash);
        for (size_t j = 0; j < sizeof hash; j++)
            (void)snprintf(hex + 2 * j, 3, "%02x", hash[j]);
        assert_string_equal(hex, rows[i].hex);
    }
}

/* --- frames --- */

/* A frame as a client sends it. */
static size_t frame(uint8_t first, const char *payload, size_t size, uint8_t *out)
{
    static const uint8_t mask[] = { 0x37, 0xfa, 0x21, 0x3d };
    struct gn_buf buf = gn_buf_over(out, 70000);
    gn_buf_add_u8(&buf, first);
    if (size < 126) {
        gn_buf_add_u8(&buf, (uint8_t)(0x80 | size));
    } else if (size < 65536) {
        gn_buf_add_u8(&buf, 0x80 | 126);
        gn_buf_add_u16be(&buf, (uint16_t)size);
    } else {
        gn_buf_add_u8(&buf, 0x80 | 127);
        gn_buf_add_u32be(&buf, 0);
        gn_buf_add_u32be(&buf, (uint32_t)size);
    }
    gn_buf_add(&buf, mask, 4);
    for (size_t i = 0; i < size; i++)
        gn_buf_add_u8(&buf, (uint8_t)payload[i] ^ mask[i & 3]);
    return buf.size;
}

static void a_binary_message_comes_out_as_it_was(void **state)
{
    (void)state;
    static uint8_t bytes[70000];
    static char payload[66000];
    static const size_t sizes[] = { 0, 1, 125, 126, 127, 65535, 65536 };
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t got = 99;
        const size_t size = frame(0x82, payload, sizes[i], bytes);
        assert_int_equal(gn_ws_decode(&ws, bytes, size, &got, &answer), GN_OK);
        assert_int_equal(got, sizes[i]);
        assert_memory_equal(bytes, payload, got);
    }
    assert_int_equal(answer.size, 0);
}

/* Fragments with a ping between them, cut at every place. */
static void frames_may_be_cut_anywhere(void **state)
{
    (void)state;
    uint8_t whole[256];
    size_t size = frame(0x02, "hello ", 6, whole);
    size += frame(0x89, "are you there", 13, whole + size);
    size += frame(0x00, "wor", 3, whole + size);
    size += frame(0x80, "ld", 2, whole + size);
    size += frame(0x82, "!", 1, whole + size);
    for (size_t step = 1; step <= size; step++) {
        char heard[64];
        struct gn_buf to = gn_buf_over(heard, sizeof heard);
        (void)begin(NULL);
        for (size_t at = 0; at < size; at += step) {
            uint8_t part[256];
            const size_t part_size = size - at < step ? size - at : step;
            size_t got = 0;
            memcpy(part, whole + at, part_size);
            assert_int_equal(gn_ws_decode(&ws, part, part_size, &got, &answer), GN_OK);
            gn_buf_add(&to, part, got);
        }
        assert_true(gn_str_equal(gn_buf_str(&to), GN_STR("hello world!")));
        assert_int_equal(answer.size, 15);
        assert_memory_equal(answer.at,
                            "\x8a\x0d"
                            "are you there",
                            15);
    }
}

static void a_rule_that_is_broken_is_answered_with_its_code(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        unsigned code;
    } rows[] = {
        { "\x82\x01x", 3, GN_WS_PROTOCOL },                             /* no mask */
        { "\xc2\x81", 2, GN_WS_PROTOCOL },                              /* compressed */
        { "\x81\x81", 2, GN_WS_UNSUPPORTED },                           /* text */
        { "\x80\x81", 2, GN_WS_PROTOCOL },                              /* goes on with nothing */
        { "\x83\x80", 2, GN_WS_PROTOCOL },                              /* no such opcode */
        { "\x8b\x80", 2, GN_WS_PROTOCOL },                              /* nor this */
        { "\x09\x80", 2, GN_WS_PROTOCOL },                              /* ping in parts */
        { "\x89\xfe", 2, GN_WS_PROTOCOL },                              /* ping too large */
        { "\x82\xfe\x00\x7d\0\0\0\0", 8, GN_WS_PROTOCOL },              /* 125 said in 16 bits */
        { "\x82\xff\0\0\0\0\0\0\xff\xff\0\0\0\0", 14, GN_WS_PROTOCOL }, /* 65535 said in 64 */
        { "\x82\xff\x80\0\0\0\0\0\0\0\0\0\0\0", 14, GN_WS_PROTOCOL },   /* beyond 2^63 */
        { "\x88\x81\0\0\0\0x", 7, GN_WS_PROTOCOL },                     /* half a close code */
        { "\x88\x82\0\0\0\0\x03\xec", 8, GN_WS_PROTOCOL },              /* 1004 */
        { "\x88\x82\0\0\0\0\x03\xed", 8, GN_WS_PROTOCOL },              /* 1005 is never sent */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[16];
        size_t got = 0;
        (void)begin(NULL);
        memcpy(bytes, rows[i].bytes, rows[i].size);
        assert_int_equal(gn_ws_decode(&ws, bytes, rows[i].size, &got, &answer), GN_ERR_INVAL);
        assert_int_equal(got, 0);
        assert_int_equal(answer.size, 4);
        assert_int_equal(answer.at[0], 0x88);
        assert_int_equal((unsigned)answer.at[2] << 8 | answer.at[3], rows[i].code);
    }
}

static void a_new_message_within_another_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[64];
    size_t got = 0;
    size_t size = frame(0x02, "a", 1, bytes);
    size += frame(0x82, "b", 1, bytes + size);
    assert_int_equal(gn_ws_decode(&ws, bytes, size, &got, &answer), GN_ERR_INVAL);
    assert_int_equal(got, 1); /* what came before it counts */
}

static void a_close_is_echoed_and_nothing_counts_behind_it(void **state)
{
    (void)state;
    uint8_t bytes[64];
    size_t got = 0;
    size_t size = frame(0x82, "last", 4, bytes);
    size += frame(0x88,
                  "\x03\xe9"
                  "bye",
                  5, bytes + size);
    size += frame(0x82, "more", 4, bytes + size);
    assert_int_equal(gn_ws_decode(&ws, bytes, size, &got, &answer), GN_ERR_CLOSED);
    assert_int_equal(got, 4);
    assert_memory_equal(bytes, "last", 4);
    assert_int_equal(answer.size, 4);
    assert_memory_equal(answer.at, "\x88\x02\x03\xe9", 4);
    size = frame(0x82, "more", 4, bytes);
    assert_int_equal(gn_ws_decode(&ws, bytes, size, &got, &answer), GN_ERR_CLOSED);
    assert_int_equal(got, 0);
}

static void what_we_send_says_its_size(void **state)
{
    (void)state;
    uint8_t header[GN_WS_HEADER_BYTES_MAX];
    assert_int_equal(gn_ws_header(0, header), 2);
    assert_memory_equal(header, "\x82\x00", 2);
    assert_int_equal(gn_ws_header(125, header), 2);
    assert_memory_equal(header, "\x82\x7d", 2);
    assert_int_equal(gn_ws_header(126, header), 4);
    assert_memory_equal(header, "\x82\x7e\x00\x7e", 4);
    assert_int_equal(gn_ws_header(65535, header), 4);
    assert_memory_equal(header, "\x82\x7e\xff\xff", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_right_upgrade_is_answered_with_the_key_turned_around, begin),
        cmocka_unit_test_setup(what_is_wrong_with_an_upgrade_is_said, begin),
        cmocka_unit_test_setup(a_page_of_the_same_host_may_come_from_another_port, begin),
        cmocka_unit_test_setup(a_head_is_whole_at_its_empty_line, begin),
        cmocka_unit_test_setup(sha1_is_that_of_the_standard, begin),
        cmocka_unit_test_setup(a_binary_message_comes_out_as_it_was, begin),
        cmocka_unit_test_setup(frames_may_be_cut_anywhere, begin),
        cmocka_unit_test_setup(a_rule_that_is_broken_is_answered_with_its_code, begin),
        cmocka_unit_test_setup(a_new_message_within_another_is_refused, begin),
        cmocka_unit_test_setup(a_close_is_echoed_and_nothing_counts_behind_it, begin),
        cmocka_unit_test_setup(what_we_send_says_its_size, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
