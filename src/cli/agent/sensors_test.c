/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/agent/sensor_fake.h"

static struct sensor_fake fake;
static struct gn_sample sample;

static void count_missing(void *ctx, const struct gn_sensor_source *source)
{
    int *count = ctx;
    assert_non_null(source->from);
    (*count)++;
}

static void a_sample_is_one_json_object_with_its_time(void **state)
{
    (void)state;
    char json[4096];
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/proc/loadavg", "0.5 0.25 0.12 1/80 11206\n");
    struct gn_sensors *sensors = gn_sensors_new(fake.root);
    assert_non_null(sensors);
    gn_sensors_read(sensors, 1795317840000, 1000, &sample);
    gn_sensors_put(sensors, &sample, "agent_delay", 0.12345);
    gn_sensors_put(sensors, &sample, "broken", (double)NAN);
    struct gn_buf buf = gn_buf_over(json, sizeof json);
    gn_sensors_json(sensors, &sample, &buf);
    assert_true(gn_str_equal(gn_buf_str(&buf), GN_STR("{\"time\":1795317840000,\"load1\":0.5,\"load5\":0.25,"
                                                      "\"processes\":80,\"agent_delay\":0.123}")));
    sample.lost = 7;
    buf = gn_buf_over(json, sizeof json);
    gn_sensors_json(sensors, &sample, &buf);
    json[buf.size] = '\0';
    assert_non_null(strstr(json, ",\"agent_lost\":7}"));
    gn_sensors_free(sensors);
    gn_sensors_free(NULL);
    sensor_fake_close(&fake);
}

static void a_missing_source_is_named_once(void **state)
{
    (void)state;
    sensor_fake_open(&fake);
    sensor_fake_file(&fake, "/proc/loadavg", "0.5 0.25 0.12 1/80 11206\n");
    struct gn_sensors *sensors = gn_sensors_new(fake.root);
    int count = 0;
    gn_sensors_read(sensors, 1, 1000, &sample);
    gn_sensors_missing(sensors, count_missing, &count);
    assert_int_equal(count, 6); /* all but the load */
    gn_sensors_read(sensors, 2, 2000, &sample);
    gn_sensors_missing(sensors, count_missing, &count);
    assert_int_equal(count, 6);
    gn_sensors_free(sensors);
    sensor_fake_close(&fake);
}

static void this_machine_has_twenty_series_and_more(void **state)
{
    (void)state;
    struct gn_sensors *sensors = gn_sensors_new("");
    size_t count = 0;
    gn_sensors_read(sensors, 1, 1000, &sample);
    gn_sensors_read(sensors, 2, 201000, &sample);
    for (size_t i = 0; i < GN_AGENT_SERIES_MAX; i++) {
        count += isnan(sample.values[i]) ? 0 : 1;
        assert_true(!isinf(sample.values[i]));
    }
    assert_true(count >= 12); /* a container may hide disks, network and pressure */
    gn_sensors_free(sensors);
}

static void series_beyond_the_limit_are_left_out_and_a_whole_sample_fits(void **state)
{
    (void)state;
    static char json[32768];
    sensor_fake_open(&fake);
    for (int i = 0; i < GN_AGENT_SERIES_MAX + 5; i++)
        gn_sensor_putf(&fake.io, -123456789012.345, "a_name_that_is_as_long_as_a_name_may_be_at_most%d", i % 10);
    assert_int_equal(fake.names.count, 0); /* 48 bytes with the digit: too long by one */
    for (int i = 0; i < GN_AGENT_SERIES_MAX + 5; i++)
        gn_sensor_putf(&fake.io, -123456789012.345, "a_name_that_is_as_long_as_a_name_may_be_%07d", i);
    assert_int_equal(fake.names.count, GN_AGENT_SERIES_MAX);
    struct gn_sensors *sensors = gn_sensors_new(fake.root);
    for (int i = 0; i < GN_AGENT_SERIES_MAX; i++)
        gn_sensors_put(sensors, &sample, fake.names.names[i], -123456789012.345);
    struct gn_buf buf = gn_buf_over(json, sizeof json);
    gn_sensors_json(sensors, &sample, &buf);
    assert_false(buf.full);
    gn_sensors_free(sensors);
    sensor_fake_close(&fake);
}

static void rates_need_time_and_growth(void **state)
{
    (void)state;
    assert_true(gn_sensor_rate(10, 20, 500000) == 20.0);
    assert_true(gn_sensor_rate(20, 20, 500000) == 0.0);
    assert_true(isnan(gn_sensor_rate(20, 10, 500000)));
    assert_true(isnan(gn_sensor_rate(10, 20, 0)));
}

static void without_memory_there_are_none(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 8; n++) {
        gn_mem_fail_after(n);
        struct gn_sensors *sensors = gn_sensors_new("");
        gn_mem_fail_after(0);
        assert_null(sensors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_is_one_json_object_with_its_time),
        cmocka_unit_test(a_missing_source_is_named_once),
        cmocka_unit_test(this_machine_has_twenty_series_and_more),
        cmocka_unit_test(series_beyond_the_limit_are_left_out_and_a_whole_sample_fits),
        cmocka_unit_test(rates_need_time_and_growth),
        cmocka_unit_test(without_memory_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
