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
    trial_common(&gn_detector_discord);
}

static void a_stretch_of_another_shape_is_strange_though_its_values_are_not(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(8);
    double score[GN_DETECTOR_SCORES_MAX];
    double most[2] = { 0, 0 };
    memset(&bytes, 0, sizeof bytes);
    for (int i = 0; i < 5000; i++) {
        const double value = sin(i * 0.1) + 0.05 * gn_drawn_normal(&drawn);
        trial_score(&gn_detector_discord, &bytes, i, value, score);
        for (int j = 0; j < 2; j++)
            most[j] = i > 1000 && score[j] > most[j] ? score[j] : most[j];
    }
    for (int i = 5000; i < 5060; i++) /* as before, but twice as quick */
        trial_score(&gn_detector_discord, &bytes, i, sin(i * 0.2) + 0.05 * gn_drawn_normal(&drawn), score);
    assert_true(score[0] > 2 * most[0] && score[1] > 2 * most[1]);
}

static void distances_are_those_of_the_definition(void **state)
{
    (void)state;
    enum { COUNT = 200, SPAN = 8, WARM = 32 };
    struct gn_drawn drawn = gn_drawn_from(9);
    double values[COUNT];
    double score[GN_DETECTOR_SCORES_MAX];
    double unit = 0;
    double mean = 0;
    double deviation = 0;
    memset(&bytes, 0, sizeof bytes);
    for (int i = 0; i < COUNT; i++) {
        values[i] = gn_drawn_normal(&drawn);
        trial_score(&gn_detector_discord, &bytes, i, values[i], score);
    }
    for (int i = 0; i < WARM; i++)
        unit += fabs(values[i] - values[0]) / WARM;
    for (int i = WARM; i < COUNT; i++) {
        const double x = (values[i] - values[0]) / unit;
        mean += (x - mean) / (i - WARM + 1);
        deviation += (fabs(x - mean) - deviation) / (i - WARM + 1);
    }
    double least = 1e30;
    for (int lag = SPAN; lag <= COUNT - 1 - WARM - SPAN; lag++) {
        double sum = 0;
        for (int i = WARM + lag; i < COUNT; i++)
            sum = sum * (1 - 1.0 / SPAN) + (values[i] - values[i - lag]) * (values[i] - values[i - lag]);
        least = sum < least ? sum : least;
    }
    assert_true(fabs(score[0] - sqrt(least / SPAN) / unit / deviation) < 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_bears_anything_and_goes_on_from_a_copy),
        cmocka_unit_test(a_stretch_of_another_shape_is_strange_though_its_values_are_not),
        cmocka_unit_test(distances_are_those_of_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
