/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "eval/vus.h"

enum { ROWS = 2000, PERIOD = 40 };
static double scores[ROWS];
static const struct gn_nab_window windows[] = { { 300, 399 }, { 430, 449 }, { 1900, 1999 } };

static double area(size_t period)
{
    const struct gn_nab_series series = { scores, ROWS, windows, 3 };
    double out = -1;
    assert_int_equal(gn_vus_pr(&series, period, &out), GN_OK);
    return out;
}

static void fill(double outside, double inside)
{
    for (size_t i = 0; i < ROWS; i++)
        scores[i] = outside;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = windows[i].from; j <= windows[i].to; j++)
            scores[j] = inside;
}

/* The definition, row by row and threshold by threshold, as TSB-AD computes it. */
static double by_definition_at(size_t width)
{
    double weight[ROWS] = { 0 };
    double sorted[ROWS];
    memcpy(sorted, scores, sizeof sorted);
    for (size_t i = 1; i < ROWS; i++)
        for (size_t j = i; j > 0 && sorted[j] > sorted[j - 1]; j--) {
            const double x = sorted[j];
            sorted[j] = sorted[j - 1];
            sorted[j - 1] = x;
        }
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < 3; k++) {
            const double before = (double)windows[k].from - (double)i;
            const double after = (double)i - (double)windows[k].to;
            const double apart = before > 0 ? before : after > 0 ? after : 0;
            weight[i] += apart == 0 ? 1 : apart <= (double)(width / 2) ? sqrt(1 - apart / (double)width) : 0;
        }
    double sum = 0;
    double recall_before = 0;
    for (size_t t = 0; t < 250; t++) {
        const double threshold = sorted[(size_t)((double)(ROWS - 1) * (double)t / 249)];
        double found = 0;
        double hits = 0;
        double beside = 0;
        bool met[3] = { false };
        for (size_t i = 0; i < ROWS; i++) {
            if (scores[i] < threshold)
                continue;
            bool inside = false;
            for (size_t k = 0; k < 3; k++) {
                inside = inside || (i >= windows[k].from && i <= windows[k].to);
                met[k] = met[k] || (i + width / 2 >= windows[k].from && i <= windows[k].to + width / 2);
            }
            found++;
            hits += fmin(weight[i], 1);
            beside += inside ? 0 : fmin(weight[i], 1);
        }
        const bool joined = 430 - width / 2 <= 399 + width / 2;
        const double stretches = joined ? 2 : 3;
        const double seen = joined ? (met[0] || met[1]) + met[2] : met[0] + met[1] + met[2];
        const double recall = fmin(hits / ((220 + 220 + beside) / 2), 1) * seen / stretches;
        sum += (recall - recall_before) * hits / found;
        recall_before = recall;
    }
    return sum;
}

static void it_is_the_definition(void **state)
{
    (void)state;
    fill(0, 0);
    for (size_t i = 0; i < ROWS; i++) /* a score that finds some, late, with false alarms and ties */
        scores[i] = (double)(i * 7919 % 101) / 101 + (i > 380 && i < 470 ? 0.5 : 0) + (i > 1950 ? 0.3 : 0);
    double sum = 0;
    for (size_t width = 0; width <= PERIOD; width++)
        sum += by_definition_at(width);
    const double got = area(PERIOD);
    if (!(fabs(got - sum / (PERIOD + 1)) < 1e-9))
        fail_msg("%.12g is not %.12g", got, sum / (PERIOD + 1));
}

static void perfect_ranking_is_near_1_and_none_near_the_share(void **state)
{
    (void)state;
    fill(0, 1);
    assert_true(fabs(area(0) - 1) < 0.01);
    for (size_t i = 0; i < ROWS; i++)
        scores[i] = (double)(i * 7919 % ROWS);
    assert_true(fabs(area(0) - 0.11) < 0.03); /* 220 of 2000 rows */
    fill(1, 0);
    assert_true(area(PERIOD) < 0.12);
}

static void the_period_is_the_highest_hill_of_the_autocorrelation(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        scores[i] = sin((double)i * 6.283185307179586 / 48) + 0.3 * sin((double)i * 6.283185307179586 / 6);
    assert_int_equal(gn_vus_period(scores, ROWS), 48);
    for (size_t i = 0; i < ROWS; i++)
        scores[i] = (double)i; /* no hill */
    assert_int_equal(gn_vus_period(scores, ROWS), 125);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    const struct gn_nab_series series = { scores, ROWS, windows, 3 };
    double out;
    for (size_t i = 1; i <= 3; i++) {
        gn_mem_fail_after(i);
        assert_int_equal(gn_vus_pr(&series, PERIOD, &out), GN_ERR_FULL);
    }
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_definition),
        cmocka_unit_test(perfect_ranking_is_near_1_and_none_near_the_share),
        cmocka_unit_test(the_period_is_the_highest_hill_of_the_autocorrelation),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
