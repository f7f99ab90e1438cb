/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "node/outlook.h"

#define MINUTE INT64_C(60000000)

static void the_disk_lasts_as_long_as_the_rate_says(void **state)
{
    (void)state;
    struct gn_outlook outlook;
    double days = 0;
    gn_outlook_init(&outlook);
    assert_false(gn_outlook_days(&outlook, 1000, &days));
    for (int64_t minute = 0; minute <= 9; minute++)
        gn_outlook_note(&outlook, minute * MINUTE, 1000 + (uint64_t)minute * 10);
    assert_false(gn_outlook_days(&outlook, 1000, &days)); /* too early to say */
    gn_outlook_note(&outlook, 10 * MINUTE, 1100);
    assert_true(gn_outlook_days(&outlook, 14400 * 71, &days));
    assert_true(fabs(days - 71) < 1e-9);
}

static void only_the_last_day_counts(void **state)
{
    (void)state;
    struct gn_outlook outlook;
    double days = 0;
    uint64_t bytes = 0;
    gn_outlook_init(&outlook);
    for (int64_t minute = 0; minute < 5 * 1440; minute++) /* four busy days, then a quiet one and a bit */
        gn_outlook_note(&outlook, minute * MINUTE, bytes += minute < 4 * 1440 - 60 ? 1000 : 1);
    assert_true(gn_outlook_days(&outlook, 1440, &days));
    assert_true(days > 0.9 && days < 1.1);
}

static void what_does_not_grow_lasts(void **state)
{
    (void)state;
    struct gn_outlook outlook;
    double days = 0;
    gn_outlook_init(&outlook);
    gn_outlook_note(&outlook, 0, 1000);
    gn_outlook_note(&outlook, 60 * MINUTE, 1000);
    assert_false(gn_outlook_days(&outlook, 1000, &days));
    gn_outlook_note(&outlook, 61 * MINUTE, 900);
    assert_false(gn_outlook_days(&outlook, 1000, &days));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_disk_lasts_as_long_as_the_rate_says),
        cmocka_unit_test(only_the_last_day_counts),
        cmocka_unit_test(what_does_not_grow_lasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
