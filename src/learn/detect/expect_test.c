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
    trial_common(&gn_detector_expect);
}

static void a_rhythm_of_the_day_is_expected(void **state)
{
    (void)state;
    double score[GN_DETECTOR_SCORES_MAX];
    memset(&bytes, 0, sizeof bytes);
    struct gn_drawn drawn = gn_drawn_from(6);
    for (int i = 0; i < 14 * 1440; i++) { /* on from 8 to 18 h */
        const double on = i % 1440 >= 480 && i % 1440 < 1080 ? 50 : 0;
        trial_score(&gn_detector_expect, &bytes, i, on + gn_drawn_normal(&drawn), score);
        assert_true(i < 3 * 1440 || score[0] < 12); /* no edge of it is a surprise by then */
    }
    trial_score(&gn_detector_expect, &bytes, 14 * 1440, 50, score); /* at midnight it is */
    assert_true(score[0] > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_bears_anything_and_goes_on_from_a_copy),
        cmocka_unit_test(a_rhythm_of_the_day_is_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
