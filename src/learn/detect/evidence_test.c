/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/detect/evidence.h"

static const double theta = 0.7968121300200199;

/* Announcements in `windows` windows of independent uniform p-values; time does not pay debts here. */
static unsigned announcements(double budget, double windows_per_day, long windows, bool pay)
{
    struct gn_drawn drawn = gn_drawn_from(1);
    struct gn_evidence evidence;
    gn_evidence_init(&evidence, budget);
    unsigned count = 0;
    for (long i = 0; i < windows; i++) {
        gn_evidence_set_limit(&evidence, windows_per_day, 0);
        gn_evidence_add(&evidence, gn_drawn_uniform(&drawn), i, true);
        if (pay)
            gn_evidence_pay(&evidence, 1 / windows_per_day);
        if (evidence.value < evidence.limit)
            continue;
        count++;
        gn_evidence_spend(&evidence);
        gn_evidence_clear(&evidence);
    }
    return count;
}

static void independent_p_values_keep_the_budget(void **state)
{
    (void)state;
    static const double budgets[] = { 0.1, 1, 20 };
    for (int i = 0; i < 3; i++) {
        const unsigned count = announcements(budgets[i], 86400, 30L * 86400, true);
        if (count > 30 * budgets[i])
            fail_msg("%u announcements where %g are allowed", count, 30 * budgets[i]);
    }
}

static void the_limit_for_independent_windows_is_the_textbook_one(void **state)
{
    (void)state;
    assert_true(fabs(exp(-2 * theta) - (1 - theta)) < 1e-12);
    struct gn_evidence evidence;
    gn_evidence_init(&evidence, 0.1);
    gn_evidence_set_limit(&evidence, 86400, 0);
    assert_true(fabs(evidence.limit - log(864000) / theta) < 1e-9);
    gn_evidence_init(&evidence, 1);
    gn_evidence_set_limit(&evidence, 2, 0); /* hardly any windows: never less than 6 nats */
    assert_true(fabs(evidence.limit - 6) < 1e-9);
}

static void a_smaller_budget_needs_more_evidence(void **state)
{
    (void)state;
    double before = 0;
    for (double budget = 10; budget > 0.002; budget /= 10) {
        struct gn_evidence evidence;
        gn_evidence_init(&evidence, budget);
        gn_evidence_set_limit(&evidence, 86400, 0);
        assert_true(evidence.limit > before + 2);
        before = evidence.limit;
    }
}

static void neighbours_that_agree_raise_the_limit(void **state)
{
    (void)state;
    struct gn_evidence alone, together;
    gn_evidence_init(&alone, 0.1);
    gn_evidence_init(&together, 0.1);
    gn_evidence_set_limit(&alone, 86400, 0);
    gn_evidence_set_limit(&together, 86400, 0.9);
    assert_true(together.limit > 1.5 * alone.limit);
}

/* p-values that come in bunches: each is repeated 5 times, so evidence piles up 5 times as far. */
static void high_quiet_peaks_raise_the_limit(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(2);
    struct gn_evidence evidence;
    gn_evidence_init(&evidence, 0.1);
    gn_evidence_set_limit(&evidence, 86400, 0);
    const double before = evidence.limit;
    double p = 1;
    for (long i = 0; i < 200000; i++) {
        if (i % 5 == 0)
            p = fmax(gn_drawn_uniform(&drawn), 0.01);
        gn_evidence_set_limit(&evidence, 86400, 0);
        gn_evidence_add(&evidence, p, i, true);
    }
    assert_true(evidence.limit > 2 * before);
    assert_true(evidence.limit < 20 * before);
}

static void one_window_or_two_never_announce(void **state)
{
    (void)state;
    struct gn_evidence evidence;
    gn_evidence_init(&evidence, 0.1);
    gn_evidence_set_limit(&evidence, 86400, 0);
    gn_evidence_add(&evidence, 1e-300, 1000, true);
    assert_true(evidence.value < evidence.limit);
    gn_evidence_add(&evidence, 1e-300, 2000, true);
    assert_true(evidence.value < evidence.limit);
    gn_evidence_add(&evidence, 1e-300, 3000, true);
    assert_true(evidence.value >= evidence.limit);
    assert_int_equal(evidence.since_ms, 1000);
}

static void usual_windows_take_evidence_away(void **state)
{
    (void)state;
    struct gn_evidence evidence;
    gn_evidence_init(&evidence, 0.1);
    gn_evidence_add(&evidence, exp(-7), 1000, true);
    assert_true(fabs(evidence.value - 5) < 1e-9);
    gn_evidence_add(&evidence, 1, 2000, true);
    gn_evidence_add(&evidence, 1, 3000, true);
    assert_true(fabs(evidence.value - 1) < 1e-9);
    assert_int_equal(evidence.episode_count, 0);
    gn_evidence_add(&evidence, 1, 4000, true);
    assert_true(evidence.value <= 0);
    assert_int_equal(evidence.episode_count, 1); /* and the peak of 5 was learnt */
    assert_true(evidence.level > 0);
    gn_evidence_add(&evidence, exp(-7), 9000, true);
    assert_int_equal(evidence.since_ms, 9000);
}

static void an_announced_episode_teaches_nothing(void **state)
{
    (void)state;
    struct gn_evidence evidence;
    gn_evidence_init(&evidence, 0.1);
    gn_evidence_add(&evidence, exp(-7), 1000, true);
    for (int i = 0; i < 5; i++)
        gn_evidence_add(&evidence, 1, 2000, false);
    assert_int_equal(evidence.episode_count, 0);
    assert_true(evidence.level <= 0);
}

static void a_debt_slows_and_time_pays_it(void **state)
{
    (void)state;
    struct gn_evidence evidence;
    gn_evidence_init(&evidence, 0.5);
    gn_evidence_set_limit(&evidence, 86400, 0);
    const double first = evidence.limit;
    gn_evidence_spend(&evidence);
    gn_evidence_set_limit(&evidence, 86400, 0);
    assert_true(fabs(evidence.limit - first) < 1e-9); /* the first one is free */
    gn_evidence_spend(&evidence);
    gn_evidence_set_limit(&evidence, 86400, 0);
    assert_true(fabs(evidence.limit / first - 1.35) < 1e-9);
    gn_evidence_pay(&evidence, 1.0); /* half an alarm's worth */
    assert_true(fabs(evidence.debt - 1.5) < 1e-9);
    gn_evidence_pay(&evidence, 100);
    assert_true(evidence.debt <= 0);
    for (int i = 0; i < 1000; i++)
        gn_evidence_spend(&evidence);
    assert_true(evidence.debt <= 24);
    assert_true(gn_evidence_valid(&evidence));
}

/* Something that reaches 60 nats every 20 minutes and is never learnt: only the debt can stop it. */
static void in_the_long_run_nothing_outpaces_the_budget(void **state)
{
    (void)state;
    struct gn_evidence evidence;
    gn_evidence_init(&evidence, 0.1);
    unsigned first = 0, later = 0;
    for (int day = 0; day < 200; day++) {
        for (int event = 0; event < 72; event++) {
            for (int i = 0; i < 16; i++)
                gn_evidence_set_limit(&evidence, 86400, 0);
            bool announced = false;
            for (int i = 0; i < 10 && !announced; i++) {
                gn_evidence_add(&evidence, exp(-8), i, false);
                announced = evidence.value >= evidence.limit;
            }
            if (announced) {
                gn_evidence_spend(&evidence);
                *(day < 20 ? &first : &later) += 1;
            }
            gn_evidence_clear(&evidence);
            gn_evidence_pay(&evidence, 1.0 / 72);
        }
    }
    if (first > 10 || later > 19)
        fail_msg("%u announcements in the first 20 days, %u in the next 180", first, later);
    assert_true(first >= 3); /* but it did speak */
}

static void what_a_person_accepts_is_not_announced_again(void **state)
{
    (void)state;
    struct gn_evidence evidence;
    gn_evidence_init(&evidence, 0.1);
    gn_evidence_set_limit(&evidence, 86400, 0);
    for (int i = 0; i < 4; i++)
        gn_evidence_add(&evidence, 1e-30, i, true);
    gn_evidence_spend(&evidence);
    gn_evidence_add(&evidence, 1e-30, 5, false);
    const double reached = evidence.value;
    assert_true(reached > evidence.limit);
    gn_evidence_accept(&evidence);
    gn_evidence_clear(&evidence);
    gn_evidence_set_limit(&evidence, 86400, 0);
    assert_true(evidence.limit > reached);
    assert_true(evidence.limit < 2.5 * reached);
    const double debt = evidence.debt;
    gn_evidence_accept(&evidence); /* saying it twice changes nothing */
    assert_true(fabs(evidence.debt - debt) < 1e-12);
}

static void bytes_that_are_no_state_are_refused(void **state)
{
    (void)state;
    struct gn_evidence good;
    gn_evidence_init(&good, 0.1);
    assert_true(gn_evidence_valid(&good));
    struct gn_evidence bad = good;
    bad.value = NAN;
    assert_false(gn_evidence_valid(&bad));
    bad = good;
    bad.limit = 0;
    assert_false(gn_evidence_valid(&bad));
    bad = good;
    bad.budget_per_day = -1;
    assert_false(gn_evidence_valid(&bad));
    bad = good;
    bad.rate = 1.5;
    assert_false(gn_evidence_valid(&bad));
    bad = good;
    bad.debt = 25;
    assert_false(gn_evidence_valid(&bad));
    bad = good;
    bad.excess_count = 65;
    assert_false(gn_evidence_valid(&bad));
    bad = good;
    bad.limit_age = 17;
    assert_false(gn_evidence_valid(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(independent_p_values_keep_the_budget),
        cmocka_unit_test(the_limit_for_independent_windows_is_the_textbook_one),
        cmocka_unit_test(a_smaller_budget_needs_more_evidence),
        cmocka_unit_test(neighbours_that_agree_raise_the_limit),
        cmocka_unit_test(high_quiet_peaks_raise_the_limit),
        cmocka_unit_test(one_window_or_two_never_announce),
        cmocka_unit_test(usual_windows_take_evidence_away),
        cmocka_unit_test(an_announced_episode_teaches_nothing),
        cmocka_unit_test(a_debt_slows_and_time_pays_it),
        cmocka_unit_test(in_the_long_run_nothing_outpaces_the_budget),
        cmocka_unit_test(what_a_person_accepts_is_not_announced_again),
        cmocka_unit_test(bytes_that_are_no_state_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
