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

static void figures_and_last_values_stand_in_the_text_format(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/metrics", AS_VIEWER, ""), 200);
    const char *text = fixture_body(&f);
    assert_non_null(strstr(text, "# HELP ganglion_things Things of this node.\n# TYPE ganglion_things gauge\n"
                                 "ganglion_things 2\n"));
    assert_non_null(strstr(text, "# HELP oil The last reading of a property.\n# TYPE oil untyped\n"
                                 "oil{property=\"oil\",thing=\"press\"} 49 1767225609000\n"));
    assert_non_null(strstr(text, "open{property=\"open\",thing=\"press\"} 1 1767225601500\n"));
    assert_null(strstr(text, "hello"));
}

/* Two Things with a property of one name: one TYPE line, in front of both. */
static void lines_of_a_metric_stand_together(void **state)
{
    (void)state;
    fixture_reading(&f, fixture_series(&f, 1, "oil", GN_SERIES_NUMBER), 20000, 7.5);
    assert_int_equal(fixture_ask(&f, "GET", "/metrics", AS_VIEWER, ""), 200);
    const char *text = fixture_body(&f);
    assert_non_null(strstr(text, "# TYPE oil untyped\noil{property=\"oil\",thing=\"press\"} 49 1767225609000\n"
                                 "oil{property=\"oil\",thing=\"mill\"} 7.5 1767225620000\n"));
}

static void a_stranger_is_told_nothing(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/metrics", AS_NOBODY, ""), 401);
    assert_null(strstr(fixture_body(&f), "press"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(figures_and_last_values_stand_in_the_text_format),
        CASE(lines_of_a_metric_stand_together),
        CASE(a_stranger_is_told_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
