/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal_fixture.h"

static struct fixture f;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    fixture_set_up(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static bool header_says(const char *text)
{
    const struct gn_response *response = &f.exchange->response;
    return memmem(response->extra_bytes, response->extra_size, text, strlen(text)) != NULL;
}

static int sign_in(const char *user, const char *password)
{
    char body[512];
    (void)snprintf(body, sizeof body, "{\"user\":\"%s\",\"password\":\"%s\"}", user, password);
    return fixture_ask(&f, "POST", "/api/v1/session", AS_NOBODY, body);
}

static void signing_in_sets_a_cookie_that_scripts_cannot_read(void **state)
{
    (void)state;
    assert_int_equal(sign_in("anna", FIXTURE_PASSWORD), 204);
    assert_true(header_says("set-cookie: ganglion_8080="));
    assert_true(header_says("; Path=/; HttpOnly; SameSite=Strict\r\n"));
    assert_int_equal(gn_response_body(&f.exchange->response).size, 0);
    assert_int_equal(f.exchange->response.delay_ms, 0);
}

static void wrong_passwords_and_unknown_names_look_alike(void **state)
{
    (void)state;
    char first[512];
    assert_int_equal(sign_in("anna", "four words do not"), 401);
    (void)snprintf(first, sizeof first, "%s", fixture_body(&f));
    assert_int_equal(sign_in("nobody", "four words do not"), 401);
    assert_string_equal(first, fixture_body(&f));
    assert_false(header_says("set-cookie"));
    assert_int_equal(sign_in("anna", "four words do not"), 401);
    assert_int_equal(f.exchange->response.delay_ms, 200);
}

static void a_hasty_guesser_is_told_to_wait(void **state)
{
    (void)state;
    (void)sign_in("anna", "four words do not");
    (void)sign_in("anna", "four words do not");
    assert_int_equal(sign_in("anna", FIXTURE_PASSWORD), 429);
    assert_true(header_says("retry-after: 1\r\n"));
    f.sim.mono_us += 200000;
    assert_int_equal(sign_in("anna", FIXTURE_PASSWORD), 204);
}

static void who_signed_in_from_there_before_goes_first_and_guessers_last(void **state)
{
    (void)state;
    assert_int_equal(sign_in("anna", FIXTURE_PASSWORD), 204);
    assert_int_equal(f.exchange->response.rank, 1);
    assert_int_equal(sign_in("anna", FIXTURE_PASSWORD), 204);
    assert_int_equal(f.exchange->response.rank, 0);
    assert_int_equal(sign_in("eve", "four words do not"), 401);
    assert_int_equal(sign_in("mallory", "four words do not"), 401);
    assert_int_equal(f.exchange->response.rank, 2);
    assert_int_equal(sign_in("anna", FIXTURE_PASSWORD), 204);
    assert_int_equal(f.exchange->response.rank, 0);
}

static void odd_bodies_are_refused_without_a_guess(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "{}",
                                       "{\"user\":\"anna\"}",
                                       "{\"user\":\"anna\",\"password\":1}",
                                       "[",
                                       "{\"user\":\"a\",\"password\":\"b\",\"role\":\"admin\"}" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(fixture_ask(&f, "POST", "/api/v1/session", AS_NOBODY, bad[i]), 400);
    assert_int_equal(sign_in("anna", "four words do not"), 401);
    assert_int_equal(f.exchange->response.delay_ms, 0); /* the first one that counts */
}

static void who_is_signed_in_is_told_and_can_leave(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/session", AS_NOBODY, ""), 401);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/session", AS_OPERATOR, ""), 200);
    assert_string_equal(fixture_body(&f), "{\"name\":\"operator\",\"role\":\"operator\"}");
    char cookie[GN_COOKIE_BYTES];
    int64_t delay_ms;
    struct gn_principal who;
    assert_int_equal(gn_guard_login(f.guard, GN_STR("anna"), GN_STR(FIXTURE_PASSWORD), GN_STR("x"), cookie, &delay_ms),
                     GN_OK);
    fixture_request(&f, "DELETE", "/api/v1/session", AS_NOBODY)->cookie = gn_str_of(cookie);
    assert_int_equal(fixture_go(&f), 204);
    assert_true(header_says("set-cookie: ganglion_8080=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n"));
    assert_int_equal(gn_guard_session(f.guard, gn_str_of(cookie), &who), GN_ERR_DENIED);
}

static void signing_in_again_ends_the_session_before(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    int64_t delay_ms;
    struct gn_principal who;
    assert_int_equal(gn_guard_login(f.guard, GN_STR("anna"), GN_STR(FIXTURE_PASSWORD), GN_STR("x"), cookie, &delay_ms),
                     GN_OK);
    struct gn_request *request = fixture_request(&f, "POST", "/api/v1/session", AS_NOBODY);
    request->cookie = gn_str_of(cookie);
    request->body = GN_STR("{\"user\":\"anna\",\"password\":\"" FIXTURE_PASSWORD "\"}");
    assert_int_equal(fixture_go(&f), 204);
    assert_int_equal(gn_guard_session(f.guard, gn_str_of(cookie), &who), GN_ERR_DENIED);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(signing_in_sets_a_cookie_that_scripts_cannot_read),
        CASE(wrong_passwords_and_unknown_names_look_alike),
        CASE(a_hasty_guesser_is_told_to_wait),
        CASE(who_signed_in_from_there_before_goes_first_and_guessers_last),
        CASE(odd_bodies_are_refused_without_a_guess),
        CASE(who_is_signed_in_is_told_and_can_leave),
        CASE(signing_in_again_ends_the_session_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
