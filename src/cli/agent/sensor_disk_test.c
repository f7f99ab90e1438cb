/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/sensor_fake.h"

static struct sensor_fake fake;

/* Two disks, a partition and a loop device: only the disks count. */
static void write_stats(unsigned long reads, unsigned long sectors, unsigned long wait_ms, unsigned long busy_ms)
{
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "   7       0 loop0 9 9 9999 9 9 9 9999 9 0 9 9 0 0 0 0 0 0\n"
                   " 254       0 vda %lu 0 %lu %lu 10 0 2048 5 0 %lu 0 0 0 0 0 0 0\n"
                   " 254       1 vda1 %lu 0 %lu %lu 10 0 2048 5 0 %lu 0\n"
                   " 254      16 vdb 0 0 0 0 0 0 %lu 0 0 10 0\n",
                   reads, sectors, wait_ms, busy_ms, reads, sectors, wait_ms, busy_ms, sectors);
    sensor_fake_file(&fake, "/proc/diskstats", text);
}

static void rates_are_summed_over_the_physical_disks(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/sys/block/vda/device", NULL);
    sensor_fake_file(&fake, "/sys/block/vdb/device", NULL);
    sensor_fake_file(&fake, "/sys/block/loop0", NULL);
    write_stats(100, 4096, 50, 100);
    assert_true(sensor_fake_read(&fake, &gn_sensor_disk, 1000000));
    assert_int_equal(sensor_fake_count(&fake), 0);
    write_stats(110, 8192, 90, 350);
    assert_true(sensor_fake_read(&fake, &gn_sensor_disk, 1500000));
    assert_true(sensor_fake_value(&fake, "disk_read") == 4.0);  /* 2 MiB in half a second */
    assert_true(sensor_fake_value(&fake, "disk_write") == 4.0); /* of vdb */
    assert_true(sensor_fake_value(&fake, "disk_busy") == 50.0); /* 250 ms of 500, of the busiest */
    assert_true(sensor_fake_value(&fake, "disk_wait") == 4.0);  /* 40 ms for 10 requests */
    assert_true(sensor_fake_read(&fake, &gn_sensor_disk, 2000000));
    assert_true(sensor_fake_value(&fake, "disk_wait") == 0.0); /* nothing happened */
    sensor_fake_close(&fake);
}

static void a_disk_that_comes_gives_one_interval_without_values(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/sys/block/vda/device", NULL);
    write_stats(100, 4096, 50, 100);
    assert_true(sensor_fake_read(&fake, &gn_sensor_disk, 1000000));
    sensor_fake_file(&fake, "/sys/block/vdb/device", NULL);
    assert_true(sensor_fake_read(&fake, &gn_sensor_disk, 2000000));
    assert_int_equal(sensor_fake_count(&fake), 0);
    assert_true(sensor_fake_read(&fake, &gn_sensor_disk, 3000000));
    assert_int_equal(sensor_fake_count(&fake), 4);
    sensor_fake_close(&fake);
}

static void any_text_is_taken_without_a_fault(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/sys/block/sda/device", NULL);
    assert_false(sensor_fake_read(&fake, &gn_sensor_disk, 1));
    sensor_fake_feed_nonsense(&fake, &gn_sensor_disk, "/proc/diskstats");
    sensor_fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_summed_over_the_physical_disks),
        cmocka_unit_test(a_disk_that_comes_gives_one_interval_without_values),
        cmocka_unit_test(any_text_is_taken_without_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
