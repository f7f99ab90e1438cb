/* SPDX-License-Identifier: Apache-2.0 */
#include "os/clock.h"

#include <time.h>

static int64_t clock_system_wall_ms(void *self)
{
    (void)self;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail with a valid clock and address */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t clock_system_mono_us(void *self)
{
    (void)self;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct gn_clock gn_clock_system(void)
{
    return (struct gn_clock){ .wall_ms = clock_system_wall_ms, .mono_us = clock_system_mono_us };
}

static int64_t clock_sim_wall_ms(void *self)
{
    const struct gn_clock_sim *sim = self;
    return sim->wall_ms;
}

static int64_t clock_sim_mono_us(void *self)
{
    const struct gn_clock_sim *sim = self;
    return sim->mono_us;
}

struct gn_clock gn_clock_simulated(struct gn_clock_sim *sim)
{
    return (struct gn_clock){ .wall_ms = clock_sim_wall_ms, .mono_us = clock_sim_mono_us, .self = sim };
}
