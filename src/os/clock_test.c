/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "os/clock.h"

static void the_wall_clock_agrees_with_the_machine(void **state)
{
    (void)state;
    const struct gn_clock clock = gn_clock_system();
    const int64_t before = (int64_t)time(NULL) * 1000;
    const int64_t now = gn_wall_ms(&clock);
    const int64_t after = ((int64_t)time(NULL) + 1) * 1000;
    /* time() may lag the finer clock by a tick of the kernel */
    assert_true(before - 20 <= now && now <= after + 20);
}

static void the_other_clock_never_goes_back(void **state)
{
    (void)state;
    const struct gn_clock clock = gn_clock_system();
    int64_t last = gn_mono_us(&clock);
    const int64_t first = last;
    while (last - first < 2000) {
        const int64_t now = gn_mono_us(&clock);
        assert_true(now >= last);
        last = now;
    }
}

static void a_simulated_clock_says_what_it_is_told(void **state)
{
    (void)state;
    struct gn_clock_sim sim = { .wall_ms = 1000, .mono_us = 5 };
    const struct gn_clock clock = gn_clock_simulated(&sim);
    assert_int_equal(gn_wall_ms(&clock), 1000);
    assert_int_equal(gn_mono_us(&clock), 5);
    sim.wall_ms = -7;
    sim.mono_us = 6;
    assert_int_equal(gn_wall_ms(&clock), -7);
    assert_int_equal(gn_mono_us(&clock), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wall_clock_agrees_with_the_machine),
        cmocka_unit_test(the_other_clock_never_goes_back),
        cmocka_unit_test(a_simulated_clock_says_what_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
