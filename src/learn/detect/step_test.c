/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "learn/detect/detector_trial.h"

static struct trial_state bytes;

static void it_bears_anything_and_goes_on_from_a_copy(void **state)
{
    (void)state;
    trial_common(&gn_detector_step);
}

static void a_change_counts_and_a_level_does_not(void **state)
{
    (void)state;
    double score[GN_DETECTOR_SCORES_MAX];
    memset(&bytes, 0, sizeof bytes);
    for (int i = 0; i < 500; i++)
        trial_score(&gn_detector_step, &bytes, i, i % 2, score);
    assert_true(fabs(score[0] - 1) < 1e-6); /* every change is 1 */
    trial_score(&gn_detector_step, &bytes, 500, 10, score);
    assert_true(score[0] > 8 && score[0] < 12);
    trial_score(&gn_detector_step, &bytes, 501, 10, score);
    assert_true(score[0] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_bears_anything_and_goes_on_from_a_copy),
        cmocka_unit_test(a_change_counts_and_a_level_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
