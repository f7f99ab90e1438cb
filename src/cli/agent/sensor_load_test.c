/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/sensor_fake.h"

static struct sensor_fake fake;

static void loads_and_processes_are_read(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/proc/loadavg", "0.20 1.18 0.12 1/80 11206\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_load, 1));
    assert_true(sensor_fake_value(&fake, "load1") == 0.2);
    assert_true(sensor_fake_value(&fake, "load5") == 1.18);
    assert_true(sensor_fake_value(&fake, "processes") == 80.0);
    assert_int_equal(sensor_fake_count(&fake), 3);
    sensor_fake_close(&fake);
}

static void any_text_is_taken_without_a_fault(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    assert_false(sensor_fake_read(&fake, &gn_sensor_load, 1));
    sensor_fake_feed_nonsense(&fake, &gn_sensor_load, "/proc/loadavg");
    sensor_fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_and_processes_are_read),
        cmocka_unit_test(any_text_is_taken_without_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
