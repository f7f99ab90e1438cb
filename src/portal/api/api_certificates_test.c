/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ca.h"
#include "portal/portal_fixture.h"

#define PATH "/api/v1/things/press/certificate"

static struct fixture f;
static struct gn_ca *ca;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    fixture_set_up(&f);
    assert_int_equal(gn_ca_open(f.dir, gn_clock_simulated(&f.sim), &ca, NULL), GN_OK);
    f.api.ca = ca;
    return 0;
}

static int end(void **state)
{
    (void)state;
    gn_ca_close(ca);
    fixture_end(&f);
    return 0;
}

static size_t count(void)
{
    struct gn_ca_row rows[GN_CERTIFICATES_PER_THING_MAX];
    return gn_ca_list(ca, GN_STR("press"), rows);
}

static bool says(const char *text)
{
    return strstr(fixture_body(&f), text) != NULL;
}

static void the_ca_is_shown_to_who_is_signed_in(void **state)
{
    (void)state;
    char fingerprint[GN_FINGERPRINT_TEXT_BYTES];
    gn_ca_fingerprint(ca, fingerprint);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/ca", AS_VIEWER, NULL), 200);
    assert_true(says("-----BEGIN CERTIFICATE-----"));
    assert_true(says(fingerprint));
    assert_false(says("PRIVATE"));
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/ca", AS_NOBODY, NULL), 401);
}

static void a_certificate_is_made_listed_and_revoked(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "POST", PATH, AS_ADMIN, ""), 201);
    assert_true(says("BEGIN PRIVATE KEY"));
    assert_true(says("\"ca\":\"-----BEGIN CERTIFICATE-----"));
    assert_int_equal(fixture_ask(&f, "POST", PATH, AS_ADMIN, "{}"), 201);
    assert_int_equal(count(), 2);
    assert_int_equal(fixture_ask(&f, "GET", PATH, AS_VIEWER, NULL), 200);
    struct gn_ca_row rows[GN_CERTIFICATES_PER_THING_MAX];
    assert_int_equal(gn_ca_list(ca, GN_STR("press"), rows), 2);
    assert_true(says(rows[0].fingerprint) && says(rows[1].fingerprint));
    char one[256];
    (void)snprintf(one, sizeof one, PATH "?fingerprint=%s", rows[0].fingerprint);
    assert_int_equal(fixture_ask(&f, "DELETE", one, AS_ADMIN, NULL), 204);
    assert_string_equal(f.host.evicted, "press");
    assert_int_equal(count(), 1);
    assert_int_equal(fixture_ask(&f, "DELETE", one, AS_ADMIN, NULL), 404);
    assert_int_equal(fixture_ask(&f, "DELETE", PATH "?fingerprint=x", AS_ADMIN, NULL), 400);
    assert_int_equal(fixture_ask(&f, "DELETE", PATH, AS_ADMIN, NULL), 204);
    assert_int_equal(count(), 0);
    assert_int_equal(fixture_ask(&f, "DELETE", PATH, AS_ADMIN, NULL), 404);
}

static void a_bad_request_is_refused_with_words(void **state)
{
    (void)state;
    static const char *const bad[] = { "{\"csr\":\"hello\"}", "{\"csr\":\"\"}", "{\"name\":\"x\"}", "[]" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(fixture_ask(&f, "POST", PATH, AS_ADMIN, bad[i]), 400);
    assert_int_equal(count(), 0);
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/none/certificate", AS_ADMIN, "{}"), 404);
}

static void only_an_admin_and_the_thing_itself_get_a_certificate(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "POST", PATH, AS_NOBODY, "{}"), 401);
    assert_int_equal(fixture_ask(&f, "POST", PATH, AS_VIEWER, "{}"), 403);
    assert_int_equal(fixture_ask(&f, "POST", PATH, AS_OPERATOR, "{}"), 403);
    assert_int_equal(fixture_ask(&f, "DELETE", PATH, AS_OPERATOR, NULL), 403);
    assert_int_equal(count(), 0);
    struct gn_request *request = fixture_request(&f, "POST", PATH, AS_NOBODY);
    request->device = GN_STR("press");
    assert_int_equal(fixture_go(&f), 201);
    request = fixture_request(&f, "POST", PATH, AS_NOBODY);
    request->device = GN_STR("mill");
    assert_int_equal(fixture_go(&f), 403);
    request = fixture_request(&f, "DELETE", PATH, AS_NOBODY); /* which is not its to do */
    request->device = GN_STR("press");
    assert_int_equal(fixture_go(&f), 403);
    request = fixture_request(&f, "POST", PATH, AS_NOBODY);
    request->device = GN_STR("press");
    request->origin = GN_STR("http://evil.example");
    assert_int_equal(fixture_go(&f), 403);
    assert_int_equal(count(), 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(the_ca_is_shown_to_who_is_signed_in),
        CASE(a_certificate_is_made_listed_and_revoked),
        CASE(a_bad_request_is_refused_with_words),
        CASE(only_an_admin_and_the_thing_itself_get_a_certificate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
