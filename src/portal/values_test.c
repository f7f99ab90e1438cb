/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/values.h"

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

static void each_kind_is_written_as_what_it_is(void **state)
{
    (void)state;
    char text[128];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    struct gn_jw w = gn_jw_over(&buf);
    const struct gn_reading number = { .value = 21.5 };
    const struct gn_reading yes = { .value = 1 };
    const struct gn_reading no = { .value = 0 };
    const struct gn_reading words = { .text = GN_STR("<b>") };
    gn_jw_open(&w, '[');
    gn_value_write(&w, GN_SERIES_NUMBER, &number);
    gn_value_write(&w, GN_SERIES_BOOL, &yes);
    gn_value_write(&w, GN_SERIES_BOOL, &no);
    gn_value_write(&w, GN_SERIES_TEXT, &words);
    gn_jw_close(&w, ']');
    assert_true(gn_str_equal(gn_buf_str(&buf), GN_STR("[21.5,true,false,\"\\u003cb\\u003e\"]")));
    assert_string_equal(gn_series_kind_name(GN_SERIES_TEXT), "text");
    assert_string_equal(gn_series_kind_name(77), "unknown");
}

static void the_series_of_a_thing_and_their_newest_values(void **state)
{
    (void)state;
    static struct gn_series_list list;
    char text[GN_TEXT_VALUE_BYTES_MAX];
    struct gn_reading reading;
    assert_int_equal(gn_series_list_read(f.api.reader, 0, &list), GN_OK);
    assert_int_equal(list.count, 3);
    for (uint32_t i = 0; i < list.count; i++) {
        assert_true(gn_value_last(f.api.reader, list.index[i], &reading, text));
        if (strcmp(list.series[i].property, "oil") == 0)
            assert_true(reading.value == 49 && reading.time_ms == FIXTURE_BEGIN_MS + 9000);
        if (strcmp(list.series[i].property, "note") == 0)
            assert_true(gn_str_equal(reading.text, GN_STR("<b>hello</b>")));
    }
    assert_int_equal(gn_series_list_read(f.api.reader, 1, &list), GN_OK);
    assert_int_equal(list.count, 1);
    assert_false(gn_value_last(f.api.reader, list.index[0], &reading, text));
    assert_int_equal(gn_series_list_read(f.api.reader, 2, &list), GN_ERR_NOT_FOUND);
}

static void a_unit_is_what_the_host_says_or_nothing(void **state)
{
    (void)state;
    char unit[GN_UNIT_BYTES_MAX + 1] = "x";
    gn_value_unit(&f.api, GN_STR("press"), GN_STR("oil"), unit);
    assert_string_equal(unit, "degC");
    f.api.host.unit = NULL;
    gn_value_unit(&f.api, GN_STR("press"), GN_STR("oil"), unit);
    assert_string_equal(unit, "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_kind_is_written_as_what_it_is),
        CASE(the_series_of_a_thing_and_their_newest_values),
        CASE(a_unit_is_what_the_host_says_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
