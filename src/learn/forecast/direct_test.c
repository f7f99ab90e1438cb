/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/forecast/direct.h"
#include "learn/forecast/window_moments.h"

enum { COUNT = 3000, LOOK = 30, HORIZON = 12, WINDOW = LOOK + HORIZON, SIDE = WINDOW + 1, TRAIN = 2000 };

static const struct gn_direct_shape shape = { .look_back_max = LOOK, .horizon = HORIZON };
static double values[COUNT];
static double moments[SIDE * SIDE];
static double map[HORIZON * (LOOK + 1)];
static double work[(LOOK + 1) * (LOOK + 2)];
static double out[HORIZON];

/* A rhythm of 12 around `level`, and noise. */
static void draw(double level, double noise)
{
    struct gn_drawn drawn = gn_drawn_from(9);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = level + sin(2 * M_PI * (double)i / 12) + noise * gn_drawn_normal(&drawn);
}

/* Mean squared error of the map over the windows that start in [from, to). */
static double slow_error(size_t from, size_t to)
{
    double sum = 0;
    for (size_t at = from; at < to; at++) {
        gn_direct_forecast(shape, map, values + at, out);
        for (size_t i = 0; i < HORIZON; i++)
            sum += (out[i] - values[at + LOOK + i]) * (out[i] - values[at + LOOK + i]);
    }
    return sum / (double)((to - from) * HORIZON);
}

static void a_rhythm_is_carried_on(void **state)
{
    (void)state;
    draw(5, 0.1);
    gn_window_moments(values, 0, TRAIN - WINDOW + 1, WINDOW, moments);
    for (int level = 0; level < 2; level++)
        for (size_t look_back = 15; look_back <= LOOK; look_back += 15) {
            assert_true(gn_direct_fit(shape, moments, look_back, level == 1, map, work));
            assert_true(slow_error(TRAIN, COUNT - WINDOW) < 0.02);
        }
}

static void the_error_is_that_of_every_window_in_turn(void **state)
{
    (void)state;
    draw(2, 0.5);
    gn_window_moments(values, 0, TRAIN - WINDOW + 1, WINDOW, moments);
    assert_true(gn_direct_fit(shape, moments, 20, true, map, work));
    gn_window_moments(values, TRAIN, COUNT - WINDOW, WINDOW, moments);
    const double error = gn_direct_error(shape, moments, 20, map, work);
    assert_true(fabs(error - slow_error(TRAIN, COUNT - WINDOW)) < 1e-9);
}

static void with_level_a_series_that_moved_is_followed(void **state)
{
    (void)state;
    draw(0, 0.1);
    gn_window_moments(values, 0, TRAIN - WINDOW + 1, WINDOW, moments);
    assert_true(gn_direct_fit(shape, moments, 24, true, map, work));
    draw(100, 0.1); /* nothing like it was learnt */
    assert_true(slow_error(TRAIN, COUNT - WINDOW) < 0.05);
}

static void a_series_that_never_moves_and_one_that_is_not_finite_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 0;
    gn_window_moments(values, 0, TRAIN, WINDOW, moments);
    assert_false(gn_direct_fit(shape, moments, LOOK, true, map, work));
    moments[0] = NAN;
    assert_false(gn_direct_fit(shape, moments, LOOK, false, map, work));
}

static void maps_near_the_best_share(void **state)
{
    (void)state;
    const double errors[] = { 1.0, 1.0199, 1.03, INFINITY };
    double weights[4];
    gn_direct_choose(errors, 4, weights);
    assert_true(weights[0] == 0.5 && weights[1] == 0.5 && weights[2] == 0 && weights[3] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rhythm_is_carried_on),
        cmocka_unit_test(the_error_is_that_of_every_window_in_turn),
        cmocka_unit_test(with_level_a_series_that_moved_is_followed),
        cmocka_unit_test(a_series_that_never_moves_and_one_that_is_not_finite_are_refused),
        cmocka_unit_test(maps_near_the_best_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
