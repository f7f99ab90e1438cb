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

static void the_hosts_figures_and_our_counts_are_one_object(void **state)
{
    (void)state;
    f.host.online = 0;
    fixture_output(&f, "alarm", "a-1", "press", "open", 0);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/status", AS_VIEWER, ""), 200);
    assert_string_equal(fixture_body(&f), "{\"version\":\"1.2.3\",\"uptime_s\":7,\"now\":5,\"solution\":true,"
                                          "\"journal\":{\"state\":\"ok\",\"durable_seq\":3},"
                                          "\"memory\":{\"resident_bytes\":1,\"planned\":[]},"
                                          "\"things\":{\"count\":2,\"online\":1},\"series\":{\"count\":4},"
                                          "\"readings\":{\"count\":12,\"per_second\":12.5},\"alarms\":{\"open\":1},"
                                          "\"decisions\":{\"pending\":0}}");
}

static void says_half(void *self, struct gn_buf *out)
{
    (void)self;
    gn_buf_add_text(out, "{\"version\":\"1\",\"journal\":{\"a\"");
}

static void a_host_that_says_half_does_not_break_the_answer(void **state)
{
    (void)state;
    f.api.host.status = says_half;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/status", AS_VIEWER, ""), 200);
    assert_memory_equal(fixture_body(&f), "{\"version\":\"1\",\"things\":{", 25);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_hosts_figures_and_our_counts_are_one_object),
        CASE(a_host_that_says_half_does_not_break_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
