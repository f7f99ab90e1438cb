/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/detect/interval.h"

static double draw_normal(struct gn_drawn *drawn)
{
    return gn_drawn_normal(drawn);
}

static double draw_skewed(struct gn_drawn *drawn)
{
    return -log(gn_drawn_uniform(drawn));
}

/* Share of readings outside, after a start is forgotten. */
static double share_outside(double (*draw)(struct gn_drawn *drawn), double alpha, double growth,
                            struct gn_interval *interval)
{
    struct gn_drawn drawn = gn_drawn_from(1);
    unsigned outside = 0;
    enum { START = 20000, TRIES = 200000 };
    gn_interval_init(interval);
    double scale = 1;
    for (int i = 0; i < START + TRIES; i++, scale *= growth) {
        const double reading = scale * draw(&drawn);
        if (i >= START)
            outside += reading < interval->low || reading > interval->high;
        gn_interval_learn(interval, reading, 0, alpha);
        assert_true(gn_interval_valid(interval));
    }
    return (double)outside / TRIES;
}

static void the_share_outside_is_the_one_asked_for(void **state)
{
    (void)state;
    static const double alphas[] = { 0.01, 0.05, 0.2 };
    for (int a = 0; a < 3; a++) {
        struct gn_interval interval;
        const double normal = share_outside(draw_normal, alphas[a], 1, &interval);
        const double skewed = share_outside(draw_skewed, alphas[a], 1, &interval);
        if (fabs(normal - alphas[a]) > 0.15 * alphas[a] || fabs(skewed - alphas[a]) > 0.15 * alphas[a])
            fail_msg("asked for %g: %g of normal, %g of skewed readings", alphas[a], normal, skewed);
    }
}

static void it_holds_while_the_spread_drifts(void **state)
{
    (void)state;
    struct gn_interval interval;
    const double share = share_outside(draw_normal, 0.05, 1.00002, &interval); /* 80 times wider at the end */
    assert_true(fabs(share - 0.05) < 0.01);
    assert_true(interval.high > 40);
}

static void each_side_has_its_own_bound(void **state)
{
    (void)state;
    struct gn_interval interval;
    (void)share_outside(draw_skewed, 0.02, 1, &interval);
    assert_true(interval.low > -0.1 && interval.low < 0.3);  /* never below 0, so neither is the bound */
    assert_true(interval.high > 3.5 && interval.high < 6.5); /* -ln 0.01 = 4.6 */
}

static void what_stands_still_has_no_width(void **state)
{
    (void)state;
    struct gn_interval interval;
    gn_interval_init(&interval);
    for (int i = 0; i < 1000; i++)
        gn_interval_learn(&interval, 5, 5, 0.01);
    assert_true(interval.high - interval.low <= 0);
}

static void bytes_that_are_no_state_are_refused(void **state)
{
    (void)state;
    struct gn_interval good;
    gn_interval_init(&good);
    assert_true(gn_interval_valid(&good));
    struct gn_interval bad = good;
    bad.low = 1; /* above high */
    assert_false(gn_interval_valid(&bad));
    bad = good;
    bad.high = NAN;
    assert_false(gn_interval_valid(&bad));
    bad = good;
    bad.deviation = -1;
    assert_false(gn_interval_valid(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_outside_is_the_one_asked_for),
        cmocka_unit_test(it_holds_while_the_spread_drifts),
        cmocka_unit_test(each_side_has_its_own_bound),
        cmocka_unit_test(what_stands_still_has_no_width),
        cmocka_unit_test(bytes_that_are_no_state_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
