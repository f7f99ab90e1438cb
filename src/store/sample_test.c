/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/sample.h"

static struct gn_sample sample(int64_t time_ms, uint64_t seq, uint8_t quality)
{
    return (struct gn_sample){ .time_ms = time_ms, .seq = seq, .value = (double)seq, .quality = quality };
}

static void the_last_of_those_with_a_given_time_is_kept(void **state)
{
    (void)state;
    struct gn_sample some[] = { sample(5, 9, GN_QUALITY_LATE), sample(5, 3, GN_QUALITY_GOOD),
                                sample(4, 8, GN_QUALITY_GOOD), sample(5, 7, GN_QUALITY_GOOD) };
    assert_int_equal(gn_samples_settle(some, 4), 2);
    assert_int_equal(some[0].seq, 8);
    assert_int_equal(some[1].seq, 9);
}

static void what_the_node_stamped_is_never_a_duplicate(void **state)
{
    (void)state;
    struct gn_sample some[] = { sample(5, 4, GN_QUALITY_LATE_NO_TIME), sample(5, 1, GN_QUALITY_NO_TIME),
                                sample(5, 2, GN_QUALITY_GOOD), sample(5, 3, GN_QUALITY_NO_TIME) };
    assert_int_equal(gn_samples_settle(some, 4), 4);
    static const uint64_t order[] = { 2, 1, 3, 4 }; /* the one with a time first, then as they arrived */
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(some[i].seq, order[i]);
}

static void what_is_in_order_stays(void **state)
{
    (void)state;
    struct gn_sample some[] = { sample(INT64_MIN, 1, 0), sample(0, 2, 0), sample(INT64_MAX, 3, 0) };
    assert_int_equal(gn_samples_settle(some, 3), 3);
    assert_int_equal(gn_samples_settle(some, 1), 1);
    assert_int_equal(gn_samples_settle(some, 0), 0);
    assert_int_equal(some[2].seq, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_of_those_with_a_given_time_is_kept),
        cmocka_unit_test(what_the_node_stamped_is_never_a_duplicate),
        cmocka_unit_test(what_is_in_order_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
