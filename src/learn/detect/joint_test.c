/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "learn/detect/drawn.h"
#include "learn/detect/joint.h"

enum { SERIES = 4, ROWS = 2000, HOUR_MS = 3600000 };
static double values[SERIES][ROWS];
static int64_t times[ROWS];
static double scratch[(SERIES + 1) * ROWS];
static struct gn_joint joint;

/* A pump follows the hour, a level follows the pump, two sensors of it say the same; the last is on its own. */
static void draw(uint64_t seed)
{
    struct gn_drawn drawn = gn_drawn_from(seed);
    double level = 0;
    for (int i = 0; i < ROWS; i++) {
        const double pump = sin(i * 6.283185307179586 / 24) + 0.2 * gn_drawn_normal(&drawn);
        times[i] = (int64_t)i * HOUR_MS;
        values[0][i] = 50 + 10 * pump;
        values[1][i] = 3 + level + 0.05 * gn_drawn_normal(&drawn);
        values[2][i] = 30 + 10 * level + 0.5 * gn_drawn_normal(&drawn);
        values[3][i] = gn_drawn_normal(&drawn);
        level = 0.8 * level + 0.3 * pump;
    }
}

static void fit(void)
{
    draw(1);
    assert_int_equal(gn_joint_fit(&joint, SERIES, ROWS, times, &values[0][0], scratch), GN_OK);
}

static void usual_readings_score_above_1_as_seldom_as_it_says(void **state)
{
    (void)state;
    double parts[SERIES];
    int above = 0;
    fit();
    draw(2);
    for (int i = 0; i < ROWS; i++)
        above += gn_joint_score(&joint, times[i], &values[0][i], ROWS, parts) > 1 ? 1 : 0;
    assert_in_range(above, 1, ROWS / 20); /* 1 %, in runs */
}

static void a_relation_that_breaks_is_found_and_its_series_named(void **state)
{
    (void)state;
    for (size_t culprit = 0; culprit < 3; culprit++) { /* each value stays within what is usual for it */
        double parts[SERIES];
        double most = 0;
        fit();
        draw(3);
        for (int i = 0; i < 1000; i++)
            (void)gn_joint_score(&joint, times[i], &values[0][i], ROWS, parts);
        for (int i = 1000; i < 1024; i++) {
            const double off = values[culprit][i] > joint.center[culprit] ? -2 : 2; /* where it sometimes is */
            values[culprit][i] = joint.center[culprit] + off * joint.scale[culprit];
            const double score = gn_joint_score(&joint, times[i], &values[0][i], ROWS, parts);
            for (size_t j = 0; j < SERIES; j++)
                assert_true(parts[j] <= score);
            if (i == 1000) /* at once; those it helps to predict follow one reading later */
                assert_true(parts[culprit] == score);
            most = fmax(most, score);
        }
        assert_true(most > 1.5);
    }
}

static void constants_and_extremes_are_borne(void **state)
{
    (void)state;
    double parts[SERIES];
    draw(4);
    for (int i = 0; i < ROWS; i++) {
        values[0][i] = 5;
        values[3][i] = i % 500 == 0 ? 1e100 : 0;
    }
    assert_int_equal(gn_joint_fit(&joint, SERIES, ROWS, times, &values[0][0], scratch), GN_OK);
    const double extremes[][SERIES] = { { 5, 3, 30, 0 }, { -1e308, 1e308, 0, 1e308 }, { 5, 3, 30, 0 } };
    for (size_t i = 0; i < 3; i++) {
        const double score = gn_joint_score(&joint, -times[i], extremes[i], 1, parts);
        assert_true(score >= 0 && isfinite(score));
    }
    assert_true(gn_joint_score(&joint, 0, extremes[1], 1, parts) > 1);
}

static void what_cannot_be_fitted_is_refused(void **state)
{
    (void)state;
    draw(5);
    assert_int_equal(gn_joint_fit(&joint, 0, ROWS, times, &values[0][0], scratch), GN_ERR_INVAL);
    assert_int_equal(gn_joint_fit(&joint, GN_JOINT_SERIES_MAX + 1, ROWS, times, &values[0][0], scratch), GN_ERR_INVAL);
    assert_int_equal(gn_joint_fit(&joint, SERIES, GN_JOINT_ROWS_MIN - 1, times, &values[0][0], scratch), GN_ERR_INVAL);
    values[1][7] = 1e300;
    values[1][8] = -1e300; /* their squares are infinite */
    assert_int_equal(gn_joint_fit(&joint, SERIES, ROWS, times, &values[0][0], scratch), GN_ERR_INVAL);
}

static void a_copy_goes_on_the_same(void **state)
{
    (void)state;
    static struct gn_joint copy;
    double one[SERIES];
    double two[SERIES];
    fit();
    for (int i = 0; i < 100; i++)
        (void)gn_joint_score(&joint, times[i], &values[0][i], ROWS, one);
    copy = joint;
    for (int i = 100; i < 200; i++) {
        const double a = gn_joint_score(&joint, times[i], &values[0][i], ROWS, one);
        const double b = gn_joint_score(&copy, times[i], &values[0][i], ROWS, two);
        assert_true(a == b);
        assert_memory_equal(one, two, sizeof one);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_readings_score_above_1_as_seldom_as_it_says),
        cmocka_unit_test(a_relation_that_breaks_is_found_and_its_series_named),
        cmocka_unit_test(constants_and_extremes_are_borne),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
        cmocka_unit_test(a_copy_goes_on_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
