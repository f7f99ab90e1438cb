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
    trial_common(&gn_detector_season);
}

static void a_working_day_without_work_is_strange(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(7);
    double score[GN_DETECTOR_SCORES_MAX];
    double usual = 0;
    memset(&bytes, 0, sizeof bytes);
    for (int i = 0; i < 6 * 7 * 1440; i += 10) {
        const double busy = i / 1440 % 7 < 5 ? 30 : 5;
        trial_score(&gn_detector_season, &bytes, i, busy + gn_drawn_normal(&drawn), score);
        usual = i > 4 * 7 * 1440 && score[0] > usual ? score[0] : usual;
    }
    trial_score(&gn_detector_season, &bytes, 6 * 7 * 1440 + 600, 5, score); /* what weekends are */
    assert_true(usual < 8 && score[0] > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_bears_anything_and_goes_on_from_a_copy),
        cmocka_unit_test(a_working_day_without_work_is_strange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
