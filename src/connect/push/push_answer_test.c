/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const char *put(const struct gn_push_answer *answer)
{
    static char text[4096];
    struct gn_buf out = gn_buf_over(text, sizeof text - 1);
    gn_push_answer_put(answer, &out);
    assert_false(out.full);
    text[out.size] = '\0';
    return text;
}

static void an_answer_says_it_in_the_words_of_both_versions(void **state)
{
    (void)state;
    const struct gn_push_answer fine = { .status = 204 };
    assert_string_equal(put(&fine), "HTTP/1.1 204 No Content\r\n\r\n");
    const struct gn_push_answer partial = { .status = 400,
                                            .code = "invalid",
                                            .message = GN_STR("a \"b\""),
                                            .lines = GN_STR("{\"line\":1},{\"line\":2}"),
                                            .close = true };
    assert_string_equal(put(&partial), "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                                       "Content-Type: application/json\r\nContent-Length: 89\r\n\r\n"
                                       "{\"code\":\"invalid\",\"message\":\"a \\\"b\\\"\",\"error\":\"a \\\"b\\\"\","
                                       "\"lines\":[{\"line\":1},{\"line\":2}]}\n");
}

static void a_head_has_the_length_and_no_body(void **state)
{
    (void)state;
    const struct gn_push_answer health = { .status = 200, .is_health = true, .is_head = true };
    assert_string_equal(put(&health),
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n");
    const struct gn_push_answer wrong = { .status = 405, .allow = "POST" };
    assert_non_null(strstr(put(&wrong), "\r\nAllow: POST\r\n"));
    const struct gn_push_answer who = { .status = 401 };
    assert_non_null(strstr(put(&who), "\r\nWWW-Authenticate: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_says_it_in_the_words_of_both_versions),
        cmocka_unit_test(a_head_has_the_length_and_no_body),
    };
    return cmocka_run_group_tests_name("connect/push_answer", tests, NULL, NULL);
}
