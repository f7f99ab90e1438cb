/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/sensor_fake.h"

static struct sensor_fake fake;

static void zones_and_chips_are_named_by_what_they_measure(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/sys/class/thermal/thermal_zone0/type", "x86_pkg_temp\n");
    sensor_fake_file(&fake, "/sys/class/thermal/thermal_zone0/temp", "41500\n");
    sensor_fake_file(&fake, "/sys/class/thermal/thermal_zone1/temp", "-5000\n"); /* no type */
    sensor_fake_file(&fake, "/sys/class/hwmon/hwmon0/name", "nvme\n");
    sensor_fake_file(&fake, "/sys/class/hwmon/hwmon0/temp1_input", "30000\n");
    sensor_fake_file(&fake, "/sys/class/hwmon/hwmon0/temp2_input", "31000\n");
    sensor_fake_file(&fake, "/sys/class/hwmon/hwmon2/temp3_input", "50000\n");
    sensor_fake_file(&fake, "/sys/class/hwmon/hwmon2/temp3_label", "Core 0 / \xc3\xa4\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_thermal, 1));
    assert_true(sensor_fake_value(&fake, "temperature_x86_pkg_temp") == 41.5);
    assert_true(sensor_fake_value(&fake, "temperature_zone") == -5.0);
    assert_true(sensor_fake_value(&fake, "temperature_nvme") == 30.0);
    assert_true(sensor_fake_value(&fake, "temperature_nvme_2") == 31.0);
    assert_true(sensor_fake_value(&fake, "temperature_core_0_") == 50.0);
    assert_int_equal(sensor_fake_count(&fake), 5);
    sensor_fake_close(&fake);
}

static void absurd_values_are_left_out(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/sys/class/thermal/thermal_zone0/temp", "-274000\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_thermal, 1));
    assert_int_equal(sensor_fake_count(&fake), 0);
    sensor_fake_feed_nonsense(&fake, &gn_sensor_thermal, "/sys/class/thermal/thermal_zone0/temp");
    sensor_fake_close(&fake);
}

static void a_machine_without_any_says_so(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    assert_false(sensor_fake_read(&fake, &gn_sensor_thermal, 1));
    sensor_fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_and_chips_are_named_by_what_they_measure),
        cmocka_unit_test(absurd_values_are_left_out),
        cmocka_unit_test(a_machine_without_any_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
