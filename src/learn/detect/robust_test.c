/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "learn/detect/drawn.h"
#include "learn/detect/robust.h"

static void assert_near(double value, double wanted, double within)
{
    if (!(fabs(value - wanted) <= within))
        fail_msg("%g is not within %g of %g", value, within, wanted);
}

static void noise_around_a_level_is_told_apart(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(1);
    struct gn_robust robust;
    gn_robust_init(&robust);
    for (int i = 0; i < 5000; i++)
        gn_robust_learn(&robust, 20 + 2 * gn_drawn_normal(&drawn), 600);
    assert_near(gn_robust_location(&robust), 20, 0.4);
    assert_near(gn_robust_spread(&robust), 2, 0.3);
    assert_near(gn_robust_correlation(&robust), 0, 0.15);
    assert_int_equal(robust.chosen, GN_ROBUST_MEMORIES - 1); /* nothing to follow: the longest memory */
}

static void a_few_wild_outliers_move_neither_location_nor_spread(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(2);
    struct gn_robust robust;
    gn_robust_init(&robust);
    for (int i = 0; i < 5000; i++) {
        const double noise = gn_drawn_normal(&drawn);
        gn_robust_learn(&robust, i % 50 == 49 ? 1e9 : noise, 600);
    }
    assert_near(gn_robust_location(&robust), 0, 0.3);
    assert_near(gn_robust_spread(&robust), 1, 0.4);
}

static void a_lasting_change_of_level_is_followed(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(3);
    struct gn_robust robust;
    gn_robust_init(&robust);
    for (int i = 0; i < 1000; i++)
        gn_robust_learn(&robust, gn_drawn_normal(&drawn), 600);
    for (int i = 0; i < 6000; i++)
        gn_robust_learn(&robust, 1000 + gn_drawn_normal(&drawn), 600);
    assert_near(gn_robust_location(&robust), 1000, 1);
}

static void a_wandering_series_is_expected_from_its_last_values(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(4);
    struct gn_robust robust;
    gn_robust_init(&robust);
    double value = 0;
    for (int i = 0; i < 5000; i++) {
        value += gn_drawn_normal(&drawn);
        gn_robust_learn(&robust, value, 600);
    }
    assert_int_equal(robust.chosen, 0);
    assert_near(gn_robust_location(&robust), value, 5);
    assert_true(gn_robust_spread(&robust) < 2); /* of its steps, not of the ground it covered */
}

static void what_stands_still_has_a_spread_all_the_same(void **state)
{
    (void)state;
    struct gn_robust robust;
    gn_robust_init(&robust);
    for (int i = 0; i < 100; i++)
        gn_robust_learn(&robust, 7, 600);
    assert_near(gn_robust_location(&robust), 7, 0);
    assert_near(gn_robust_spread(&robust), 7e-9, 1e-12);
    gn_robust_learn(&robust, 10, 600); /* the first change ever is one quantum: 3 / sqrt(12) */
    assert_near(robust.quantum, 3, 1e-9);
    assert_near(gn_robust_spread(&robust), 0.866, 0.001);
}

static void rounding_never_gives_scores_without_end(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(5);
    struct gn_robust robust;
    gn_robust_init(&robust);
    for (int i = 0; i < 3000; i++) /* a true spread of 0.1, read in steps of 1 */
        gn_robust_learn(&robust, floor(20.5 + 0.17 * gn_drawn_normal(&drawn) + 0.5), 600);
    assert_true(gn_robust_spread(&robust) >= 0.28);
}

static void neighbours_that_agree_are_noticed(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(6);
    struct gn_robust robust;
    gn_robust_init(&robust);
    double value = 0;
    for (int i = 0; i < 40; i++) { /* before the choice of a shorter memory can take it away */
        value = 0.95 * value + 0.3 * gn_drawn_normal(&drawn);
        gn_robust_learn(&robust, value, 600);
        robust.chosen = GN_ROBUST_MEMORIES - 1;
    }
    assert_true(gn_robust_correlation(&robust) > 0.4);
    assert_true(gn_robust_correlation(&robust) <= 0.98);
}

static void caution_fades_with_experience(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(7);
    struct gn_robust robust;
    gn_robust_init(&robust);
    assert_near(gn_robust_caution(&robust), 1, 0);
    double before = 1e9;
    for (int i = 1; i <= 4096; i++) {
        gn_robust_learn(&robust, gn_drawn_normal(&drawn), 600);
        if ((i & (i - 1)) == 0 && i >= 16) {
            assert_true(gn_robust_caution(&robust) < before);
            before = gn_robust_caution(&robust);
        }
    }
    assert_near(before, 1, 0.01);
    gn_robust_loosen(&robust, 10);
    assert_true(gn_robust_caution(&robust) > 1.2);
}

static void the_largest_numbers_stay_numbers(void **state)
{
    (void)state;
    struct gn_robust robust;
    gn_robust_init(&robust);
    for (int i = 0; i < 2000; i++) {
        gn_robust_learn(&robust, i % 3 == 0 ? GN_ROBUST_VALUE_MAX : -GN_ROBUST_VALUE_MAX, 600);
        assert_true(gn_robust_valid(&robust));
    }
}

static void a_seat_after_silence_is_that_of_the_short_memories(void **state)
{
    (void)state;
    struct gn_robust robust;
    gn_robust_init(&robust);
    gn_robust_reseat(&robust, 5, 2); /* nothing known: nothing to seat */
    assert_near(robust.location[0], 0, 0);
    for (int i = 0; i < 100; i++)
        gn_robust_learn(&robust, i % 2, 600);
    const double level = robust.location[2];
    gn_robust_reseat(&robust, 5, 2);
    assert_near(robust.location[0], 5, 0);
    assert_near(robust.location[1], 5, 0);
    assert_near(robust.location[2], level, 0);
}

static void bytes_that_are_no_state_are_refused(void **state)
{
    (void)state;
    struct gn_robust good;
    gn_robust_init(&good);
    gn_robust_learn(&good, 3, 600);
    assert_true(gn_robust_valid(&good));
    struct gn_robust bad = good;
    bad.location[2] = NAN;
    assert_false(gn_robust_valid(&bad));
    bad = good;
    bad.deviation[0] = -1e-9;
    assert_false(gn_robust_valid(&bad));
    bad = good;
    bad.chosen = GN_ROBUST_MEMORIES;
    assert_false(gn_robust_valid(&bad));
    bad = good;
    bad.count = GN_ROBUST_COUNT_MAX + 1;
    assert_false(gn_robust_valid(&bad));
    bad = good;
    bad.change_count = 65;
    assert_false(gn_robust_valid(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_around_a_level_is_told_apart),
        cmocka_unit_test(a_few_wild_outliers_move_neither_location_nor_spread),
        cmocka_unit_test(a_lasting_change_of_level_is_followed),
        cmocka_unit_test(a_wandering_series_is_expected_from_its_last_values),
        cmocka_unit_test(what_stands_still_has_a_spread_all_the_same),
        cmocka_unit_test(rounding_never_gives_scores_without_end),
        cmocka_unit_test(neighbours_that_agree_are_noticed),
        cmocka_unit_test(caution_fades_with_experience),
        cmocka_unit_test(the_largest_numbers_stay_numbers),
        cmocka_unit_test(a_seat_after_silence_is_that_of_the_short_memories),
        cmocka_unit_test(bytes_that_are_no_state_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
