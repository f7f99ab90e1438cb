/* SPDX-License-Identifier: Apache-2.0 */
/* forecast_bench -- processor time of one forecast: an hourly series, fitted from 700 values, a week ahead.
 *
 * The series is drawn from a fixed seed: day, week, and a wandering rest. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "learn/detect/drawn.h"
#include "learn/forecast/forecast.h"

enum { COUNT = 700, HORIZON = 168, ROUNDS = 200 };

static double cpu_ms(void)
{
    return (double)clock() * 1000 / CLOCKS_PER_SEC;
}

int main(void)
{
    static struct gn_forecast_memory memory;
    static double values[COUNT];
    static double out[HORIZON];
    struct gn_drawn drawn = gn_drawn_from(1);
    double wander = 0;
    for (size_t i = 0; i < COUNT; i++) {
        wander = 0.9 * wander + gn_drawn_normal(&drawn);
        values[i] = 100 + 20 * sin((double)i * 0.2617993878) + (i / 24 % 7 >= 5 ? 0 : 15) + wander;
    }
    const struct gn_forecast_task task = {
        .values = values, .count = COUNT, .season = 24, .cycle = 168, .horizon = HORIZON
    };
    const double from_ms = cpu_ms();
    for (int i = 0; i < ROUNDS; i++)
        if (gn_forecast(&task, &memory, out, NULL))
            return EXIT_FAILURE;
    printf("one series, %d hourly values, %d ahead: %.2f ms (at most 5), %zu KiB of memory shared by all\n", COUNT,
           HORIZON, (cpu_ms() - from_ms) / ROUNDS, sizeof memory / 1024);
    return EXIT_SUCCESS;
}
