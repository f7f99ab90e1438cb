/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/detect/conformal.h"
#include "learn/detect/drawn.h"

/* The slow reference: a plain list of what was kept, and counting. */
struct plain {
    float scores[8192];
    size_t count;
};

static double plain_p(const struct plain *plain, float score)
{
    const size_t first = plain->count > GN_CONFORMAL_SCORES ? plain->count - GN_CONFORMAL_SCORES : 0;
    double rank = 1;
    for (size_t i = first; i < plain->count; i++)
        rank += plain->scores[i] >= score;
    return fmin((rank + sqrt(rank)) / ((double)(plain->count - first) + 1), 1);
}

static void ranks_are_those_of_a_plain_count(void **state)
{
    (void)state;
    static struct plain plain;
    struct gn_drawn drawn = gn_drawn_from(1);
    struct gn_conformal conformal;
    gn_conformal_init(&conformal);
    for (int i = 0; i < 3000; i++) {
        const float score = floorf((float)(40 * gn_drawn_uniform(&drawn))) / 8; /* many ties */
        (void)gn_conformal_learn(&conformal, score, 1);
        plain.scores[plain.count++] = score;
        assert_true(gn_conformal_valid(&conformal));
        const float probe = (float)(4.8 * gn_drawn_uniform(&drawn));
        if (probe > conformal.sorted[conformal.count - 1])
            continue; /* beyond all of them the tail speaks */
        const double p = gn_conformal_p(&conformal, probe);
        if (fabs(p - plain_p(&plain, probe)) > 1e-12)
            fail_msg("reading %d: p %g, counted %g", i, p, plain_p(&plain, probe));
    }
}

static void usual_scores_are_called_rare_no_more_often_than_they_are(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(2);
    struct gn_conformal conformal;
    gn_conformal_init(&conformal);
    static const double alphas[] = { 0.3, 0.1, 0.03, 0.01 };
    unsigned below[4] = { 0 };
    enum { TRIES = 200000 };
    for (int i = 0; i < TRIES; i++) {
        const double score = fabs(gn_drawn_normal(&drawn));
        const double p = gn_conformal_p(&conformal, score);
        assert_true(p > 0 && p <= 1);
        for (int a = 0; a < 4; a++)
            below[a] += p <= alphas[a];
        (void)gn_conformal_learn(&conformal, score, 1);
    }
    for (int a = 0; a < 4; a++) {
        const double share = (double)below[a] / TRIES;
        if (share > alphas[a] || share < alphas[a] / 3)
            fail_msg("p <= %g in a share of %g", alphas[a], share);
    }
}

static void nothing_learnt_says_nothing(void **state)
{
    (void)state;
    struct gn_conformal conformal;
    gn_conformal_init(&conformal);
    assert_true(gn_conformal_p(&conformal, 1e9) >= 1);
}

static void beyond_the_largest_the_p_value_goes_on_falling(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(3);
    struct gn_conformal conformal;
    gn_conformal_init(&conformal);
    for (int i = 0; i < GN_CONFORMAL_SCORES; i++)
        (void)gn_conformal_learn(&conformal, fabs(gn_drawn_normal(&drawn)), 1);
    double before = gn_conformal_p(&conformal, conformal.sorted[GN_CONFORMAL_SCORES - 1]);
    for (double score = 4; score < 1e35; score *= 2) {
        const double p = gn_conformal_p(&conformal, score);
        assert_true(p > 0);
        assert_true(p < before || p < 1e-25);
        before = p;
    }
    /* 10 standard deviations: enough to be announced within three windows, far from a normal tail's 1e-23 */
    assert_true(gn_conformal_p(&conformal, 10) < 1e-4);
    assert_true(gn_conformal_p(&conformal, 10) > 1e-10);
}

static void a_heavy_tail_makes_the_same_score_less_rare(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(4);
    struct gn_conformal light, heavy;
    gn_conformal_init(&light);
    gn_conformal_init(&heavy);
    for (int i = 0; i < GN_CONFORMAL_SCORES; i++) {
        const double u = gn_drawn_uniform(&drawn);
        (void)gn_conformal_learn(&light, -log(u), 1);
        (void)gn_conformal_learn(&heavy, pow(u, -0.5) - 1, 1);
    }
    const double far_light = 3 * light.sorted[GN_CONFORMAL_SCORES - 1];
    const double far_heavy = 3 * heavy.sorted[GN_CONFORMAL_SCORES - 1];
    assert_true(gn_conformal_p(&heavy, far_heavy) > 2 * gn_conformal_p(&light, far_light));
}

static void scores_that_are_all_the_same_are_all_usual(void **state)
{
    (void)state;
    struct gn_conformal conformal;
    gn_conformal_init(&conformal);
    for (int i = 0; i < 1000; i++)
        (void)gn_conformal_learn(&conformal, 1, 1);
    assert_true(gn_conformal_p(&conformal, 1) >= 1);
    assert_true(gn_conformal_p(&conformal, 1.0001) < 0.01); /* new, so rare: but no more than that */
    assert_true(gn_conformal_p(&conformal, 1.0001) > 0.005);
}

static void the_memory_reaches_back_further_with_age(void **state)
{
    (void)state;
    struct gn_conformal conformal;
    gn_conformal_init(&conformal);
    unsigned wraps = 0;
    long offered = 0;
    for (; wraps < 12; offered++)
        wraps += gn_conformal_learn(&conformal, 1, 100);
    /* 1 + 2 + 4 + ... + 64, then 64 for good: 128 would pass the 100 asked for */
    assert_int_equal(offered, GN_CONFORMAL_SCORES * (127L + 5 * 64L));
    assert_int_equal(conformal.spacing, 64);
    for (int i = 0; i < 64 * GN_CONFORMAL_SCORES; i++)
        (void)gn_conformal_learn(&conformal, 1, 0); /* a slow series now: every score counts */
    assert_int_equal(conformal.spacing, 1);
}

static void the_largest_scores_are_clamped(void **state)
{
    (void)state;
    struct gn_conformal conformal;
    gn_conformal_init(&conformal);
    for (int i = 0; i < 400; i++)
        (void)gn_conformal_learn(&conformal, 1e300, 1);
    assert_true(gn_conformal_valid(&conformal));
    const double p = gn_conformal_p(&conformal, 1e300);
    assert_true(p > 0 && p <= 1);
}

static void bytes_that_are_no_state_are_refused(void **state)
{
    (void)state;
    struct gn_conformal good;
    gn_conformal_init(&good);
    for (int i = 0; i < 10; i++)
        (void)gn_conformal_learn(&good, i, 1);
    assert_true(gn_conformal_valid(&good));
    struct gn_conformal bad = good;
    bad.count = GN_CONFORMAL_SCORES + 1;
    assert_false(gn_conformal_valid(&bad));
    bad = good;
    bad.next = GN_CONFORMAL_SCORES;
    assert_false(gn_conformal_valid(&bad));
    bad = good;
    bad.next = 9; /* not full, so the next place is the count */
    assert_false(gn_conformal_valid(&bad));
    bad = good;
    bad.spacing = 0;
    assert_false(gn_conformal_valid(&bad));
    bad = good;
    bad.spacing = GN_CONFORMAL_SPACING_MAX + 1;
    assert_false(gn_conformal_valid(&bad));
    bad = good;
    bad.skipped = bad.spacing;
    assert_false(gn_conformal_valid(&bad));
    bad = good;
    bad.sorted[3] = NAN;
    assert_false(gn_conformal_valid(&bad));
    bad = good;
    bad.sorted[3] = 0; /* not ascending */
    assert_false(gn_conformal_valid(&bad));
    bad = good;
    bad.ring[3] = -1;
    assert_false(gn_conformal_valid(&bad));
}

static void a_ring_that_disagrees_with_the_ranks_does_no_harm(void **state)
{
    (void)state;
    struct gn_conformal conformal;
    gn_conformal_init(&conformal);
    for (int i = 0; i < GN_CONFORMAL_SCORES; i++)
        (void)gn_conformal_learn(&conformal, i, 1);
    for (int i = 0; i < GN_CONFORMAL_SCORES; i++)
        conformal.ring[i] = 1e9F; /* none of them is in the sorted half */
    assert_true(gn_conformal_valid(&conformal));
    for (int i = 0; i < 2000; i++) {
        (void)gn_conformal_learn(&conformal, i % 7, 1);
        assert_true(gn_conformal_valid(&conformal));
    }
}

static void the_score_at_a_p_value_is_where_p_crosses_it(void **state)
{
    (void)state;
    static const double ps[] = { 0.01, 0.02, 0.05, 0.1, 0.5 };
    struct gn_conformal conformal;
    gn_conformal_init(&conformal);
    assert_true(gn_conformal_score_at(&conformal, 0.01) == 0);
    for (int i = 1; i <= GN_CONFORMAL_SCORES; i++)
        (void)gn_conformal_learn(&conformal, i, 1);
    for (size_t i = 0; i < sizeof ps / sizeof ps[0]; i++) {
        const double score = gn_conformal_score_at(&conformal, ps[i]);
        assert_true(gn_conformal_p(&conformal, score + 0.5) <= ps[i]);
        assert_true(gn_conformal_p(&conformal, score) > ps[i]);
    }
    assert_true(gn_conformal_score_at(&conformal, 1e-9) == GN_CONFORMAL_SCORES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_those_of_a_plain_count),
        cmocka_unit_test(the_score_at_a_p_value_is_where_p_crosses_it),
        cmocka_unit_test(usual_scores_are_called_rare_no_more_often_than_they_are),
        cmocka_unit_test(nothing_learnt_says_nothing),
        cmocka_unit_test(beyond_the_largest_the_p_value_goes_on_falling),
        cmocka_unit_test(a_heavy_tail_makes_the_same_score_less_rare),
        cmocka_unit_test(scores_that_are_all_the_same_are_all_usual),
        cmocka_unit_test(the_memory_reaches_back_further_with_age),
        cmocka_unit_test(the_largest_scores_are_clamped),
        cmocka_unit_test(bytes_that_are_no_state_are_refused),
        cmocka_unit_test(a_ring_that_disagrees_with_the_ranks_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
