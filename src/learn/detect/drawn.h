/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/drawn.h -- random numbers for tests and benches of this room, from a seed, so that a figure
 * can be had again. No model draws anything.
 *
 * Generator: G. Marsaglia, "Xorshift RNGs" (2003). Normal numbers: Box and Muller (1958). */
#ifndef GN_LEARN_DETECT_DRAWN_H
#define GN_LEARN_DETECT_DRAWN_H

#include <math.h>
#include <stdint.h>

struct gn_drawn {
    uint64_t seed; /* not 0 */
};

static inline struct gn_drawn gn_drawn_from(uint64_t number) /* 1, 2, 3 ... */
{
    return (struct gn_drawn){ number * 0x9e3779b97f4a7c15 };
}

static inline double gn_drawn_uniform(struct gn_drawn *drawn) /* (0, 1) */
{
    drawn->seed ^= drawn->seed << 13;
    drawn->seed ^= drawn->seed >> 7;
    drawn->seed ^= drawn->seed << 17;
    return ((double)(drawn->seed >> 12) + 0.5) / 4503599627370496.0;
}

static inline double gn_drawn_normal(struct gn_drawn *drawn)
{
    const double radius = sqrt(-2 * log(gn_drawn_uniform(drawn)));
    return radius * cos(6.283185307179586 * gn_drawn_uniform(drawn));
}

#endif
