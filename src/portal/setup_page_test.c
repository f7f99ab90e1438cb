/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/setup_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "base/hash.h"

static struct gn_response response;

static const char *page(gn_str message, gn_str user)
{
    static char text[8192];
    gn_response_fini(&response);
    gn_response_init(&response);
    gn_setup_page(&response, 200, message, user);
    gn_response_finish(&response);
    const gn_bytes body = gn_response_body(&response);
    assert_true(body.size < sizeof text);
    memcpy(text, body.at, body.size);
    text[body.size] = '\0';
    return text;
}

static int end(void **state)
{
    (void)state;
    gn_response_fini(&response);
    gn_response_init(&response);
    return 0;
}

static void the_form_works_without_a_script(void **state)
{
    (void)state;
    const char *text = page(GN_STR(""), GN_STR(""));
    assert_non_null(strstr(text, "<form method=\"post\" action=\"/setup\">"));
    assert_non_null(strstr(text, "name=\"code\""));
    assert_non_null(strstr(text, "name=\"user\""));
    assert_non_null(strstr(text, "type=\"password\""));
    assert_non_null(strstr(text, "minlength=\"12\""));
    assert_non_null(strstr(text, "prefers-color-scheme:dark"));
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "style=\""));
    assert_null(strstr(text, "role=\"alert\""));
    assert_int_equal(response.policy, GN_POLICY_SETUP);
    assert_int_equal(response.caching, GN_CACHE_NONE);
}

static void the_style_is_the_one_the_policy_names(void **state)
{
    (void)state;
    const char *text = page(GN_STR(""), GN_STR(""));
    const char *begin = strstr(text, "<style>") + 7;
    const char *close = strstr(begin, "</style>");
    const struct gn_sha256 hash = gn_sha256_of((gn_bytes){ (const uint8_t *)begin, (size_t)(close - begin) });
    char expected[80] = "sha256-";
    (void)sodium_bin2base64(expected + 7, sizeof expected - 7, hash.bytes, sizeof hash.bytes,
                            sodium_base64_VARIANT_ORIGINAL);
    assert_string_equal(gn_setup_page_style(), expected);
    assert_null(strstr(close, "<style"));
}

static void what_a_person_typed_comes_back_as_text(void **state)
{
    (void)state;
    const char *text = page(GN_STR("<b>no</b>"), GN_STR("\"><img src=x onerror=alert(1)>'&\n"));
    assert_non_null(strstr(text, "&#60;b&#62;no&#60;/b&#62;"));
    assert_non_null(strstr(text, "value=\"&#34;&#62;&#60;img src=x onerror=alert(1)&#62;&#39;&#38;\""));
    assert_null(strstr(text, "<img"));
}

static void the_first_page_leads_to_the_form(void **state)
{
    (void)state;
    gn_setup_page_first(&response);
    gn_response_finish(&response);
    const gn_bytes body = gn_response_body(&response);
    assert_int_equal(response.status, 403);
    assert_non_null(memmem(body.at, body.size, "url=/setup", 10));
    assert_non_null(memmem(body.at, body.size, "href=\"/setup\"", 13));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_form_works_without_a_script, end),
        cmocka_unit_test_teardown(the_style_is_the_one_the_policy_names, end),
        cmocka_unit_test_teardown(what_a_person_typed_comes_back_as_text, end),
        cmocka_unit_test_teardown(the_first_page_leads_to_the_form, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
