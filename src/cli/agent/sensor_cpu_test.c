/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/sensor_fake.h"

static struct sensor_fake fake;

static void use_is_the_share_of_time_that_was_not_idle(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/proc/stat",
                     "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 50 0 50 400 0 0 0 0 0 0\n"
                     "cpu1 50 0 50 400 0 0 0 0 0 0\nintr 1000 9 9 9\nctxt 5000\nprocs_running 3\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_cpu, 1000000));
    assert_true(isnan(sensor_fake_value(&fake, "cpu_use"))); /* nothing to compare with yet */
    assert_true(sensor_fake_value(&fake, "processes_running") == 3.0);
    sensor_fake_file(&fake, "/proc/stat",
                     "cpu  125 0 125 850 100 0 0 0 0 0\ncpu0 100 0 100 400 0 0 0 0 0 0\n"
                     "cpu1 50 0 50 450 50 0 0 0 0 0\nintr 1100 9 9 9\nctxt 5500\nprocs_running 1\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_cpu, 1500000));
    assert_true(sensor_fake_value(&fake, "cpu_use") == 25.0); /* 50 of 200; waiting for a disk is idle */
    assert_true(sensor_fake_value(&fake, "cpu0_use") == 100.0);
    assert_true(sensor_fake_value(&fake, "cpu1_use") == 0.0);
    assert_true(sensor_fake_value(&fake, "interrupts") == 200.0);
    assert_true(sensor_fake_value(&fake, "context_switches") == 1000.0);
    sensor_fake_close(&fake);
}

static void counters_that_go_back_give_nothing_once(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/proc/stat", "cpu  100 0 100 800\nctxt 5000\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_cpu, 1000000));
    sensor_fake_file(&fake, "/proc/stat", "cpu  10 0 10 80\nctxt 50\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_cpu, 2000000));
    assert_int_equal(sensor_fake_count(&fake), 0);
    sensor_fake_file(&fake, "/proc/stat", "cpu  20 0 10 79\nctxt 60\n"); /* idle a little back: all of it was work */
    assert_true(sensor_fake_read(&fake, &gn_sensor_cpu, 3000000));
    assert_true(sensor_fake_value(&fake, "cpu_use") == 100.0);
    assert_true(sensor_fake_value(&fake, "context_switches") == 10.0);
    sensor_fake_close(&fake);
}

static void cores_beyond_the_table_have_no_series_of_their_own(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    for (int i = 1; i <= 2; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "cpu %d 0 0 0\ncpu63 %d 0 0 0\ncpu64 %d 0 0 0\n", i, i, i);
        sensor_fake_file(&fake, "/proc/stat", text);
        assert_true(sensor_fake_read(&fake, &gn_sensor_cpu, i * 1000));
    }
    assert_true(sensor_fake_value(&fake, "cpu63_use") == 100.0);
    assert_true(isnan(sensor_fake_value(&fake, "cpu64_use")));
    sensor_fake_close(&fake);
}

static void any_text_is_taken_without_a_fault(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    assert_false(sensor_fake_read(&fake, &gn_sensor_cpu, 1));
    sensor_fake_feed_nonsense(&fake, &gn_sensor_cpu, "/proc/stat");
    sensor_fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(use_is_the_share_of_time_that_was_not_idle),
        cmocka_unit_test(counters_that_go_back_give_nothing_once),
        cmocka_unit_test(cores_beyond_the_table_have_no_series_of_their_own),
        cmocka_unit_test(any_text_is_taken_without_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
