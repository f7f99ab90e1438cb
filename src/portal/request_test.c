/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_first_of_two_items_counts(void **state)
{
    (void)state;
    const struct gn_request request = {
        .query = { { GN_STR("limit"), GN_STR("1") }, { GN_STR("limit"), GN_STR("2") }, { GN_STR("x"), GN_STR("") } },
        .query_count = 3,
    };
    gn_str value;
    assert_true(gn_request_query(&request, "limit", &value));
    assert_true(gn_str_equal(value, GN_STR("1")));
    assert_true(gn_request_query(&request, "x", &value));
    assert_int_equal(value.size, 0);
    assert_false(gn_request_query(&request, "lim", &value));
    assert_false(gn_request_query(&request, "limits", &value));
}

static void a_cookie_is_found_by_its_whole_name(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        const char *value;
    } rows[] = {
        { "g=1", "1" },   { "a=2; g=1; b=3", "1" }, { "a=2;g=1", "1" }, { "gg=2; g=1", "1" },
        { "xg=2", "" },   { "g=1; g=2", "1" },      { "g=", "" },       { "", "" },
        { ";;;=;g", "" }, { "g=a=b", "a=b" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(gn_str_equal(gn_request_cookie(gn_str_of(rows[i].header), "g"), gn_str_of(rows[i].value)));
}

static void methods_and_types_have_names(void **state)
{
    (void)state;
    assert_int_equal(gn_method_named(GN_STR("GET")), GN_GET);
    assert_int_equal(gn_method_named(GN_STR("get")), GN_METHOD_OTHER);
    assert_int_equal(gn_method_named(GN_STR("PATCH")), GN_METHOD_OTHER);
    assert_string_equal(gn_method_name(GN_DELETE), "DELETE");
    assert_string_equal(gn_method_name(GN_METHOD_OTHER), "other");
    assert_int_equal(gn_body_type_named(GN_STR("application/json")), GN_BODY_JSON);
    assert_int_equal(gn_body_type_named(GN_STR("Application/JSON; charset=utf-8")), GN_BODY_JSON);
    assert_int_equal(gn_body_type_named(GN_STR("application/jsonx")), GN_BODY_OTHER);
    assert_int_equal(gn_body_type_named(GN_STR("text/plain; application/json")), GN_BODY_OTHER);
    assert_int_equal(gn_body_type_named(GN_STR("application/x-www-form-urlencoded")), GN_BODY_FORM);
    assert_int_equal(gn_body_type_named(GN_STR("")), GN_BODY_NONE);
}

static void what_is_accepted_is_in_the_list_and_not_refused(void **state)
{
    (void)state;
    assert_true(gn_request_accepts(GN_STR("gzip, deflate, br"), "gzip"));
    assert_true(gn_request_accepts(GN_STR("deflate;q=1, GZIP;q=0.5"), "gzip"));
    assert_false(gn_request_accepts(GN_STR("gzip;q=0"), "gzip"));
    assert_false(gn_request_accepts(GN_STR("gzip;q=0.0, br"), "gzip"));
    assert_false(gn_request_accepts(GN_STR("gzip;q=x"), "gzip"));
    assert_false(gn_request_accepts(GN_STR("xgzip"), "gzip"));
    assert_false(gn_request_accepts(GN_STR(""), "gzip"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_two_items_counts),
        cmocka_unit_test(a_cookie_is_found_by_its_whole_name),
        cmocka_unit_test(methods_and_types_have_names),
        cmocka_unit_test(what_is_accepted_is_in_the_list_and_not_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
