/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/robust.h"

#include <math.h>
#include <string.h>

#include "learn/detect/scalar.h"

static const double robust_psi_max = 2.5;                     /* in standard deviations */
static const double robust_deviation_clip = 4.0;              /* in mean absolute deviations */
static const double robust_sd_of_deviation = 1.2533141373155; /* sqrt(pi / 2): normal errors */
static const double robust_sd_of_quantum = 0.2886751345948;   /* 1 / sqrt(12): a uniform rounding error */
static const double robust_relative_floor = 1e-9;
static const double robust_absolute_floor = 1e-100;
static const double robust_z_max = 3.0;
static const double robust_correlation_max = 0.98;
static const double robust_memories[GN_ROBUST_MEMORIES - 1] = { 2, 8, 64 };
static const double robust_choose = 1.06; /* a longer memory may err so much more than the best one */
static const double robust_keep = 1.1;    /* and the one in force this much, before it is left */
enum {
    ROBUST_FIRST = 8,         /* before that nothing is clipped: there is no scale yet */
    ROBUST_CHANGES_MAX = 64,  /* memory of the quantum */
    ROBUST_CHOOSE_EVERY = 16, /* values between two looks at which memory is best */
    ROBUST_LONGEST = GN_ROBUST_MEMORIES - 1,
};

void gn_robust_init(struct gn_robust *robust)
{
    memset(robust, 0, sizeof *robust);
    robust->chosen = ROBUST_LONGEST;
}

static double robust_spread(const struct gn_robust *robust, uint32_t which)
{
    double spread = robust->deviation[which] * robust_sd_of_deviation;
    spread = gn_max(spread, robust->quantum * robust_sd_of_quantum);
    spread = gn_max(spread, fabs(robust->location[which]) * robust_relative_floor);
    return gn_max(spread, robust_absolute_floor);
}

double gn_robust_location(const struct gn_robust *robust)
{
    return robust->location[robust->chosen];
}

double gn_robust_spread(const struct gn_robust *robust)
{
    return robust_spread(robust, robust->chosen);
}

static double robust_clip(double x, double limit)
{
    return x > limit ? limit : x < -limit ? -limit : x;
}

/* The size of a change is learnt before the deviation, so that the first change of a series that always
 * stood still is one quantum and not a million standard deviations. */
static void robust_learn_change(struct gn_robust *robust, double value)
{
    const double change = fabs(value - robust->last);
    if (change <= fabs(value) * robust_relative_floor || robust->count == 0)
        return;
    if (robust->change_count < ROBUST_CHANGES_MAX)
        robust->change_count++;
    const double bounded = robust->change_count == 1 ? change : gn_min(change, 4 * robust->quantum);
    robust->quantum += (bounded - robust->quantum) / robust->change_count;
}

static void robust_learn_correlation(struct gn_robust *robust, double value, double gain)
{
    const double error = value - gn_robust_location(robust);
    const double z = robust_clip(error / gn_robust_spread(robust), robust_z_max);
    robust->lag0 += gain * (z * z - robust->lag0);
    robust->lag1 += gain * (z * robust->last_z - robust->lag1);
    robust->last_z = z;
}

static void robust_learn_one(struct gn_robust *robust, uint32_t which, double value, double memory, double gain)
{
    const double error = value - robust->location[which];
    const double own_gain = which < ROBUST_LONGEST ? gn_max(gain, 1 / gn_min(robust_memories[which], memory)) : gain;
    double size = fabs(error);
    if (robust->count <= ROBUST_FIRST) {
        robust->location[which] += own_gain * error;
    } else {
        const double spread = robust_spread(robust, which);
        robust->location[which] += own_gain * robust_clip(error, robust_psi_max * spread);
        size = gn_min(size, robust_deviation_clip * gn_max(robust->deviation[which], robust->quantum));
    }
    robust->deviation[which] += gain * (size - robust->deviation[which]);
}

/* The longest memory that is nearly as good as the best; the one in force has a bonus, so that the choice
 * does not flicker. */
static void robust_choose_memory(struct gn_robust *robust)
{
    double best = robust->deviation[0];
    for (uint32_t i = 1; i < GN_ROBUST_MEMORIES; i++)
        best = gn_min(best, robust->deviation[i]);
    for (uint32_t i = GN_ROBUST_MEMORIES; i-- > 0;) {
        const double most = best * (i == robust->chosen ? robust_keep : robust_choose);
        if (robust->deviation[i] <= most) {
            robust->chosen = i;
            return;
        }
    }
}

void gn_robust_learn(struct gn_robust *robust, double value, double memory)
{
    robust_learn_change(robust, value);
    robust->last = value;
    if (robust->count == 0) {
        for (uint32_t i = 0; i < GN_ROBUST_MEMORIES; i++)
            robust->location[i] = value;
    }
    if (robust->count < GN_ROBUST_COUNT_MAX)
        robust->count++;
    const double gain = 1.0 / gn_min((double)robust->count, memory);
    robust_learn_correlation(robust, value, gain);
    for (uint32_t i = 0; i < GN_ROBUST_MEMORIES; i++)
        robust_learn_one(robust, i, value, memory, gain);
    if (robust->count % ROBUST_CHOOSE_EVERY == 0)
        robust_choose_memory(robust);
}

void gn_robust_loosen(struct gn_robust *robust, uint32_t count)
{
    if (robust->count > count)
        robust->count = count;
}

void gn_robust_reseat(struct gn_robust *robust, double value, uint32_t upto)
{
    for (uint32_t i = 0; robust->count > 0 && i < upto && i < GN_ROBUST_MEMORIES; i++)
        robust->location[i] = value;
    robust->last = robust->count > 0 ? value : robust->last;
}

double gn_robust_correlation(const struct gn_robust *robust)
{
    if (robust->lag0 <= 1e-6 || robust->lag1 <= 0)
        return 0;
    return gn_min(robust->lag1 / robust->lag0, robust_correlation_max);
}

double gn_robust_caution(const struct gn_robust *robust)
{
    if (robust->count == 0)
        return 1;
    const double correlation = gn_robust_correlation(robust);
    return 1 + 3 * (1 + correlation) / (1 - correlation) / robust->count;
}

static bool robust_in(double x, double low, double high)
{
    return x >= low && x <= high; /* false for NaN */
}

bool gn_robust_valid(const struct gn_robust *robust)
{
    const double most = 8 * GN_ROBUST_VALUE_MAX;
    bool valid = robust->chosen < GN_ROBUST_MEMORIES && robust->reserved == 0;
    for (uint32_t i = 0; i < GN_ROBUST_MEMORIES; i++)
        valid = valid && robust_in(robust->location[i], -most, most) && robust_in(robust->deviation[i], 0, 2 * most);
    return valid && robust_in(robust->quantum, 0, 2 * most) && robust_in(robust->last, -most, most) &&
           robust_in(robust->last_z, -robust_z_max, robust_z_max) &&
           robust_in(robust->lag0, 0, robust_z_max * robust_z_max) &&
           robust_in(robust->lag1, -robust_z_max * robust_z_max, robust_z_max * robust_z_max) &&
           robust->count <= GN_ROBUST_COUNT_MAX && robust->change_count <= ROBUST_CHANGES_MAX;
}
