/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/headers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <strings.h>

#include <cmocka.h>

static char text[GN_HEAD_BYTES_MAX + 1];

static const char *head_of(const struct gn_response *response)
{
    struct gn_buf out = gn_buf_over(text, GN_HEAD_BYTES_MAX);
    gn_headers_write(response, "sha256-abc", &out);
    assert_false(out.full);
    text[out.size] = '\0';
    assert_memory_equal(text + out.size - 4, "\r\n\r\n", 4);
    return text;
}

static struct gn_response answer(gn_page_policy policy)
{
    struct gn_response response;
    gn_response_init(&response);
    response.status = 200;
    response.type = "application/json";
    response.policy = policy;
    response.fixed = (gn_bytes){ (const uint8_t *)"{}", 2 };
    return response;
}

static void every_answer_carries_the_security_headers(void **state)
{
    (void)state;
    static const char *const always[] = {
        "x-content-type-options: nosniff\r\n",
        "x-frame-options: DENY\r\n",
        "referrer-policy: ",
        "frame-ancestors 'none'",
        "default-src 'none'",
        "base-uri 'none'",
        "cross-origin-opener-policy: ",
        "cross-origin-resource-policy: ",
    };
    for (int policy = GN_POLICY_DATA; policy <= GN_POLICY_SETUP; policy++) {
        const struct gn_response response = answer((gn_page_policy)policy);
        const char *head = head_of(&response);
        for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
            assert_non_null(strstr(head, always[i]));
        assert_null(strcasestr(head, "server:"));
        assert_null(strstr(head, "unsafe"));
    }
}

static void each_policy_allows_what_its_pages_need_and_no_more(void **state)
{
    (void)state;
    struct gn_response response = answer(GN_POLICY_DATA);
    assert_null(strstr(head_of(&response), "script-src"));
    response = answer(GN_POLICY_APP);
    assert_non_null(strstr(head_of(&response), "; script-src 'self'; style-src 'self'; img-src 'self' data:;"));
    assert_non_null(strstr(head_of(&response), "connect-src 'self'"));
    assert_non_null(strstr(head_of(&response), "; require-trusted-types-for 'script'; trusted-types 'none'\r\n"));
    response = answer(GN_POLICY_SETUP);
    assert_non_null(strstr(head_of(&response), "; style-src 'sha256-abc'; form-action 'self'"));
    assert_null(strstr(head_of(&response), "script-src"));
    assert_non_null(strstr(head_of(&response), "referrer-policy: same-origin"));
}

static void the_length_stands_where_there_is_a_body(void **state)
{
    (void)state;
    struct gn_response response = answer(GN_POLICY_DATA);
    assert_non_null(strstr(head_of(&response), "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"));
    assert_non_null(strstr(head_of(&response), "content-length: 2\r\n"));
    assert_null(strstr(head_of(&response), "connection: close"));
    response.stream = true;
    assert_null(strstr(head_of(&response), "content-length"));
    assert_non_null(strstr(head_of(&response), "connection: close"));
    gn_response_init(&response);
    assert_null(strstr(head_of(&response), "content-length"));
    assert_non_null(strstr(head_of(&response), "HTTP/1.1 204 No Content\r\n"));
    response.close = true;
    assert_non_null(strstr(head_of(&response), "connection: close"));
}

static void caching_and_coding_are_told(void **state)
{
    (void)state;
    struct gn_response response = answer(GN_POLICY_APP);
    assert_non_null(strstr(head_of(&response), "cache-control: no-store\r\n"));
    response.caching = GN_CACHE_CHECK;
    assert_non_null(strstr(head_of(&response), "cache-control: no-cache\r\n"));
    response.caching = GN_CACHE_LONG;
    assert_non_null(strstr(head_of(&response), "immutable\r\n"));
    response.gzip = true;
    assert_non_null(strstr(head_of(&response), "content-encoding: gzip\r\nvary: accept-encoding\r\n"));
}

static void all_that_a_response_may_add_fits(void **state)
{
    (void)state;
    struct gn_response response = answer(GN_POLICY_APP);
    response.extra_size = sizeof response.extra_bytes;
    memset(response.extra_bytes, 'x', sizeof response.extra_bytes);
    struct gn_buf out = gn_buf_over(text, GN_HEAD_BYTES_MAX);
    response.gzip = response.close = true;
    gn_headers_write(&response, gn_headers_reason(413), &out);
    assert_false(out.full);
}

static void every_status_that_is_used_has_a_reason(void **state)
{
    (void)state;
    static const int used[] = { 200, 201, 202, 204, 303, 400, 401, 403, 404, 405,
                                409, 413, 414, 415, 421, 429, 500, 501, 503 };
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
        assert_string_not_equal(gn_headers_reason(used[i]), "Unknown");
    assert_string_equal(gn_headers_reason(299), "Unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_carries_the_security_headers),
        cmocka_unit_test(each_policy_allows_what_its_pages_need_and_no_more),
        cmocka_unit_test(the_length_stands_where_there_is_a_body),
        cmocka_unit_test(caching_and_coding_are_told),
        cmocka_unit_test(all_that_a_response_may_add_fits),
        cmocka_unit_test(every_status_that_is_used_has_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
