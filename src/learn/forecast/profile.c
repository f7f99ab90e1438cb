/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/profile.h"

#include <assert.h>
#include <stdlib.h>

/* Variance of a median of normal values against that of their mean. */
#define PROFILE_MEDIAN_VARIANCE 1.57

static int profile_compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

void gn_sort(double *values, size_t count)
{
    if (count <= 16) { /* a profile's phases are short */
        for (size_t i = 1; i < count; i++) {
            const double value = values[i];
            size_t j = i;
            for (; j > 0 && values[j - 1] > value; j--)
                values[j] = values[j - 1];
            values[j] = value;
        }
    } else {
        qsort(values, count, sizeof *values, profile_compare);
    }
}

double gn_median_of(double *values, size_t count)
{
    assert(count > 0);
    gn_sort(values, count);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* Values without their centred moving average over `length`; at both ends the nearest average counts. */
static void profile_detrend(const double *values, size_t count, size_t length, double *out)
{
    const size_t half = length / 2;
    const bool even = length % 2 == 0;
    double sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += values[i];
    for (size_t at = 0; at + length + even <= count; at++) {
        /* an even length takes half of each end, so that it has a middle */
        const double mean = even ? sum + (values[at + length] - values[at]) / 2 : sum;
        const double average = mean / (double)length;
        out[at + half] = values[at + half] - average;
        for (size_t i = 0; at == 0 && i < half; i++)
            out[i] = values[i] - average;
        if (at + length + even == count)
            for (size_t i = at + half; i < count; i++)
                out[i] = values[i] - average;
        if (at + length < count)
            sum += values[at + length] - values[at];
    }
}

/* The medians of each phase of `length`, over the whole rhythms at the end. */
static void profile_medians(const double *rest, size_t count, size_t length, double *out, double *sorted)
{
    const size_t rhythms = count / length;
    const double *from = rest + (count - rhythms * length);
    for (size_t phase = 0; phase < length; phase++) {
        for (size_t i = 0; i < rhythms; i++)
            sorted[i] = from[i * length + phase];
        out[phase] = gn_median_of(sorted, rhythms);
    }
}

/* Variance of the median of a phase, mean over the phases. */
static double profile_variance(const double *rest, size_t count, size_t length)
{
    const size_t rhythms = count / length;
    const double *from = rest + (count - rhythms * length);
    double sum = 0;
    for (size_t phase = 0; phase < length; phase++) {
        double mean = 0;
        for (size_t i = 0; i < rhythms; i++)
            mean += from[i * length + phase];
        mean /= (double)rhythms;
        for (size_t i = 0; i < rhythms; i++) {
            const double off = from[i * length + phase] - mean;
            sum += off * off;
        }
    }
    return PROFILE_MEDIAN_VARIANCE * sum / (double)(length * (rhythms - 1) * rhythms);
}

/* Takes from the cycle's medians what exceeds the season's only by chance. `day` holds the season's. */
static void profile_shrink(double *cycle, size_t length, const double *day, size_t season, double variance)
{
    double square = 0;
    for (size_t i = 0; i < length; i++) {
        const double beyond = cycle[i] - day[i % season];
        square += beyond * beyond / (double)length;
    }
    const double share = square > variance ? 1 - variance / square : 0;
    for (size_t i = 0; i < length; i++)
        cycle[i] = day[i % season] + share * (cycle[i] - day[i % season]);
}

size_t gn_profile_find(const struct gn_forecast_task *task, struct gn_forecast_work *work)
{
    const bool has_cycle = task->cycle > task->season && task->season > 1 && task->cycle % task->season == 0 &&
                           task->count > 2 * task->cycle;
    const size_t length = has_cycle ? task->cycle : task->season;
    if (length < 2 || task->count <= 2 * length || length > GN_FORECAST_POINTS_MAX / 2) {
        work->profile[0] = 0;
        return 1;
    }
    profile_detrend(task->values, task->count, length, work->trend);
    double *profile = work->profile;
    profile_medians(work->trend, task->count, length, profile, work->sorted);
    if (has_cycle) {
        double *day = profile + length;
        /* Whole cycles only: then a season's phases are those of the cycle. */
        const size_t whole = task->count / length * length;
        profile_medians(work->trend + (task->count - whole), whole, task->season, day, work->sorted);
        profile_shrink(profile, length, day, task->season, profile_variance(work->trend, task->count, length));
    }
    double mean = 0;
    for (size_t i = 0; i < length; i++)
        mean += profile[i] / (double)length;
    for (size_t i = 0; i < length; i++)
        profile[i] -= mean;
    return length;
}

size_t gn_profile_remove(const struct gn_forecast_task *task, bool profiled, struct gn_forecast_work *work)
{
    size_t length = 1;
    work->profile[0] = 0;
    if (profiled)
        length = gn_profile_find(task, work);
    /* profile[0] is the phase behind the last value, so the first value's phase depends on the count. */
    const size_t first = (length - task->count % length) % length;
    for (size_t i = 0; i < task->count; i++)
        work->rest[i] = task->values[i] - work->profile[(first + i) % length];
    return length;
}
