/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "learn/detect/detector.h"
#include "learn/detect/drawn.h"
#include "learn/detect/ensemble.h"

enum { STATE_BYTES = 32768, MINUTE_MS = 60000, COUNT = 6000, EVENT = 4500 };
static struct {
    _Alignas(8) unsigned char bytes[STATE_BYTES];
} one, two;

static void both_tiers_keep_their_memory(void **state)
{
    (void)state;
    assert_true(gn_ensemble_size(GN_ENSEMBLE_DEFAULT) <= 2048);
    assert_true(gn_ensemble_size(GN_ENSEMBLE_DEEP) <= STATE_BYTES);
}

static void what_begins_is_an_alarm_and_what_lasts_is_unrest(void **state)
{
    (void)state;
    for (int tier = 0; tier < GN_ENSEMBLE_TIERS; tier++) {
        struct gn_drawn drawn = gn_drawn_from(11);
        int alarms = 0;
        int first = 0;
        double calm = 0;
        double after = 1;
        gn_ensemble_init(one.bytes, (gn_ensemble_tier)tier);
        for (int i = 0; i < COUNT; i++) {
            struct gn_surprise surprise;
            const double more = i >= EVENT && i < EVENT + 60 ? 12 : 0;
            gn_ensemble_score(one.bytes, (int64_t)i * MINUTE_MS, 50 + more + gn_drawn_normal(&drawn), &surprise);
            assert_true(surprise.alarm == (surprise.score > 1));
            assert_true(surprise.part_count >= 7 && surprise.part_count <= GN_ENSEMBLE_PARTS_MAX);
            alarms += i > 1000 && i < EVENT && surprise.alarm ? 1 : 0;
            first = first == 0 && i >= EVENT && surprise.alarm ? i : first;
            if (!surprise.alarm && i > 1000 && i < EVENT)
                calm = surprise.score > calm ? surprise.score : calm;
            if (!surprise.alarm && i > EVENT + 30 && i < EVENT + 90)
                after = surprise.score < after ? surprise.score : after;
        }
        assert_int_equal(first, EVENT); /* the first reading of it */
        assert_true(alarms <= 12);
        assert_true(after > calm); /* for as long as it lasts, and some time more */
    }
}

static void readings_that_are_no_numbers_change_nothing(void **state)
{
    (void)state;
    struct gn_surprise surprise;
    const double bad[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };
    gn_ensemble_init(one.bytes, GN_ENSEMBLE_DEEP);
    for (int i = 0; i < 300; i++)
        gn_ensemble_score(one.bytes, (int64_t)i * MINUTE_MS, i % 13, &surprise);
    two = one;
    for (size_t i = 0; i < 3; i++) {
        gn_ensemble_score(one.bytes, 0, bad[i], &surprise);
        assert_true(surprise.score == 0 && !surprise.alarm && surprise.part_count == 0);
    }
    assert_memory_equal(&one, &two, sizeof one);
}

static void extreme_values_and_times_leave_it_sound(void **state)
{
    (void)state;
    static const double values[] = { 1e308, -1e308, 0, 5e-324, 3, 3 };
    for (int tier = 0; tier < GN_ENSEMBLE_TIERS; tier++) {
        struct gn_drawn drawn = gn_drawn_from(12);
        gn_ensemble_init(one.bytes, (gn_ensemble_tier)tier);
        for (int i = 0; i < 5000; i++) {
            struct gn_surprise surprise;
            const double value = i / 500 % 2 == 0 ? 4 : values[(size_t)(gn_drawn_uniform(&drawn) * 6)];
            gn_ensemble_score(one.bytes, i % 9 == 0 ? -i : INT64_MAX - i, value, &surprise);
            assert_true(surprise.score >= 0 && isfinite(surprise.score) && isfinite(surprise.surprise));
        }
        assert_true(gn_ensemble_valid(one.bytes, gn_ensemble_size((gn_ensemble_tier)tier)));
    }
}

static void a_restored_state_goes_on_and_a_damaged_one_is_refused(void **state)
{
    (void)state;
    struct gn_drawn drawn = gn_drawn_from(13);
    struct gn_surprise a;
    struct gn_surprise b;
    const size_t size = gn_ensemble_size(GN_ENSEMBLE_DEEP);
    gn_ensemble_init(one.bytes, GN_ENSEMBLE_DEEP);
    for (int i = 0; i < 2500; i++)
        gn_ensemble_score(one.bytes, (int64_t)i * MINUTE_MS, gn_drawn_normal(&drawn), &a);
    memcpy(two.bytes, one.bytes, size);
    for (int i = 2500; i < 3000; i++) {
        const double value = gn_drawn_normal(&drawn);
        gn_ensemble_score(one.bytes, (int64_t)i * MINUTE_MS, value, &a);
        gn_ensemble_score(two.bytes, (int64_t)i * MINUTE_MS, value, &b);
        assert_true(a.score == b.score);
    }
    assert_memory_equal(one.bytes, two.bytes, size);
    assert_true(gn_ensemble_valid(one.bytes, size));
    assert_false(gn_ensemble_valid(one.bytes, size - 8));
    assert_false(gn_ensemble_valid(one.bytes, gn_ensemble_size(GN_ENSEMBLE_DEFAULT)));
    for (size_t at = 0; at + 8 <= size; at += 8) { /* a flipped byte is refused, or does no harm */
        two = one;
        two.bytes[at + 7] ^= 0x7f;
        if (!gn_ensemble_valid(two.bytes, size))
            continue;
        for (int i = 0; i < 3; i++)
            gn_ensemble_score(two.bytes, (int64_t)i * MINUTE_MS, i, &a);
        assert_true(isfinite(a.score));
    }
}

static void every_detector_runs_alone(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct gn_detector *detector; (detector = gn_ensemble_detector(count)) != NULL; count++) {
        struct gn_surprise surprise;
        gn_ensemble_alone_init(one.bytes, detector);
        gn_ensemble_score(one.bytes, 0, 1, &surprise);
        assert_int_equal(surprise.part_count, detector->score_count);
        assert_string_equal(surprise.names[0], detector->name);
        assert_true(gn_ensemble_valid(one.bytes, gn_ensemble_alone_size(detector)));
    }
    assert_int_equal(count, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_tiers_keep_their_memory),
        cmocka_unit_test(what_begins_is_an_alarm_and_what_lasts_is_unrest),
        cmocka_unit_test(readings_that_are_no_numbers_change_nothing),
        cmocka_unit_test(extreme_values_and_times_leave_it_sound),
        cmocka_unit_test(a_restored_state_goes_on_and_a_damaged_one_is_refused),
        cmocka_unit_test(every_detector_runs_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
