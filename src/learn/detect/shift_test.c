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
    trial_common(&gn_detector_shift);
}

static void a_small_lasting_shift_stands_out_more_than_any_noise(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(3);
    double score[GN_DETECTOR_SCORES_MAX];
    double most = 0;
    memset(&bytes, 0, sizeof bytes);
    for (int i = 0; i < 4000; i++) {
        trial_score(&gn_detector_shift, &bytes, i, gn_drawn_normal(&drawn), score);
        most = i > 1000 && score[0] > most ? score[0] : most;
    }
    for (int i = 0; i < 30; i++)
        trial_score(&gn_detector_shift, &bytes, 4000 + i, 2.5 + gn_drawn_normal(&drawn), score);
    assert_true(score[0] > 1.3 * most);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_bears_anything_and_goes_on_from_a_copy),
        cmocka_unit_test(a_small_lasting_shift_stands_out_more_than_any_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
