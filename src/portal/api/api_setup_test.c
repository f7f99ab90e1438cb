/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal_fixture.h"

static struct fixture f;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static int post(gn_body_type type, const char *fmt, const char *code)
{
    char body[512];
    struct gn_request *request = fixture_request(&f, "POST", "/setup", AS_NOBODY);
    (void)snprintf(body, sizeof body, fmt, code);
    request->body_type = type;
    request->body = gn_str_of(body);
    return fixture_go(&f);
}

static const char *code(void)
{
    static char text[GN_SETUP_CODE_BYTES];
    gn_guard_setup_code(f.guard, text);
    return text;
}

#define FORM "user=anna&password=four+words+do+well&code=%s"
#define JSON "{\"user\":\"anna\",\"password\":\"four words do well\",\"code\":\"%s\"}"

static void a_form_makes_the_account_and_leads_to_the_front_page(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/setup", AS_NOBODY, ""), 200);
    assert_true(fixture_says(&f, "<form"));
    assert_int_equal(post(GN_BODY_FORM, FORM, code()), 303);
    assert_memory_equal(f.exchange->response.extra_bytes, "location: /\r\n", 13);
    assert_false(gn_guard_needs_setup(f.guard));
    assert_int_equal(fixture_ask(&f, "GET", "/setup", AS_NOBODY, ""), 303);
}

static void json_does_the_same(void **state)
{
    (void)state;
    assert_int_equal(post(GN_BODY_JSON, JSON, code()), 201);
    assert_string_equal(fixture_body(&f), "{\"name\":\"anna\",\"role\":\"admin\"}");
    assert_int_equal(post(GN_BODY_JSON, JSON, "0000-0000-0000"), 409);
    assert_int_equal(post(GN_BODY_FORM, FORM, "0000-0000-0000"), 409);
}

static void a_wrong_code_shows_the_form_again_with_the_name(void **state)
{
    (void)state;
    assert_int_equal(post(GN_BODY_FORM, "user=%%3Cb%%3E&password=four+words+do+well&code=%s", "0000"), 403);
    assert_true(fixture_says(&f, "the setup code is wrong"));
    assert_true(fixture_says(&f, "value=\"&#60;b&#62;\""));
    assert_false(fixture_says(&f, "four words"));
    assert_int_equal(post(GN_BODY_JSON, JSON, "0000"), 403);
    assert_true(fixture_says(&f, "\"wrong_code\""));
    assert_true(gn_guard_needs_setup(f.guard));
}

static void a_weak_password_is_told_why(void **state)
{
    (void)state;
    assert_int_equal(post(GN_BODY_FORM, "user=anna&password=short&code=%s", code()), 400);
    assert_true(fixture_says(&f, "12 characters at least"));
    assert_int_equal(post(GN_BODY_JSON, "{\"user\":\"anna\",\"password\":\"\",\"code\":\"%s\"}", code()), 400);
    assert_int_equal(
        post(GN_BODY_JSON, "{\"user\":\"an na\",\"password\":\"four words do well\",\"code\":\"%s\"}", code()), 400);
}

static void what_is_missing_or_broken_is_told(void **state)
{
    (void)state;
    assert_int_equal(post(GN_BODY_JSON, "%s", "{}"), 400);
    assert_int_equal(post(GN_BODY_JSON, "%s", "{\"code\""), 400);
    assert_int_equal(post(GN_BODY_FORM, "%s", "code=1"), 400);
    assert_true(fixture_says(&f, "code, user and password are needed"));
    assert_int_equal(post(GN_BODY_OTHER, FORM, code()), 415);
    struct gn_request *request = fixture_request(&f, "POST", "/setup", AS_NOBODY);
    request->origin = GN_STR("http://evil.example");
    assert_int_equal(fixture_go(&f), 403);
}

static void the_lock_is_told(void **state)
{
    (void)state;
    for (int i = 0; i < GN_SETUP_TRIES_MAX; i++)
        assert_int_equal(post(GN_BODY_FORM, FORM, "000000000000"), 403);
    assert_int_equal(post(GN_BODY_FORM, FORM, code()), 429);
    assert_true(fixture_says(&f, "15 minutes"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_form_makes_the_account_and_leads_to_the_front_page),
        CASE(json_does_the_same),
        CASE(a_wrong_code_shows_the_form_again_with_the_name),
        CASE(a_weak_password_is_told_why),
        CASE(what_is_missing_or_broken_is_told),
        CASE(the_lock_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
