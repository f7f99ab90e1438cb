/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "eval/nab_score.h"

enum { ROWS = 4000, FREE = 600 };
static double scores[2][ROWS];
static const struct gn_nab_window window = { 2000, 2199 }; /* 200 rows */

static void assert_near(double value, double wanted)
{
    if (!(fabs(value - wanted) < 1e-9))
        fail_msg("%.12g is not %.12g", value, wanted);
}

static struct gn_nab_result score(gn_nab_profile profile)
{
    const struct gn_nab_series series[] = { { scores[0], ROWS, &window, 1 }, { scores[1], ROWS, NULL, 0 } };
    struct gn_nab_result result;
    assert_int_equal(gn_nab_score(series, 2, profile, &result), GN_OK);
    return result;
}

static double sigmoid(double x)
{
    return 2 / (1 + exp(5 * x)) - 1;
}

static void no_alarm_is_0_and_an_alarm_in_the_first_row_is_100(void **state)
{
    (void)state;
    memset(scores, 0, sizeof scores);
    const struct gn_nab_result none = score(GN_NAB_STANDARD);
    assert_near(none.score, 0);
    assert_true(isinf(none.threshold) && none.hits == 0);
    scores[0][2000] = 1;
    for (int i = 0; i < GN_NAB_PROFILES; i++) {
        const struct gn_nab_result perfect = score((gn_nab_profile)i);
        assert_near(perfect.score, 100);
        assert_near(perfect.threshold, 1);
        assert_int_equal(perfect.hits, 1);
        assert_int_equal(perfect.false_alarms, 0);
    }
}

static void the_earliest_alarm_of_a_window_counts_and_the_others_are_free(void **state)
{
    (void)state;
    memset(scores, 0, sizeof scores);
    scores[0][2100] = 0.9; /* half of the window is left: p = -100 / 200 */
    scores[0][2101] = scores[0][2199] = 0.9;
    const struct gn_nab_result result = score(GN_NAB_STANDARD);
    assert_near(result.score, 100 * (sigmoid(-0.5) / sigmoid(-1) + 1) / 2);
    assert_int_equal(result.hits, 1);
}

static void false_alarms_cost_what_the_profile_says(void **state)
{
    (void)state;
    memset(scores, 0, sizeof scores);
    scores[0][2000] = 1;
    scores[0][1000] = 1;       /* before any window: -1 */
    scores[0][2199 + 199] = 1; /* one width behind it */
    scores[1][3000] = 1;       /* in a series without any */
    scores[1][FREE - 1] = 1;   /* in the free part */
    const double cost = 1 + 1 - sigmoid(1);
    assert_near(score(GN_NAB_STANDARD).score, 100 * (2 - 0.11 * cost) / 2);
    assert_near(score(GN_NAB_LOW_FP).score, 100 * (2 - 0.22 * cost) / 2);
    assert_near(score(GN_NAB_LOW_FN).score, 100 * (3 - 0.11 * cost) / 3);
    assert_int_equal(score(GN_NAB_STANDARD).false_alarms, 3);
    /* One miss and one alarm before the window: -1.11, as NAB prints for cpu_utilization_asg_misconfiguration. */
}

static void one_threshold_holds_for_all_series(void **state)
{
    (void)state;
    memset(scores, 0, sizeof scores);
    scores[0][2000] = 0.5;
    for (int i = FREE; i < ROWS; i++) /* louder, and of no use: to hear the window costs all of these */
        scores[1][i] = 0.6;
    assert_near(score(GN_NAB_STANDARD).score, 0);
    for (int i = FREE; i < ROWS; i++)
        scores[1][i] = 0.4;
    assert_near(score(GN_NAB_STANDARD).score, 100);
    assert_near(score(GN_NAB_STANDARD).threshold, 0.5);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    const struct gn_nab_series series = { scores[0], ROWS, &window, 1 };
    struct gn_nab_result result;
    for (size_t i = 1; i <= 2; i++) {
        gn_mem_fail_after(i);
        assert_int_equal(gn_nab_score(&series, 1, GN_NAB_STANDARD, &result), GN_ERR_FULL);
    }
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_alarm_is_0_and_an_alarm_in_the_first_row_is_100),
        cmocka_unit_test(the_earliest_alarm_of_a_window_counts_and_the_others_are_free),
        cmocka_unit_test(false_alarms_cost_what_the_profile_says),
        cmocka_unit_test(one_threshold_holds_for_all_series),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
