/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "store/late.h"

static void there_is_room_for_as_many_as_the_limit_says(void **state)
{
    (void)state;
    struct gn_lates lates;
    assert_int_equal(gn_lates_init(&lates), GN_OK);
    struct gn_sample sample = { .time_ms = 5 };
    for (; sample.seq < GN_LATE_WAITING_MAX; sample.seq++)
        assert_int_equal(gn_lates_put_lkd(&lates, 3, &sample), GN_OK);
    assert_int_equal(gn_lates_put_lkd(&lates, 3, &sample), GN_ERR_FULL);
    assert_int_equal(lates.count, GN_LATE_WAITING_MAX);
    assert_int_equal(lates.rows[9].sample.seq, 9);
    assert_int_equal(lates.rows[9].series, 3);
    gn_lates_fini(&lates);
    gn_lates_fini(&lates); /* twice is fine */
}

static void no_memory_is_told(void **state)
{
    (void)state;
    struct gn_lates lates;
    gn_mem_fail_after(1);
    assert_int_equal(gn_lates_init(&lates), GN_ERR_FULL);
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_room_for_as_many_as_the_limit_says),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
