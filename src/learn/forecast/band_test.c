/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/forecast/band.h"

static double coverage(double spread_after, size_t from, size_t to)
{
    struct gn_band band;
    struct gn_drawn drawn = gn_drawn_from(2);
    size_t covered = 0;
    gn_band_init(&band, 0.1);
    for (size_t i = 0; i < to; i++) {
        const double error = gn_drawn_normal(&drawn) * (i < 1000 ? 1 : spread_after);
        covered += i >= from && fabs(error) <= gn_band_width(&band);
        gn_band_learn(&band, error);
    }
    assert_true(gn_band_valid(&band));
    return (double)covered / (double)(to - from);
}

static void the_share_that_was_asked_for_is_inside(void **state)
{
    (void)state;
    assert_true(fabs(coverage(1, 100, 5000) - 0.9) < 0.01);
}

static void it_follows_errors_that_grow_and_shrink(void **state)
{
    (void)state;
    assert_true(fabs(coverage(3, 1000, 3000) - 0.9) < 0.03);
    assert_true(fabs(coverage(0.3, 1000, 3000) - 0.9) < 0.03);
}

static void without_enough_errors_no_width_is_wide_enough(void **state)
{
    (void)state;
    struct gn_band band;
    gn_band_init(&band, 0.1);
    for (int i = 1; i <= 9; i++) {
        assert_true(isinf(gn_band_width(&band)));
        gn_band_learn(&band, -i);
    }
    assert_true(gn_band_width(&band) == 9); /* with nine, the next is within the largest with chance 9 in 10 */
    assert_true(band.alpha == 0.1);
}

static void bytes_that_are_no_band_are_refused(void **state)
{
    (void)state;
    struct gn_band band;
    gn_band_init(&band, 0.1);
    gn_band_learn(&band, 1);
    struct gn_band wrong = band;
    wrong.count = GN_BAND_ERRORS_MAX + 1;
    assert_false(gn_band_valid(&wrong));
    wrong = band;
    wrong.errors[0] = NAN;
    assert_false(gn_band_valid(&wrong));
    wrong = band;
    wrong.alpha = 0.9;
    assert_false(gn_band_valid(&wrong));
    wrong = band;
    wrong.next = 7;
    assert_false(gn_band_valid(&wrong));
    assert_true(gn_band_valid(&band));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_that_was_asked_for_is_inside),
        cmocka_unit_test(it_follows_errors_that_grow_and_shrink),
        cmocka_unit_test(without_enough_errors_no_width_is_wide_enough),
        cmocka_unit_test(bytes_that_are_no_band_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
