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
    trial_common(&gn_detector_energy);
}

static void noise_that_grows_and_noise_that_stops_are_both_strange(void **state)
{
    (void)state;
    static const double sizes[] = { 4, 0.1 };
    for (size_t k = 0; k < 2; k++) {
        struct gn_drawn drawn = gn_drawn_from(4);
        double score[GN_DETECTOR_SCORES_MAX];
        double most[2] = { 0, 0 };
        memset(&bytes, 0, sizeof bytes);
        for (int i = 0; i < 4000; i++) {
            trial_score(&gn_detector_energy, &bytes, i, gn_drawn_normal(&drawn), score);
            for (int j = 0; j < 2; j++)
                most[j] = i > 1000 && score[j] > most[j] ? score[j] : most[j];
        }
        for (int i = 0; i < 60; i++)
            trial_score(&gn_detector_energy, &bytes, 4000 + i, sizes[k] * gn_drawn_normal(&drawn), score);
        assert_true(score[0] > most[0] && score[1] > most[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_bears_anything_and_goes_on_from_a_copy),
        cmocka_unit_test(noise_that_grows_and_noise_that_stops_are_both_strange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
