/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/response.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

static struct gn_response response;

static int begin(void **state)
{
    (void)state;
    gn_response_init(&response);
    return 0;
}

static int end(void **state)
{
    (void)state;
    gn_response_fini(&response);
    return 0;
}

static gn_str body(void)
{
    const gn_bytes bytes = gn_response_body(&response);
    return (gn_str){ (const char *)bytes.at, bytes.size };
}

static void an_error_has_code_message_and_hint(void **state)
{
    (void)state;
    gn_response_error(&response, 404, "not_found", "look", "no '%s'", "<x>");
    gn_response_finish(&response);
    assert_int_equal(response.status, 404);
    assert_string_equal(response.type, "application/json");
    assert_true(gn_str_equal(body(), GN_STR("{\"error\":{\"code\":\"not_found\",\"message\":\"no '\\u003cx\\u003e'\","
                                            "\"hint\":\"look\"}}")));
}

static void an_error_replaces_what_was_begun(void **state)
{
    (void)state;
    struct gn_jw w = gn_response_json(&response, 200);
    gn_jw_text(&w, "half of an answer");
    gn_response_error(&response, 500, "failed", "h", "m");
    gn_response_finish(&response);
    assert_int_equal(response.status, 500);
    assert_true(gn_str_starts(body(), GN_STR("{\"error\"")));
}

static void an_answer_of_the_largest_size_passes_and_one_more_byte_does_not(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        struct gn_buf *out = gn_response_text(&response, 200, "text/plain");
        for (size_t i = 0; i < GN_RESPONSE_BYTES_MAX + extra; i++)
            gn_buf_add_u8(out, 'x');
        gn_response_finish(&response);
        assert_int_equal(response.status, extra == 0 ? 200 : 400);
        if (extra == 0)
            assert_int_equal(body().size, GN_RESPONSE_BYTES_MAX);
        else
            assert_non_null(memmem(body().at, body().size, "answer_too_large", 16));
    }
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    gn_mem_fail_after(1);
    struct gn_jw w = gn_response_json(&response, 200);
    gn_jw_text(&w, "hello");
    gn_response_finish(&response);
    gn_mem_fail_after(0);
    assert_int_equal(response.status, 503);
    assert_non_null(memmem(body().at, body().size, "no_memory", 9));
}

static void when_only_the_exact_copy_fails_the_answer_stands(void **state)
{
    (void)state;
    struct gn_jw w = gn_response_json(&response, 200);
    gn_jw_text(&w, "hello");
    gn_mem_fail_after(1);
    gn_response_finish(&response);
    gn_mem_fail_after(0);
    assert_int_equal(response.status, 200);
    assert_true(gn_str_equal(body(), GN_STR("\"hello\"")));
}

static void headers_of_its_own_are_lines(void **state)
{
    (void)state;
    gn_response_header(&response, "location: %s", "/");
    gn_response_header(&response, "retry-after: %d", 2);
    assert_int_equal(response.extra_size, 13 + 16);
    assert_memory_equal(response.extra_bytes, "location: /\r\nretry-after: 2\r\n", 29);
}

static void a_fixed_body_goes_before_a_written_one(void **state)
{
    (void)state;
    response.fixed = (gn_bytes){ (const uint8_t *)"abc", 3 };
    gn_response_finish(&response);
    assert_true(gn_str_equal(body(), GN_STR("abc")));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_error_has_code_message_and_hint),
        CASE(an_error_replaces_what_was_begun),
        CASE(an_answer_of_the_largest_size_passes_and_one_more_byte_does_not),
        CASE(without_memory_it_says_so),
        CASE(when_only_the_exact_copy_fails_the_answer_stands),
        CASE(headers_of_its_own_are_lines),
        CASE(a_fixed_body_goes_before_a_written_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
