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

static void every_limit_is_listed_with_its_value(void **state)
{
    (void)state;
    size_t count;
    const struct gn_limit *limits = gn_limits_table(&count);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/limits", AS_VIEWER, ""), 200);
    for (size_t i = 0; i < count; i++) {
        char row[160];
        (void)snprintf(row, sizeof row, "{\"name\":\"%s\",\"value\":%d,\"text\":", limits[i].name, limits[i].value);
        assert_true(fixture_says(&f, row));
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_limit_is_listed_with_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
