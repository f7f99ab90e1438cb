/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "portal/portal_fixture.h"

static struct fixture f;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    fixture_set_up(&f);
    fixture_reading(&f, 3, 2500, 100); /* mill/rpm */
    fixture_reading(&f, 3, 7500, 200);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static int ask(const char *rest)
{
    char target[400];
    (void)snprintf(target, sizeof target, "/api/v1/aligned?from=1767225600000%s", rest);
    return fixture_ask(&f, "GET", target, AS_VIEWER, "");
}

static void expect_rows(const char *rest, const char *rows)
{
    assert_int_equal(ask(rest), 200);
    const char *at = strstr(fixture_body(&f), "\"rows\":");
    assert_non_null(at);
    assert_string_equal(at + 7, rows);
}

static void several_series_share_their_times(void **state)
{
    (void)state;
    assert_int_equal(ask("&to=1767225605000&step=2500&series=press/oil,mill/rpm"), 200);
    assert_string_equal(fixture_body(&f), "{\"step\":2500,\"series\":[{\"thing\":\"press\",\"property\":\"oil\"},"
                                          "{\"thing\":\"mill\",\"property\":\"rpm\"}],\"rows\":"
                                          "[[1767225600000,41,null],[1767225602500,43.5,100]]}");
}

static void empty_steps_are_filled_or_left_out(void **state)
{
    (void)state;
    expect_rows("&to=1767225610000&step=2500&series=mill/rpm",
                "[[1767225600000,null],[1767225602500,100],[1767225605000,null],[1767225607500,200]]}");
    expect_rows("&to=1767225610000&step=2500&series=mill/rpm&fill=none", "[[1767225602500,100],[1767225607500,200]]}");
    expect_rows("&to=1767225610000&step=2500&series=mill/rpm&fill=linear",
                "[[1767225600000,null],[1767225602500,100],[1767225605000,150],[1767225607500,200]]}");
    expect_rows("&to=1767225610000&step=2500&series=mill/rpm&fill=previous",
                "[[1767225600000,null],[1767225602500,100],[1767225605000,100],[1767225607500,200]]}");
    expect_rows("&to=1767225610000&step=5000&series=press/oil&value=percentile&percentile=75",
                "[[1767225600000,43],[1767225605000,48]]}");
    expect_rows("&to=1767225610000&step=5000&series=press/oil&value=count", "[[1767225600000,5],[1767225605000,5]]}");
}

static void what_cannot_be_meant_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *rest;
        int status;
    } rows[] = { { "&step=1000", 400 },
                 { "&series=press/oil", 400 },
                 { "&step=1000&series=press/note", 400 },
                 { "&step=1000&series=press/none", 404 },
                 { "&step=1000&series=none/oil", 404 },
                 { "&step=1000&series=press", 404 },
                 { "&step=1000&series=press/oil&fill=x", 400 },
                 { "&step=1000&series=press/oil&value=x", 400 },
                 { "&step=1000&series=press/oil&percentile=101", 400 },
                 { "&step=1000&series=press/oil&limit=5", 400 },
                 { "&step=1&to=1767225610000&series=press/oil", 400 },
                 { "&to=9000000000000000000&step=1000&series=press/oil", 400 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(ask(rows[i].rest), rows[i].status);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/aligned?step=1000&series=press/oil", AS_VIEWER, ""), 400);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/aligned", AS_NOBODY, ""), 401);
}

static void there_is_a_limit_of_series(void **state)
{
    (void)state;
    char rest[400];
    struct gn_buf buf = gn_buf_over(rest, sizeof rest);
    gn_buf_add_text(&buf, "&to=1767225610000&step=5000&series=");
    for (int i = 0; i < GN_QUERY_SERIES_MAX; i++)
        gn_buf_add_text(&buf, "press/oil,");
    rest[buf.size - 1] = '\0'; /* in place of the last comma */
    assert_int_equal(ask(rest), 200);
    gn_buf_add_text(&buf, "press/oil");
    rest[buf.size - 10] = ',';
    gn_buf_add_u8(&buf, 0);
    assert_int_equal(ask(rest), 400);
}

static void without_memory_it_is_busy(void **state)
{
    (void)state;
    (void)fixture_request(&f, "GET", "/api/v1/aligned?from=1767225600000&step=100000&series=press/oil", AS_VIEWER);
    gn_mem_fail_after(1);
    assert_int_equal(fixture_go(&f), 503);
    gn_mem_fail_after(0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(several_series_share_their_times), CASE(empty_steps_are_filled_or_left_out),
        CASE(what_cannot_be_meant_is_refused),  CASE(there_is_a_limit_of_series),
        CASE(without_memory_it_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
