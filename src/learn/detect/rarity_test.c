/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "learn/detect/drawn.h"
#include "learn/detect/rarity.h"

static void rare_scores_are_as_rare_as_it_says(void **state)
{
    (void)state;
    struct gn_rarity rarity = { 0 };
    struct gn_drawn drawn = gn_drawn_from(1);
    int beyond[3] = { 0 };
    const double nats[3] = { 2, 4, 6 };
    enum { COUNT = 200000 };
    for (int i = 0; i < COUNT; i++) {
        const double r = gn_rarity_of(&rarity, fabs(gn_drawn_normal(&drawn)));
        for (int j = 0; j < 3; j++)
            beyond[j] += r >= nats[j] ? 1 : 0;
    }
    for (int j = 0; j < 3; j++) { /* a bin is 19 % wide: never more often than said, not much more seldom */
        const double share = (double)beyond[j] / COUNT / exp(-nats[j]);
        if (!(share > 0.25 && share < 1.1))
            fail_msg("%g nats: %g times as often as said", nats[j], share);
    }
}

static void what_repeats_itself_stops_being_rare(void **state)
{
    (void)state;
    struct gn_rarity rarity = { 0 };
    for (int i = 0; i < 1000; i++)
        (void)gn_rarity_of(&rarity, 1);
    double before = gn_rarity_of(&rarity, 50);
    assert_true(before > log(1000.0) + 5); /* beyond all: the tail goes on */
    for (int i = 0; i < 10; i++) {
        for (int j = 0; j < 99; j++)
            (void)gn_rarity_of(&rarity, 1);
        const double now = gn_rarity_of(&rarity, 50);
        assert_true(now < before);
        before = now;
    }
    assert_true(before < log(1000.0));
}

static void it_is_young_first_and_bounded_always(void **state)
{
    (void)state;
    struct gn_rarity rarity = { 0 };
    for (int i = 0; i < 30; i++)
        assert_true(gn_rarity_of(&rarity, i) == 0);
    assert_true(gn_rarity_of(&rarity, 1e300) <= GN_RARITY_MAX);
    for (int i = 0; i < 100000; i++) {
        const double r = gn_rarity_of(&rarity, i % 7 == 0 ? 1e308 : i % 7 == 1 ? 0 : 1e-300 * i);
        assert_true(r >= 0 && r <= GN_RARITY_MAX);
        assert_true(gn_rarity_valid(&rarity));
    }
}

static void counts_that_do_not_add_up_are_refused(void **state)
{
    (void)state;
    struct gn_rarity rarity = { 0 };
    assert_true(gn_rarity_valid(&rarity));
    rarity.total = 1;
    assert_false(gn_rarity_valid(&rarity));
    rarity.counts[5] = 1;
    assert_true(gn_rarity_valid(&rarity));
    memset(&rarity, 0xff, sizeof rarity);
    assert_false(gn_rarity_valid(&rarity));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rare_scores_are_as_rare_as_it_says),
        cmocka_unit_test(what_repeats_itself_stops_being_rare),
        cmocka_unit_test(it_is_young_first_and_bounded_always),
        cmocka_unit_test(counts_that_do_not_add_up_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
