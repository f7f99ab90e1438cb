/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/counts.h"

#include "portal/portal_fixture.h"

static void counts_are_of_what_is_there_now(void **state)
{
    (void)state;
    struct fixture f;
    struct gn_counts counts;
    fixture_begin(&f);
    assert_int_equal(gn_counts_read(&f.api, &counts), GN_OK);
    assert_int_equal(counts.things + counts.series + counts.readings + counts.alarms_open, 0);
    fixture_fill(&f);
    f.host.online = 1;
    fixture_output(&f, "alarm", "a-1", "press", "open", 0);
    fixture_output(&f, "alarm", "a-2", "press", "open", 0);
    fixture_output(&f, "alarm", "a-2", "press", "cleared", 1);
    fixture_output(&f, "decision", "d-1", "press", "pending", 0);
    fixture_output(&f, "decision", "d-2", "press", "approved", 0);
    assert_int_equal(gn_counts_read(&f.api, &counts), GN_OK);
    assert_int_equal(counts.things, 2);
    assert_int_equal(counts.things_online, 1);
    assert_int_equal(counts.series, 4);
    assert_int_equal(counts.readings, 12);
    assert_int_equal(counts.alarms_open, 1);
    assert_int_equal(counts.decisions_pending, 1);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(counts_are_of_what_is_there_now) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
