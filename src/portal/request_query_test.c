/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/request_query.h"

#include "portal/portal_fixture.h"

static struct fixture f;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static bool span(const char *query, struct gn_query_span *out)
{
    char target[256];
    (void)snprintf(target, sizeof target, "/x?%s", query);
    struct gn_request *request = fixture_request(&f, "GET", target, AS_VIEWER);
    return gn_query_span_read(request, 100, 1000, out, &f.exchange->response);
}

static void times_are_milliseconds_or_rfc_3339(void **state)
{
    (void)state;
    struct gn_query_span out;
    assert_true(span("", &out));
    assert_true(out.from_ms == INT64_MIN && out.to_ms == INT64_MAX && out.limit == 100);
    assert_true(span("from=1767225600000&to=2026-01-01T00:00:01Z&limit=7", &out));
    assert_true(out.from_ms == FIXTURE_BEGIN_MS && out.to_ms == FIXTURE_BEGIN_MS + 1000 && out.limit == 7);
    assert_true(span("from=2026-01-01T02:00:00 02:00", &out)); /* the plus sign arrives as a blank */
    assert_true(out.from_ms == FIXTURE_BEGIN_MS);
}

static void what_cannot_be_meant_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *name;
    } rows[] = { { "from=yesterday", "'from'" },
                 { "from=", "'from'" },
                 { "to=1e9", "'to'" },
                 { "limit=0", "'limit'" },
                 { "limit=1001", "'limit'" },
                 { "limit=-1", "'limit'" },
                 { "limit=99999999999999999999", "'limit'" },
                 { "limit=", "'limit'" },
                 { "limit=1 ", "'limit'" } };
    struct gn_query_span out;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(span(rows[i].query, &out));
        assert_int_equal(f.exchange->response.status, 400);
        assert_true(fixture_says(&f, rows[i].name));
    }
    assert_true(span("limit=1000", &out));
    assert_true(span("limit=1", &out));
}

static void a_misspelt_item_does_not_mean_all(void **state)
{
    (void)state;
    static const char *const known[] = { "from", "to", NULL };
    struct gn_request *request = fixture_request(&f, "GET", "/x?from=1&too=2", AS_VIEWER);
    assert_false(gn_query_known(request, known, &f.exchange->response));
    assert_int_equal(f.exchange->response.status, 400);
    assert_true(fixture_says(&f, "'too'"));
    request = fixture_request(&f, "GET", "/x?from=1&to=2", AS_VIEWER);
    assert_true(gn_query_known(request, known, &f.exchange->response));
}

static void things_and_properties_are_found_or_404(void **state)
{
    (void)state;
    uint32_t thing;
    uint32_t index;
    struct gn_thing row;
    struct gn_series series;
    (void)fixture_request(&f, "GET", "/x", AS_VIEWER);
    struct gn_response *response = &f.exchange->response;
    assert_true(gn_query_thing(&f.api, GN_STR("press"), &thing, &row, response));
    assert_true(gn_query_series(&f.api, thing, GN_STR("oil"), &index, &series, response));
    assert_string_equal(series.property, "oil");
    assert_false(gn_query_series(&f.api, thing, GN_STR("rpm"), &index, &series, response));
    assert_int_equal(response->status, 404);
    assert_false(gn_query_thing(&f.api, GN_STR("<b>"), &thing, &row, response));
    assert_int_equal(response->status, 404);
    assert_true(fixture_says(&f, "\\u003cb\\u003e"));
}

static void failures_say_what_to_do(void **state)
{
    (void)state;
    static const struct {
        gn_err err;
        int status;
        const char *code;
    } rows[] = { { GN_ERR_AGAIN, 503, "journal_waits" }, { GN_ERR_NO_SPACE, 503, "journal_waits" },
                 { GN_ERR_FULL, 409, "limit_reached" },  { GN_ERR_NOT_FOUND, 404, "not_found" },
                 { GN_ERR_CLOSED, 503, "busy" },         { GN_ERR_BUSY, 503, "busy" } };
    (void)fixture_request(&f, "GET", "/x", AS_VIEWER);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gn_query_failed(rows[i].err, &f.exchange->response);
        assert_int_equal(f.exchange->response.status, rows[i].status);
        assert_true(fixture_says(&f, rows[i].code));
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(times_are_milliseconds_or_rfc_3339),
        CASE(what_cannot_be_meant_is_refused_by_name),
        CASE(a_misspelt_item_does_not_mean_all),
        CASE(things_and_properties_are_found_or_404),
        CASE(failures_say_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
