/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/sensor_fake.h"

static struct sensor_fake fake;

static void shares_and_mebibytes_are_counted(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(
        &fake, "/proc/meminfo",
        "MemTotal:        4096 kB\nMemFree: 1 kB\nMemAvailable:    3072 kB\nSwapTotal: 1000 kB\nSwapFree: 750 kB\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_memory, 1));
    assert_true(sensor_fake_value(&fake, "memory_used") == 25.0);
    assert_true(sensor_fake_value(&fake, "memory_available") == 3.0);
    assert_true(sensor_fake_value(&fake, "swap_used") == 25.0);
    sensor_fake_file(&fake, "/proc/meminfo",
                     "MemTotal: 4096 kB\nMemAvailable: 3072 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_memory, 1));
    assert_int_equal(sensor_fake_count(&fake), 2); /* no swap, no series */
    sensor_fake_close(&fake);
}

static void any_text_is_taken_without_a_fault(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    assert_false(sensor_fake_read(&fake, &gn_sensor_memory, 1));
    sensor_fake_feed_nonsense(&fake, &gn_sensor_memory, "/proc/meminfo");
    sensor_fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_and_mebibytes_are_counted),
        cmocka_unit_test(any_text_is_taken_without_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
