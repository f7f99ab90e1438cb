/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "learn/detect/pace.h"

/* Feeds `count` readings `period` apart, valued 1, 2, 3 ...; returns the windows completed. */
static unsigned feed(struct gn_pace *pace, int64_t *time_ms, int64_t period, int count, struct gn_pace_window *last)
{
    unsigned windows = 0;
    for (int i = 1; i <= count; i++, *time_ms += period)
        windows += gn_pace_add(pace, *time_ms, i, last);
    return windows;
}

static void windows_follow_the_period(void **state)
{
    (void)state;
    static const struct {
        int64_t period;
        uint32_t target;
    } rows[] = { { 1, 256 }, { 10, 100 }, { 100, 10 }, { 200, 5 }, { 400, 3 }, { 700, 1 }, { 1000, 1 }, { 60000, 1 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gn_pace pace;
        struct gn_pace_window window;
        gn_pace_init(&pace);
        int64_t time_ms = 1000000;
        const unsigned windows = feed(&pace, &time_ms, rows[i].period, 2000 + GN_PACE_FIRST, &window);
        assert_int_equal(pace.target, rows[i].target);
        assert_int_equal(windows, 2000 / rows[i].target);
        assert_true(fabs(gn_pace_window_ms(&pace) - (double)rows[i].period * rows[i].target) < 1);
        assert_int_equal(window.count, rows[i].target);
        assert_int_equal(window.to_ms - window.from_ms, rows[i].period * (rows[i].target - 1));
    }
}

static void a_window_is_the_mean_of_its_readings(void **state)
{
    (void)state;
    struct gn_pace pace;
    struct gn_pace_window window;
    gn_pace_init(&pace);
    int64_t time_ms = 0;
    assert_int_equal(feed(&pace, &time_ms, 200, GN_PACE_FIRST, &window), 0);
    assert_int_equal(feed(&pace, &time_ms, 200, 5, &window), 1);
    assert_true(fabs(window.mean - 3) < 1e-12); /* of 1, 2, 3, 4, 5 */
}

static void one_long_silence_does_not_make_a_slow_device(void **state)
{
    (void)state;
    struct gn_pace pace;
    struct gn_pace_window window;
    gn_pace_init(&pace);
    int64_t time_ms = 0;
    (void)feed(&pace, &time_ms, 200, 500, &window);
    time_ms += 86400000;
    (void)feed(&pace, &time_ms, 200, 50, &window);
    assert_int_equal(pace.target, 5);
    assert_true(pace.period_ms < 215);
}

static void a_silence_tears_the_window_it_falls_into(void **state)
{
    (void)state;
    struct gn_pace pace;
    struct gn_pace_window window;
    gn_pace_init(&pace);
    int64_t time_ms = 0;
    (void)feed(&pace, &time_ms, 200, GN_PACE_FIRST + 5 + 3, &window); /* three readings wait */
    time_ms += 60000;
    assert_int_equal(feed(&pace, &time_ms, 200, 4, &window), 0);
    assert_int_equal(feed(&pace, &time_ms, 200, 1, &window), 1);
    assert_int_equal(window.to_ms - window.from_ms, 800); /* none of the three is in it */
}

static void a_new_period_gives_new_windows(void **state)
{
    (void)state;
    struct gn_pace pace;
    struct gn_pace_window window;
    gn_pace_init(&pace);
    int64_t time_ms = 0;
    (void)feed(&pace, &time_ms, 200, 500, &window);
    (void)feed(&pace, &time_ms, 230, 500, &window); /* a little slower is no new period */
    assert_int_equal(pace.target, 5);
    (void)feed(&pace, &time_ms, 1000, 500, &window);
    assert_int_equal(pace.target, 1);
}

static void a_dropped_reading_still_tells_the_period(void **state)
{
    (void)state;
    struct gn_pace pace;
    struct gn_pace_window window;
    gn_pace_init(&pace);
    for (int64_t time_ms = 0; time_ms < 20000; time_ms += 200)
        gn_pace_drop(&pace, time_ms);
    assert_true(fabs(pace.period_ms - 200) < 1e-9);
    assert_false(gn_pace_add(&pace, 20000, 1, &window));
    assert_int_equal(pace.in_window, 1);
    gn_pace_drop(&pace, 20200);
    assert_int_equal(pace.in_window, 0);
}

static void times_that_stand_still_or_leap_do_no_harm(void **state)
{
    (void)state;
    struct gn_pace pace;
    struct gn_pace_window window;
    gn_pace_init(&pace);
    static const int64_t times[] = { 0, 0, 0, INT64_MAX, INT64_MAX, INT64_MIN, 5, INT64_MAX };
    for (int i = 0; i < 4000; i++) {
        (void)gn_pace_add(&pace, times[i % 8], i, &window);
        assert_true(gn_pace_valid(&pace));
    }
    assert_true(gn_pace_elapsed_ms(INT64_MIN, INT64_MAX) == INT64_MAX);
    assert_true(gn_pace_elapsed_ms(INT64_MAX, INT64_MIN) == 0);
    assert_true(gn_pace_elapsed_ms(-5, 6) == 11);
}

static void bytes_that_are_no_state_are_refused(void **state)
{
    (void)state;
    struct gn_pace good;
    gn_pace_init(&good);
    assert_true(gn_pace_valid(&good));
    struct gn_pace bad = good;
    bad.target = 0;
    assert_false(gn_pace_valid(&bad));
    bad.target = GN_PACE_WINDOW_READINGS_MAX + 1;
    assert_false(gn_pace_valid(&bad));
    bad = good;
    bad.in_window = 1;
    assert_false(gn_pace_valid(&bad));
    bad = good;
    bad.period_ms = NAN;
    assert_false(gn_pace_valid(&bad));
    bad = good;
    bad.mean = INFINITY;
    assert_false(gn_pace_valid(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_follow_the_period),
        cmocka_unit_test(a_window_is_the_mean_of_its_readings),
        cmocka_unit_test(one_long_silence_does_not_make_a_slow_device),
        cmocka_unit_test(a_silence_tears_the_window_it_falls_into),
        cmocka_unit_test(a_new_period_gives_new_windows),
        cmocka_unit_test(a_dropped_reading_still_tells_the_period),
        cmocka_unit_test(times_that_stand_still_or_leap_do_no_harm),
        cmocka_unit_test(bytes_that_are_no_state_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
