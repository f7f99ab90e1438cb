/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "eval/windowed_gaussian.h"

static void it_is_the_normal_law_of_what_came_before(void **state)
{
    (void)state;
    double values[1202];
    double scores[1202];
    for (int i = 0; i < 1200; i++)
        values[i] = i < 200 ? 1e6 : i % 2; /* the first 200 are forgotten: mean and deviation 1/2 */
    values[1200] = 1.5;
    values[1201] = -0.5;
    gn_windowed_gaussian(values, 1202, scores);
    assert_true(scores[0] == 0);
    assert_true(fabs(scores[1200] - 0.9772498680518208) < 1e-12); /* two standard deviations */
    assert_true(scores[1201] > 0.97);
}

static void a_constant_is_left_at_once(void **state)
{
    (void)state;
    const double values[] = { 3, 3, 3, 3.1 };
    double scores[4];
    gn_windowed_gaussian(values, 4, scores);
    assert_true(fabs(scores[2] - 0.5) < 1e-12 && scores[3] > 0.999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_normal_law_of_what_came_before),
        cmocka_unit_test(a_constant_is_left_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
