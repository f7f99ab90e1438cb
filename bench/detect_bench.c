/* SPDX-License-Identifier: Apache-2.0 */
/* detect_bench -- nanoseconds of processor time a reading, and bytes a series, of every detector and of both tiers.
 *
 * 64 series in turn, so that a state is not always in the nearest cache; drawn from fixed seeds: a day, noise. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "learn/detect/detector.h"
#include "learn/detect/drawn.h"
#include "learn/detect/ensemble.h"

enum { SERIES = 64, READINGS = 4000, WARM = 2500, STEP_MS = 300000 };

static double values[READINGS];

static double cpu_ns(void)
{
    return (double)clock() * 1e9 / CLOCKS_PER_SEC;
}

static int measure(const char *name, const struct gn_detector *alone, gn_ensemble_tier tier)
{
    const size_t size = alone != NULL ? gn_ensemble_alone_size(alone) : gn_ensemble_size(tier);
    char *states = gn_mem_take(size * SERIES, "bench");
    double sum = 0;
    double from_ns = 0;
    if (states == NULL)
        return EXIT_FAILURE;
    for (size_t i = 0; i < SERIES; i++) {
        if (alone != NULL)
            gn_ensemble_alone_init(states + i * size, alone);
        else
            gn_ensemble_init(states + i * size, tier);
    }
    for (int i = 0; i < READINGS; i++) {
        if (i == WARM)
            from_ns = cpu_ns();
        for (size_t j = 0; j < SERIES; j++) {
            struct gn_surprise surprise;
            gn_ensemble_score(states + j * size, (int64_t)i * STEP_MS, values[i], &surprise);
            sum += surprise.score;
        }
    }
    const double ns = (cpu_ns() - from_ns) / ((READINGS - WARM) * (double)SERIES);
    printf("  %-10s %8.0f ns  %6zu bytes%s\n", name, ns, size, sum < 0 ? " " : "");
    gn_mem_give(states);
    return EXIT_SUCCESS;
}

int main(void)
{
    struct gn_drawn drawn = gn_drawn_from(1);
    for (int i = 0; i < READINGS; i++)
        values[i] = 20 + 5 * sin(i * 6.283185307179586 / 288) + gn_drawn_normal(&drawn);
    printf("one reading, processor time; bytes a series (each detector with its rarity and the ensemble's head)\n");
    int failed = EXIT_SUCCESS;
    for (size_t i = 0; gn_ensemble_detector(i) != NULL; i++)
        failed |= measure(gn_ensemble_detector(i)->name, gn_ensemble_detector(i), GN_ENSEMBLE_DEFAULT);
    failed |= measure("default", NULL, GN_ENSEMBLE_DEFAULT);
    failed |= measure("deep", NULL, GN_ENSEMBLE_DEEP);
    printf("aims: default at most 2000 ns and 2048 bytes, deep at most 32768 bytes\n");
    return failed;
}
