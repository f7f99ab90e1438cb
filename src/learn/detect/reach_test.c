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
    trial_common(&gn_detector_reach);
}

static void only_what_was_never_seen_is_strange(void **state)
{
    (void)state;
    double score[GN_DETECTOR_SCORES_MAX];
    memset(&bytes, 0, sizeof bytes);
    for (int i = 0; i < 500; i++) {
        trial_score(&gn_detector_reach, &bytes, i, i % 11, score);
        assert_true(i < 20 || score[0] < 1);
    }
    trial_score(&gn_detector_reach, &bytes, 500, 15, score);
    assert_true(score[0] > 45 && score[0] < 60); /* half a range beyond it, in percent */
    trial_score(&gn_detector_reach, &bytes, 501, 15, score);
    assert_true(score[0] < 1); /* seen */
    trial_score(&gn_detector_reach, &bytes, 502, -5, score);
    assert_true(score[0] > 25 && score[0] < 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_bears_anything_and_goes_on_from_a_copy),
        cmocka_unit_test(only_what_was_never_seen_is_strange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
