/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/alarm_rate.h"

#include <math.h>

static const double alarm_rate_step = 0.1;
static const double alarm_rate_step_first = 1;
static const double alarm_rate_slows = 0.6;      /* first steps are as count to the power of minus this */
static const double alarm_rate_log_max = 700;    /* of what a double holds */
static const double alarm_rate_score_min = 1e-9; /* smaller ones are all alike */
static const uint32_t alarm_rate_count_max = 1000000;

bool gn_alarm_rate_exceeded(struct gn_alarm_rate *rate, double score, double share)
{
    const double place = log(fmax(score, alarm_rate_score_min));
    if (rate->count == 0)
        rate->log_limit = place;
    if (rate->count < alarm_rate_count_max)
        rate->count++;
    /* Before 1 / share scores nothing can be told: the limit is at least the largest of them. */
    const bool young = rate->count * share < 1;
    const bool exceeded = place > rate->log_limit;
    if (young) {
        rate->log_limit = fmax(rate->log_limit, place);
        return false;
    }
    const double step = fmax(alarm_rate_step, alarm_rate_step_first * pow(rate->count * share, -alarm_rate_slows));
    rate->log_limit += step * ((exceeded ? 1 : 0) - share);
    rate->log_limit = fmax(fmin(rate->log_limit, alarm_rate_log_max), -alarm_rate_log_max);
    return exceeded;
}

bool gn_alarm_rate_valid(const struct gn_alarm_rate *rate)
{
    return fabs(rate->log_limit) <= alarm_rate_log_max + 10 && rate->count <= alarm_rate_count_max &&
           rate->reserved == 0;
}
