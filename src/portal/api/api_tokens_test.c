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

static int renew(const char *body)
{
    return fixture_ask(&f, "POST", "/api/v1/things/press/token", AS_ADMIN, body);
}

static void a_new_token_is_made_for_a_thing_that_is_there(void **state)
{
    (void)state;
    assert_int_equal(renew(""), 200);
    assert_string_equal(fixture_body(&f),
                        "{\"id\":\"press\",\"token\":\"ffeeddccbbaa99887766554433221100\",\"connect\":[],"
                        "\"qr\":null,\"old_until\":null}");
    assert_string_equal(f.host.renewed, "press");
    assert_int_equal(f.host.overlap_ms, INT64_C(1000) * GN_TOKEN_OVERLAP_S);
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/nothing/token", AS_ADMIN, ""), 404);
    assert_int_equal(f.host.change_count, 1);
}

static void the_overlap_is_the_callers_choice_within_its_limit(void **state)
{
    (void)state;
    char body[64];
    assert_int_equal(renew("{}"), 200);
    assert_int_equal(f.host.overlap_ms, 86400000);
    assert_int_equal(renew("{\"overlap_s\":0}"), 200);
    assert_int_equal(f.host.overlap_ms, 0);
    assert_int_equal(renew("{\"overlap_s\":1.5}"), 200);
    assert_int_equal(f.host.overlap_ms, 1500);
    (void)snprintf(body, sizeof body, "{\"overlap_s\":%d}", GN_TOKEN_OVERLAP_S_MAX);
    assert_int_equal(renew(body), 200);
    assert_int_equal(f.host.overlap_ms, INT64_C(1000) * GN_TOKEN_OVERLAP_S_MAX);
    const unsigned count = f.host.change_count;
    (void)snprintf(body, sizeof body, "{\"overlap_s\":%d}", GN_TOKEN_OVERLAP_S_MAX + 1);
    assert_int_equal(renew(body), 400);
    static const char *const bad[] = { "[]",
                                       "{\"overlap_s\":\"1\"}",
                                       "{\"overlap_s\":-1}",
                                       "{\"overlap_s\":1,\"overlap_s\":2}",
                                       "{\"overlap\":1}",
                                       "{\"overlap_s\":1",
                                       "{} {}",
                                       "{\"overlap_s\":null}",
                                       "x" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(renew(bad[i]), 400);
    assert_int_equal(f.host.change_count, count);
}

static void a_thing_is_revoked_by_an_admin_only(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "DELETE", "/api/v1/things/press/token", AS_OPERATOR, NULL), 403);
    assert_string_equal(f.host.revoked, "");
    assert_int_equal(fixture_ask(&f, "DELETE", "/api/v1/things/nothing/token", AS_ADMIN, NULL), 404);
    assert_int_equal(f.host.change_count, 0);
    assert_int_equal(fixture_ask(&f, "DELETE", "/api/v1/things/press/token", AS_ADMIN, NULL), 204);
    assert_string_equal(f.host.revoked, "press");
}

static void a_change_that_cannot_be_kept_is_told(void **state)
{
    (void)state;
    static const struct {
        gn_err err;
        int status;
    } rows[] = { { GN_ERR_AGAIN, 503 }, { GN_ERR_FULL, 409 }, { GN_ERR_CLOSED, 503 }, { GN_ERR_NO_SPACE, 503 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f.host.next_err = rows[i].err;
        assert_int_equal(renew(""), rows[i].status);
        assert_false(fixture_says(&f, "token\":"));
        assert_int_equal(fixture_ask(&f, "DELETE", "/api/v1/things/press/token", AS_ADMIN, NULL), rows[i].status);
    }
}

static void the_things_page_tells_what_its_token_is_like(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES];
    int64_t delay_ms;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/press", AS_VIEWER, ""), 200);
    assert_true(fixture_says(&f,
                             "\"credential\":{\"state\":\"none\",\"old_until\":null,\"revoked\":null,"
                             "\"last_used\":null,\"old_last_used\":null,\"two_places\":null,\"last_source\":null}"));
    assert_int_equal(gn_guard_thing_token(f.guard, GN_STR("press"), 0, token), GN_OK);
    assert_int_equal(gn_guard_thing_check(f.guard, GN_STR("press"), gn_str_of(token), GN_STR("::1"), &delay_ms), GN_OK);
    assert_int_equal(gn_guard_thing_token(f.guard, GN_STR("press"), 1000, token), GN_OK);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/press", AS_VIEWER, ""), 200);
    assert_true(fixture_says(&f, "\"state\":\"valid\",\"old_until\":1767225601000,\"revoked\":null,"
                                 "\"last_used\":1767225600000,\"old_last_used\":1767225600000,\"two_places\":null,"
                                 "\"last_source\":\"::1\"}"));
    assert_int_equal(gn_guard_thing_revoke(f.guard, GN_STR("press")), GN_OK);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/press", AS_VIEWER, ""), 200);
    assert_true(fixture_says(&f, "\"state\":\"revoked\",\"old_until\":null,\"revoked\":1767225600000,"));
    assert_false(fixture_says(&f, token));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_new_token_is_made_for_a_thing_that_is_there), CASE(the_overlap_is_the_callers_choice_within_its_limit),
        CASE(a_thing_is_revoked_by_an_admin_only),           CASE(a_change_that_cannot_be_kept_is_told),
        CASE(the_things_page_tells_what_its_token_is_like),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
