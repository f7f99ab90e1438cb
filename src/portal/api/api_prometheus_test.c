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

static const char *get(const char *target, int status)
{
    assert_int_equal(fixture_ask(&f, "GET", target, AS_VIEWER, ""), status);
    return fixture_body(&f);
}

static void an_instant_query_answers_as_prometheus_does(void **state)
{
    (void)state;
    assert_string_equal(
        get("/api/v1/query?query=oil&time=1767225610", 200),
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{"
        "\"__name__\":\"oil\",\"property\":\"oil\",\"thing\":\"press\"},\"value\":[1767225610,\"49\"]}]}}");
    assert_string_equal(
        get("/api/v1/query?query=1+1&time=1767225610.5", 200),
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1767225610.5,\"2\"]}}");
}

/* As a Grafana panel sends it, with its own query items. */
static void a_range_query_answers_a_matrix(void **state)
{
    (void)state;
    assert_string_equal(get("/api/v1/query_range?query=max_over_time(oil[2s])&start=1767225602&end=1767225606"
                            "&step=2",
                            200),
                        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{"
                        "\"property\":\"oil\",\"thing\":\"press\"},\"values\":[[1767225602,\"41\"],[1767225604,\"43\"],"
                        "[1767225606,\"45\"]]}]}}");
    assert_non_null(strstr(get("/api/v1/query_range?query=2&start=2026-01-01T00:00:00Z&end=1767225600&step=1m", 200),
                           "\"values\":[[1767225600,\"2\"]]"));
}

static void series_labels_and_values_are_listed(void **state)
{
    (void)state;
    assert_string_equal(
        get("/api/v1/series?match[]=oil&match[]={thing=\"mill\"}", 200),
        "{\"status\":\"success\",\"data\":[{\"__name__\":\"oil\",\"property\":\"oil\",\"thing\":\"press\"}"
        ",{\"__name__\":\"rpm\",\"property\":\"rpm\",\"thing\":\"mill\"}]}");
    assert_string_equal(get("/api/v1/labels", 200),
                        "{\"status\":\"success\",\"data\":[\"__name__\",\"property\",\"thing\"]}");
    assert_string_equal(get("/api/v1/label/thing/values", 200),
                        "{\"status\":\"success\",\"data\":[\"mill\",\"press\"]}");
    assert_string_equal(get("/api/v1/label/__name__/values?match[]={thing=\"press\"}", 200),
                        "{\"status\":\"success\",\"data\":[\"oil\",\"open\"]}");
}

static void what_is_wrong_is_said_in_prometheus_own_form(void **state)
{
    (void)state;
    assert_string_equal(get("/api/v1/query?query=oil[5m]", 400),
                        "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"at column 4: a range needs a "
                        "function around it: avg_over_time(NAME[5m])\"}");
    assert_non_null(strstr(get("/api/v1/query", 400), "'query' is missing"));
    assert_non_null(strstr(get("/api/v1/query?query=1&time=yesterday", 400), "RFC 3339"));
    assert_non_null(strstr(get("/api/v1/query_range?query=1&start=0&end=1", 400), "step is seconds"));
    assert_non_null(strstr(get("/api/v1/query_range?query=1&start=1&end=0&step=1", 400), "PROM_STEPS_MAX"));
    assert_non_null(strstr(get("/api/v1/query_range?query=1&start=0&end=5000&step=1", 400), "PROM_STEPS_MAX"));
    assert_non_null(strstr(get("/api/v1/query_range?query=1&start=0&end=4999&step=1", 200), "\"values\""));
    assert_non_null(strstr(get("/api/v1/series?match[]={", 400), "label's name"));
}

static void nobody_asks_without_signing_in(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/query?query=1", AS_NOBODY, ""), 401);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_instant_query_answers_as_prometheus_does),
        CASE(a_range_query_answers_a_matrix),
        CASE(series_labels_and_values_are_listed),
        CASE(what_is_wrong_is_said_in_prometheus_own_form),
        CASE(nobody_asks_without_signing_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
