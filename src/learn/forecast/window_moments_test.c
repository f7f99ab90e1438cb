/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/forecast/window_moments.h"

enum { COUNT = 60, LENGTH = 7, SIDE = LENGTH + 1, FROM = 5, TO = 40 };

static void they_are_those_of_every_window_in_turn(void **state)
{
    (void)state;
    double values[COUNT];
    double slow[SIDE][SIDE] = { { 0 } };
    double fast[SIDE * SIDE];
    struct gn_drawn drawn = gn_drawn_from(4);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = gn_drawn_normal(&drawn);
    for (size_t at = FROM; at < TO; at++) {
        double window[SIDE];
        for (size_t i = 0; i < LENGTH; i++)
            window[i] = values[at + i];
        window[LENGTH] = 1;
        for (size_t i = 0; i < SIDE; i++)
            for (size_t j = 0; j < SIDE; j++)
                slow[i][j] += window[i] * window[j] / (TO - FROM);
    }
    gn_window_moments(values, FROM, TO, LENGTH, fast);
    for (size_t i = 0; i < SIDE; i++)
        for (size_t j = 0; j < SIDE; j++)
            assert_true(fabs(fast[i * SIDE + j] - slow[i][j]) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_those_of_every_window_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
