/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "store/quantile.h"

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* By hand: the place of 40 % among four is 1.2, so the value lies a fifth of the way from 2 to 3. */
static void it_lies_between_two_values_in_proportion(void **state)
{
    (void)state;
    const double parts[] = { 0, 0.25, 0.4, 0.5, 0.75, 0.9, 1 };
    const double expect[] = { 1, 1.75, 2.2, 2.5, 3.25, 3.7, 4 };
    for (size_t i = 0; i < 7; i++) {
        double values[] = { 3, 1, 4, 2 };
        assert_true(fabs(gn_quantile(values, 4, parts[i]) - expect[i]) < 1e-12);
    }
    double one[] = { 7 };
    assert_true(gn_quantile(one, 1, 0.5) == 7);
}

static void it_equals_sorting(void **state)
{
    (void)state;
    double values[500], sorted[500];
    uint32_t r = 1;
    for (int round = 0; round < 300; round++) {
        const size_t count = 1 + (size_t)round;
        for (size_t i = 0; i < count; i++) {
            r = r * 1664525 + 1013904223;
            values[i] = round % 3 == 0 ? (double)i : (double)((r >> 8) % (round % 3 == 1 ? 5 : 100000));
        }
        memcpy(sorted, values, sizeof sorted);
        qsort(sorted, count, sizeof sorted[0], compare);
        const double part = (double)(round % 11) / 10;
        const double place = part * (double)(count - 1);
        const size_t k = (size_t)place;
        const double above = k + 1 < count ? sorted[k + 1] : sorted[k];
        const double expect = sorted[k] + (place - (double)k) * (above - sorted[k]);
        assert_true(fabs(gn_quantile(values, count, part) - expect) < 1e-9);
    }
}

static void what_is_not_finite_is_left_out(void **state)
{
    (void)state;
    double some[] = { NAN, 5, INFINITY, 7, -INFINITY };
    double none[] = { NAN, INFINITY };
    assert_true(gn_quantile(some, 5, 0.5) == 6);
    assert_true(isnan(gn_quantile(none, 2, 0.5)));
    assert_true(isnan(gn_quantile(none, 0, 0.5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_lies_between_two_values_in_proportion),
        cmocka_unit_test(it_equals_sorting),
        cmocka_unit_test(what_is_not_finite_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
