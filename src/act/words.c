/* SPDX-License-Identifier: Apache-2.0 */
#include "act/words.h"

#include <math.h>
#include <stdio.h>

#define WORDS_GROUPED_MAX 1e15 /* beyond, a count of digits says nothing */
#define WORDS_RAREST      1e6  /* one in so many; beyond, a figure would claim more than any model knows */

/* Digits in groups of three with a blank between: 3200 -> "3 200". */
static void words_add_grouped(struct gn_buf *out, double whole)
{
    char digits[32];
    const int size = snprintf(digits, sizeof digits, "%.0f", fabs(whole));
    if (whole < 0.0)
        gn_buf_add_text(out, "-");
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            gn_buf_add_text(out, " ");
        gn_buf_add_u8(out, (uint8_t)digits[i]);
    }
}

void gn_words_number(struct gn_buf *out, double value)
{
    if (!isfinite(value))
        gn_buf_add_text(out, "unknown");
    else if (value == 0.0)
        gn_buf_add_text(out, "0"); /* not "-0" */
    else if (fabs(value) < 999.5 || fabs(value) >= WORDS_GROUPED_MAX)
        gn_buf_addf(out, "%.3g", value);
    else
        words_add_grouped(out, value);
}

void gn_words_value(struct gn_buf *out, double value, gn_str unit)
{
    gn_words_number(out, value);
    if (unit.size == 0)
        return;
    gn_buf_add_text(out, " ");
    gn_buf_add_str(out, unit);
}

void gn_words_exact(struct gn_buf *out, double value, gn_str unit)
{
    if (isfinite(value))
        gn_buf_addf(out, "%.6g", value == 0.0 ? 0.0 : value);
    else
        gn_buf_add_text(out, "unknown");
    if (unit.size == 0)
        return;
    gn_buf_add_text(out, " ");
    gn_buf_add_str(out, unit);
}

void gn_words_duration(struct gn_buf *out, int64_t duration_ms)
{
    static const struct {
        int64_t ms;
        const char *one, *many;
    } steps[] = {
        { 86400000, "day", "days" }, { 3600000, "hour", "hours" }, { 60000, "minute", "minutes" }, { 1000, "s", "s" },
        { 1, "ms", "ms" },
    };
    const int64_t ms = duration_ms > 0 ? duration_ms : 0;
    size_t step = 0;
    /* From two of a unit on it is used, so that 90 s does not become "2 minutes"; seconds already from one. */
    while (step < 4 && ms < steps[step].ms * (step < 3 ? 2 : 1))
        step++;
    const int64_t count = (ms + steps[step].ms / 2) / steps[step].ms;
    gn_buf_addf(out, "%lld %s", (long long)count, count == 1 ? steps[step].one : steps[step].many);
}

void gn_words_chance(struct gn_buf *out, double p)
{
    const bool is_known = p > 0.0 && p <= 1.0;
    double many = is_known ? 1.0 / p : 1.0;
    if (many > WORDS_RAREST) {
        gn_buf_add_text(out, " Fewer than 1 usual stretch in ");
        many = WORDS_RAREST;
    } else {
        gn_buf_add_text(out, " About 1 usual stretch in ");
    }
    const double scale = many < 100.0 ? 1.0 : pow(10.0, floor(log10(many)) - 1.0);
    words_add_grouped(out, floor(many / scale + 0.5) * scale);
    gn_buf_add_text(out, " looks like this.");
}

size_t gn_words_count(gn_str text)
{
    size_t count = 0;
    bool inside = false;
    for (size_t i = 0; i < text.size; i++) {
        const bool blank = text.at[i] == ' ';
        count += !blank && !inside;
        inside = !blank;
    }
    return count;
}
