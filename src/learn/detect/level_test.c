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
    trial_common(&gn_detector_level);
}

static void a_level_far_off_is_stranger_than_noise(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(1);
    double score[GN_DETECTOR_SCORES_MAX];
    memset(&bytes, 0, sizeof bytes);
    for (int i = 0; i < 3000; i++) {
        trial_score(&gn_detector_level, &bytes, i, 20 + 2 * gn_drawn_normal(&drawn), score);
        assert_true(i <= 20 ? score[0] == 0 : score[0] < 10);
    }
    trial_score(&gn_detector_level, &bytes, 3000, 40, score);
    assert_true(score[0] > 8 && score[0] < 12); /* ten standard deviations */
    for (int i = 0; i < 9; i++)                 /* a few of them do not change what is usual */
        trial_score(&gn_detector_level, &bytes, 3001 + i, 40, score);
    assert_true(score[0] > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_bears_anything_and_goes_on_from_a_copy),
        cmocka_unit_test(a_level_far_off_is_stranger_than_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
