/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/sensor_fake.h"

static struct sensor_fake fake;

#define HEAD                                                                                                           \
    "Inter-|   Receive                                                |  Transmit\n"                                   \
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs\n"

static void physical_interfaces_count_and_what_passes_a_bridge_counts_once(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/sys/class/net/eth0/device", NULL);
    sensor_fake_file(&fake, "/proc/net/dev",
                     HEAD "    lo: 9 9 0 0 0 0 0 0 9 9 0\n  eth0:1024 10 0 0 0 0 0 0 2048 20 0\n"
                          "  br0: 1024 10 0 0 0 0 0 0 2048 20 0\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_net, 1000000));
    assert_int_equal(sensor_fake_count(&fake), 0);
    sensor_fake_file(&fake, "/proc/net/dev",
                     HEAD "    lo: 9999 9 0 0 0 0 0 0 9999 9 0\n"
                          "  eth0: 2048 15 0 0 0 0 0 0 6144 40 0\n  br0: 99 9 0 0 0 0 0 0 9 9 0\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_net, 1500000));
    assert_true(sensor_fake_value(&fake, "net_in") == 2.0);
    assert_true(sensor_fake_value(&fake, "net_out") == 8.0);
    assert_true(sensor_fake_value(&fake, "net_packets_in") == 10.0);
    assert_true(sensor_fake_value(&fake, "net_packets_out") == 40.0);
    sensor_fake_close(&fake);
}

static void lo_counts_only_where_there_is_nothing_else(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/proc/net/dev", HEAD "    lo: 0 0 0 0 0 0 0 0 0 0 0\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_net, 1000000));
    sensor_fake_file(&fake, "/proc/net/dev", HEAD "    lo: 1024 1 0 0 0 0 0 0 1024 1 0\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_net, 2000000));
    assert_true(sensor_fake_value(&fake, "net_in") == 1.0);
    /* Another interface appears: other sums, so nothing to compare with for one interval. */
    sensor_fake_file(&fake, "/proc/net/dev", HEAD "    lo: 9 1 0 0 0 0 0 0 9 1 0\n  tun0: 4096 1 0 0 0 0 0 0 9 1 0\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_net, 3000000));
    assert_int_equal(sensor_fake_count(&fake), 0);
    sensor_fake_file(&fake, "/proc/net/dev", HEAD "    lo: 9 1 0 0 0 0 0 0 9 1 0\n  tun0: 5120 1 0 0 0 0 0 0 9 1 0\n");
    assert_true(sensor_fake_read(&fake, &gn_sensor_net, 4000000));
    assert_true(sensor_fake_value(&fake, "net_in") == 1.0);
    sensor_fake_close(&fake);
}

static void any_text_is_taken_without_a_fault(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    assert_false(sensor_fake_read(&fake, &gn_sensor_net, 1));
    sensor_fake_feed_nonsense(&fake, &gn_sensor_net, "/proc/net/dev");
    sensor_fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(physical_interfaces_count_and_what_passes_a_bridge_counts_once),
        cmocka_unit_test(lo_counts_only_where_there_is_nothing_else),
        cmocka_unit_test(any_text_is_taken_without_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
