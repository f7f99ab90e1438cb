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

static const char *get(const char *rest)
{
    char target[256];
    (void)snprintf(target, sizeof target, "/api/v1/things/press/properties%s", rest);
    assert_int_equal(fixture_ask(&f, "GET", target, AS_VIEWER, ""), 200);
    return fixture_body(&f);
}

static int status_of(const char *rest)
{
    char target[256];
    (void)snprintf(target, sizeof target, "/api/v1/things/press/properties%s", rest);
    return fixture_ask(&f, "GET", target, AS_VIEWER, "");
}

static void readings_come_in_the_order_of_time_the_newest_kept(void **state)
{
    (void)state;
    assert_string_equal(get("/oil?limit=2"),
                        "{\"thing\":\"press\",\"property\":\"oil\",\"kind\":\"number\",\"unit\":\"degC\","
                        "\"readings\":[{\"time\":1767225608000,\"value\":48},{\"time\":1767225609000,\"value\":49}]}");
    assert_non_null(strstr(get("/open"), "\"kind\":\"bool\",\"unit\":\"\",\"readings\":[{\"time\":1767225601500,"
                                         "\"value\":true}]"));
    assert_non_null(strstr(get("/note"), "\"value\":\"\\u003cb\\u003ehello\\u003c/b\\u003e\""));
}

static void from_is_inclusive_and_to_is_not(void **state)
{
    (void)state;
    assert_string_equal(get("/oil?from=1767225602000&to=1767225604000&count=1"), "{\"count\":2}");
    assert_string_equal(get("/oil?from=2026-01-01T00:00:02Z&to=2026-01-01T00:00:04Z&count=1"), "{\"count\":2}");
    assert_string_equal(get("/oil?count=1"), "{\"count\":10}");
    assert_string_equal(get("?count=1"), "{\"count\":12}");
    assert_string_equal(get("?count=1&from=1767225609000"), "{\"count\":1}");
    assert_string_equal(get("/oil?from=1767225604000&to=1767225604000&count=1"), "{\"count\":0}");
}

static void buckets_summarise(void **state)
{
    (void)state;
    assert_string_equal(
        get("/oil?step=5000&from=1767225600000&to=1767225610000"),
        "{\"thing\":\"press\",\"property\":\"oil\",\"step\":5000,\"buckets\":["
        "{\"time\":1767225600000,\"count\":5,\"min\":40,\"max\":44,\"mean\":42,\"last\":44,\"first\":40,\"sum\":210},"
        "{\"time\":1767225605000,\"count\":5,\"min\":45,\"max\":49,\"mean\":47,\"last\":49,\"first\":45,\"sum\":235}]"
        "}");
    assert_non_null(strstr(get("/oil?step=5000&percentile=75"), "\"sum\":210,\"percentile\":43}"));
    assert_int_equal(status_of("/oil?percentile=75"), 400);
    assert_int_equal(status_of("/oil?step=5000&percentile=101"), 400);
    assert_int_equal(status_of("/note?step=1000"), 400);
    assert_int_equal(status_of("/oil?step=0"), 400);
    assert_int_equal(status_of("/oil?step=x"), 400);
}

static void what_held_at_a_time_can_be_asked_for(void **state)
{
    (void)state;
    assert_non_null(strstr(get("/oil?at=1767225602999"), "\"readings\":[{\"time\":1767225602000,\"value\":42}]"));
    assert_non_null(strstr(get("/oil?at=2026-01-01T00:00:03Z"), "\"value\":43}]"));
    assert_non_null(strstr(get("/oil?at=5"), "\"readings\":[]"));
    assert_non_null(strstr(get("/note?at=2027-01-01T00:00:00Z"), "hello"));
    assert_int_equal(status_of("/oil?at=noon"), 400);
    assert_int_equal(status_of("/oil?at=5&count=1"), 400);
}

static void a_plot_has_as_many_points_as_asked_for(void **state)
{
    (void)state;
    assert_non_null(strstr(get("/oil?points=3"), "\"readings\":[{\"time\":1767225600000,\"value\":40},{\"time\":"));
    assert_non_null(strstr(get("/oil?points=3"), "{\"time\":1767225609000,\"value\":49}]"));
    assert_int_equal(status_of("/oil?points=2"), 400);
    assert_int_equal(status_of("/oil?points=5&step=5"), 400);
    assert_int_equal(status_of("/note?points=5"), 400);
}

static void all_properties_are_merged_by_time_under_one_limit(void **state)
{
    (void)state;
    assert_string_equal(get("?limit=3&to=1767225603000"),
                        "{\"thing\":\"press\",\"readings\":["
                        "{\"property\":\"open\",\"time\":1767225601500,\"value\":true},"
                        "{\"property\":\"oil\",\"time\":1767225602000,\"value\":42},"
                        "{\"property\":\"note\",\"time\":1767225602500,"
                        "\"value\":\"\\u003cb\\u003ehello\\u003c/b\\u003e\"}]}");
    assert_string_equal(get("?limit=1"), "{\"thing\":\"press\",\"readings\":[{\"property\":\"oil\","
                                         "\"time\":1767225609000,\"value\":49}]}");
    assert_string_equal(get("?to=1000"), "{\"thing\":\"press\",\"readings\":[]}");
}

static void a_small_limit_over_many_readings_keeps_the_newest(void **state)
{
    (void)state;
    const uint32_t first = fixture_series(&f, 0, "first", GN_SERIES_NUMBER);
    const uint32_t second = fixture_series(&f, 0, "second", GN_SERIES_NUMBER);
    for (int i = 0; i < 300; i++) {
        fixture_reading(&f, first, 20000 + 2 * i, i);
        fixture_reading(&f, second, 20001 + 2 * i, -i);
    }
    const char *body = get("?limit=4");
    assert_string_equal(body, "{\"thing\":\"press\",\"readings\":["
                              "{\"property\":\"first\",\"time\":1767225620596,\"value\":298},"
                              "{\"property\":\"second\",\"time\":1767225620597,\"value\":-298},"
                              "{\"property\":\"first\",\"time\":1767225620598,\"value\":299},"
                              "{\"property\":\"second\",\"time\":1767225620599,\"value\":-299}]}");
}

static void limits_are_held_at_their_edges(void **state)
{
    (void)state;
    char query[64];
    (void)snprintf(query, sizeof query, "/oil?limit=%d", GN_QUERY_READINGS_MAX);
    assert_int_equal(status_of(query), 200);
    (void)snprintf(query, sizeof query, "/oil?limit=%d", GN_QUERY_READINGS_MAX + 1);
    assert_int_equal(status_of(query), 400);
    assert_int_equal(status_of("/oil?limit=0"), 400);
    assert_int_equal(status_of("/oil?count=2"), 400);
    assert_int_equal(status_of("/oil?colour=red"), 400);
    assert_int_equal(status_of("?step=5"), 400);
    assert_int_equal(status_of("/nothing"), 404);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/things/nothing/properties/oil", AS_VIEWER, ""), 404);
}

static void too_many_buckets_are_refused(void **state)
{
    (void)state;
    const uint32_t wide = fixture_series(&f, 0, "wide", GN_SERIES_NUMBER);
    for (int i = 0; i <= GN_QUERY_BUCKETS_MAX; i++)
        fixture_reading(&f, wide, i * 10, i);
    assert_int_equal(status_of("/wide?step=10"), 400);
    assert_true(fixture_says(&f, "too_many_buckets"));
    assert_int_equal(status_of("/wide?step=20"), 200);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(readings_come_in_the_order_of_time_the_newest_kept),
        CASE(from_is_inclusive_and_to_is_not),
        CASE(buckets_summarise),
        CASE(what_held_at_a_time_can_be_asked_for),
        CASE(a_plot_has_as_many_points_as_asked_for),
        CASE(all_properties_are_merged_by_time_under_one_limit),
        CASE(a_small_limit_over_many_readings_keeps_the_newest),
        CASE(limits_are_held_at_their_edges),
        CASE(too_many_buckets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
