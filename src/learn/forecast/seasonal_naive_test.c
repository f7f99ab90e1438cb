/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "learn/forecast/seasonal_naive.h"

static const double values[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void the_last_season_comes_again(void **state)
{
    (void)state;
    static const double wanted[] = { 5, 6, 7, 8, 5, 6 };
    double out[6];
    gn_seasonal_naive(values, 8, 4, out, 6);
    for (size_t i = 0; i < 6; i++)
        assert_true(out[i] == wanted[i]);
}

static void a_short_series_repeats_its_last_value(void **state)
{
    (void)state;
    double out[2];
    gn_seasonal_naive(values, 3, 4, out, 2);
    assert_true(out[0] == 3 && out[1] == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_season_comes_again),
        cmocka_unit_test(a_short_series_repeats_its_last_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
