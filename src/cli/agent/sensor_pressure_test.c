/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/sensor_fake.h"

static struct sensor_fake fake;

static void stall_is_the_share_of_the_last_interval(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/proc/pressure/cpu",
                     "some avg10=0.38 avg60=0.26 avg300=0.36 total=1000000\n"
                     "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
    sensor_fake_file(&fake, "/proc/pressure/io", "full avg10=9.00 total=5\nsome avg10=1.50 avg60=0 avg300=0 total=7\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_pressure, 1000000));
    assert_true(sensor_fake_value(&fake, "cpu_pressure") == 0.38);
    assert_true(sensor_fake_value(&fake, "io_pressure") == 1.5);
    assert_int_equal(sensor_fake_count(&fake), 2);
    sensor_fake_file(&fake, "/proc/pressure/cpu", "some avg10=50.00 avg60=0.26 avg300=0.36 total=1050000\n");
    sensor_fake_file(&fake, "/proc/pressure/io", "some avg10=1.50 avg60=0 avg300=0 total=900007\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_pressure, 1200000));
    assert_true(sensor_fake_value(&fake, "cpu_stall") == 25.0); /* 50 ms of 200 */
    assert_true(sensor_fake_value(&fake, "io_stall") == 100.0); /* accounted a little late */
    assert_true(isnan(sensor_fake_value(&fake, "memory_stall")));
    sensor_fake_close(&fake);
}

static void any_text_is_taken_without_a_fault(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    assert_false(sensor_fake_read(&fake, &gn_sensor_pressure, 1));
    sensor_fake_feed_nonsense(&fake, &gn_sensor_pressure, "/proc/pressure/cpu");
    sensor_fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stall_is_the_share_of_the_last_interval),
        cmocka_unit_test(any_text_is_taken_without_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
