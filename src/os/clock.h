/* SPDX-License-Identifier: Apache-2.0 */
/* os/clock.h -- the only two clocks, and who may read them.
 *
 * The wall clock stamps readings and ticks (net thread); everything behind the ring knows time only
 * from the journal. Tests hand in a struct gn_clock of their own. */
#ifndef GN_OS_CLOCK_H
#define GN_OS_CLOCK_H

#include <stdint.h>

struct gn_clock {
    int64_t (*wall_ms)(void *self); /* may step in both directions */
    int64_t (*mono_us)(void *self); /* never goes back */
    void *self;
};

/* The machine's clocks. */
struct gn_clock gn_clock_system(void);

/* A clock that stands still until it is told otherwise. */
struct gn_clock_sim {
    int64_t wall_ms;
    int64_t mono_us;
};
struct gn_clock gn_clock_simulated(struct gn_clock_sim *sim);

static inline int64_t gn_wall_ms(const struct gn_clock *clock)
{
    return clock->wall_ms(clock->self);
}

static inline int64_t gn_mono_us(const struct gn_clock *clock)
{
    return clock->mono_us(clock->self);
}

#endif
