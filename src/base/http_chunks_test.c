/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/http_chunks.h"
#include "base/limits.h"

static char body[2 * GN_HTTP_BODY_BYTES_MAX];
static size_t body_size;
static gn_str rest;
static struct gn_http_fault fault;

/* In pieces of `step` bytes, each handed over alone. */
static gn_err take(const char *text, size_t size, size_t step)
{
    struct gn_http_chunks chunks = { .max = GN_HTTP_BODY_BYTES_MAX };
    gn_err err = GN_ERR_AGAIN;
    body_size = 0;
    fault = (struct gn_http_fault){ 0 };
    for (size_t at = 0; err == GN_ERR_AGAIN && at < size; at += step) {
        gn_bytes part;
        rest = (gn_str){ text + at, size - at < step ? size - at : step };
        while ((err = gn_http_chunks_take(&chunks, &rest, &part, &fault)) == GN_OK) {
            memcpy(body + body_size, part.at, part.size);
            body_size += part.size;
        }
    }
    return err;
}

static void chunks_are_one_body_however_they_come(void **state)
{
    (void)state;
    static const char text[] = "5\r\nhello\r\n0000000B\r\n, \r\nworld\r\n\r\n1\r\n!\r\n0\r\n\r\n";
    for (size_t step = 1; step <= sizeof text; step++) {
        assert_int_equal(take(text, sizeof text - 1, step), GN_ERR_CLOSED);
        assert_int_equal(body_size, 17);
        assert_memory_equal(body, "hello, \r\nworld\r\n!", 17);
        assert_int_equal(rest.size, 0);
    }
}

static void what_follows_is_left_for_the_next_request(void **state)
{
    (void)state;
    assert_int_equal(take("1\r\na\r\n0\r\n\r\nGET /", 16, 16), GN_ERR_CLOSED);
    assert_int_equal(rest.size, 5);
    assert_memory_equal(rest.at, "GET /", 5);
    assert_int_equal(take("0\r\n\r\n", 5, 5), GN_ERR_CLOSED);
    assert_int_equal(body_size, 0);
    assert_int_equal(take("1\r\na\r\n0\r\n\r", 10, 10), GN_ERR_AGAIN);
}

static void what_two_readers_could_take_differently_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "\r\n",
        " 1\r\na\r\n",
        "1 \r\na\r\n",
        "0x1\r\na\r\n",
        "+1\r\na\r\n",
        "-1\r\na\r\n",
        "1_0\r\n",
        "g\r\n",
        "000000001\r\na\r\n", /* nine digits */
        "1;name=value\r\na\r\n",
        "1;\r\na\r\n",
        "1\na\n0\n\n",
        "1\r\na\n0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n",
        "1\ra\r\n",
        "2\r\na\r\n0\r\n\r\n", /* the data takes the CR, and LF is no CR */
        "0\r\nX: y\r\n\r\n",
        "0\r\n\n",
        "0\r\n\rx",
        "0;\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t step = 1; step < 4; step++) {
            if (take(rows[i], strlen(rows[i]), step) != GN_ERR_INVAL)
                fail_msg("row %zu, step %zu: not refused", i, step);
            assert_int_equal(fault.status, 400);
            assert_true(fault.close && fault.code != NULL && fault.message != NULL && fault.hint != NULL);
        }
}

static void all_chunks_together_have_a_greatest_size(void **state)
{
    (void)state;
    static char text[GN_HTTP_BODY_BYTES_MAX + 64];
    for (int more = -1; more <= 1; more++) {
        int at = snprintf(text, sizeof text, "1\r\nx\r\n%x\r\n", (unsigned)(GN_HTTP_BODY_BYTES_MAX - 1 + more));
        memset(text + at, 'x', (size_t)(GN_HTTP_BODY_BYTES_MAX - 1 + more));
        at += GN_HTTP_BODY_BYTES_MAX - 1 + more;
        at += snprintf(text + at, sizeof text - (size_t)at, "\r\n0\r\n\r\n");
        const gn_err err = take(text, (size_t)at, 4096);
        assert_int_equal(err, more > 0 ? GN_ERR_INVAL : GN_ERR_CLOSED);
        if (more > 0)
            assert_int_equal(fault.status, 413);
        else
            assert_int_equal(body_size, GN_HTTP_BODY_BYTES_MAX + more);
    }
    assert_int_equal(take("ffffffff\r\n", 10, 10), GN_ERR_INVAL);
    assert_int_equal(fault.status, 413);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_are_one_body_however_they_come),
        cmocka_unit_test(what_follows_is_left_for_the_next_request),
        cmocka_unit_test(what_two_readers_could_take_differently_is_refused),
        cmocka_unit_test(all_chunks_together_have_a_greatest_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
