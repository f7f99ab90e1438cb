/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/silence.h"

#include <math.h>

static const double silence_mean_memory = 64;
static const double silence_longest_memory = 256;
static const double silence_bursts = 8; /* a longest pause so many times the mean: it speaks in bursts */
static const double silence_ms_max = 1e15;

static double silence_larger(double a, double b)
{
    return a > b ? a : b;
}

static double silence_smaller(double a, double b)
{
    return a < b ? a : b;
}

void gn_silence_hear(struct gn_silence *silence, int64_t now_ms, int64_t listened_ms, bool alive)
{
    double pause = silence_smaller((double)listened_ms - (double)silence->heard_at, silence_ms_max);
    if (silence->count > 0 && pause < 1)
        return; /* the same arrival */
    if (silence->count > 0) {
        if (silence->told_at != 0 && !alive)
            pause = silence_smaller(pause, 2 * silence_larger(silence->longest_ms, 1));
        silence->mean_ms += (pause - silence->mean_ms) / silence_smaller(silence->count, silence_mean_memory);
        silence->longest_ms += (silence->mean_ms - silence->longest_ms) / silence_longest_memory;
        silence->longest_ms = silence_larger(silence->longest_ms, pause);
    }
    if (silence->count < UINT32_MAX)
        silence->count++;
    silence->heard_ms = now_ms;
    silence->heard_at = listened_ms;
    silence->told_at = 0;
    silence->missed = 0;
}

int64_t gn_silence_patience_ms(const struct gn_silence *silence)
{
    const bool bursts = silence->longest_ms > silence_larger(silence_bursts * silence->mean_ms, GN_SILENCE_MS_LEAST);
    if (silence->count < GN_SILENCE_ARRIVALS_LEAST || bursts)
        return INT64_MAX;
    return (int64_t)silence_larger(GN_SILENCE_PERIODS * silence->longest_ms, GN_SILENCE_MS_LEAST);
}

bool gn_silence_is_overdue(const struct gn_silence *silence, int64_t listened_ms)
{
    return listened_ms - silence->heard_at > gn_silence_patience_ms(silence);
}

static bool silence_in(double ms)
{
    return ms >= 0 && ms <= silence_ms_max; /* false for NaN */
}

bool gn_silence_valid(const struct gn_silence *silence)
{
    const int64_t far = INT64_C(1) << 60;
    return silence_in(silence->mean_ms) && silence_in(silence->longest_ms) && silence->heard_at >= 0 &&
           silence->heard_at <= far && silence->told_at >= 0 && silence->told_at <= far && silence->heard_ms >= -far &&
           silence->heard_ms <= far && silence->missed <= 1;
}
