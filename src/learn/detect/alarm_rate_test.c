/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "learn/detect/alarm_rate.h"
#include "learn/detect/drawn.h"

static void the_share_is_kept_whatever_the_law_and_when_it_changes(void **state)
{
    (void)state;
    enum { COUNT = 400000 };
    static const double shares[] = { 0.01, 0.001 };
    for (int law = 0; law < 4; law++)
        for (size_t k = 0; k < 2; k++) {
            struct gn_drawn drawn = gn_drawn_from(1);
            struct gn_alarm_rate rate = { 0 };
            int exceeded = 0;
            for (int i = 0; i < COUNT; i++) {
                const double u = gn_drawn_uniform(&drawn);
                const double scores[] = { u, -log(u), pow(u, -1.5), fabs(gn_drawn_normal(&drawn)) };
                const double size = law == 3 ? exp(5.0 * i / COUNT) : 1; /* the last grows 150-fold */
                exceeded += gn_alarm_rate_exceeded(&rate, size * scores[law], shares[k]) ? 1 : 0;
            }
            const double ratio = exceeded / (shares[k] * COUNT);
            if (!(ratio > 0.8 && ratio < 1.2))
                fail_msg("law %d: %g times the share %g", law, ratio, shares[k]);
        }
}

static void the_first_ones_say_nothing_and_ties_do_not_exceed(void **state)
{
    (void)state;
    struct gn_alarm_rate rate = { 0 };
    for (int i = 1; i < 99; i++)
        assert_false(gn_alarm_rate_exceeded(&rate, i, 0.01));
    rate = (struct gn_alarm_rate){ 0 };
    int exceeded = 0;
    for (int i = 0; i < 20000; i++)
        exceeded += gn_alarm_rate_exceeded(&rate, 3, 0.01) ? 1 : 0;
    assert_true(exceeded <= 240); /* the limit sinks below what never changes: at the share, no oftener */
}

static void any_score_leaves_it_sound(void **state)
{
    (void)state;
    static const double scores[] = { 0, 1e308, 5e-324, 1, 1e300 };
    struct gn_alarm_rate rate = { 0 };
    assert_true(gn_alarm_rate_valid(&rate));
    for (int i = 0; i < 50000; i++) {
        (void)gn_alarm_rate_exceeded(&rate, scores[i * 7 % 5], 0.01);
        assert_true(gn_alarm_rate_valid(&rate));
    }
    memset(&rate, 0xff, sizeof rate);
    assert_false(gn_alarm_rate_valid(&rate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_is_kept_whatever_the_law_and_when_it_changes),
        cmocka_unit_test(the_first_ones_say_nothing_and_ties_do_not_exceed),
        cmocka_unit_test(any_score_leaves_it_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
