/* SPDX-License-Identifier: Apache-2.0 */
#include "node/doors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY_MS INT64_C(86400000)

static char dir[64];
static struct gn_clock_sim sim;
static struct gn_ca *ca;

static int begin(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/ganglion-doors-XXXXXX");
    sim = (struct gn_clock_sim){ .wall_ms = INT64_C(1790000000000) };
    return mkdtemp(dir) != NULL && gn_ca_open(dir, gn_clock_simulated(&sim), &ca, NULL) == GN_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    gn_ca_close(ca);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

static bool has(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static size_t names_of(const struct gn_node_options *options, const char **names)
{
    static char text[8192];
    struct gn_buf bytes = gn_buf_over(text, sizeof text);
    return gn_doors_names(options, &bytes, names);
}

static void names_come_from_options_host_and_doors(void **state)
{
    (void)state;
    const char *names[GN_CERTIFICATE_NAMES_MAX];
    char host[256] = "";
    struct gn_node_options options = { .names = "node.example, other.example,", .mqtts_listen = "[2001:db8::7]:8883" };
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    size_t count = names_of(&options, names);
    assert_string_equal(names[0], "node.example");
    assert_string_equal(names[1], "other.example");
    assert_true(has(names, count, host));
    assert_true(has(names, count, "2001:db8::7"));
    assert_int_equal(count, 4);
    options = (struct gn_node_options){ .mqtts_listen = "0.0.0.0:8883" };
    count = names_of(&options, names);
    assert_true(has(names, count, "127.0.0.1"));
    assert_false(has(names, count, "0.0.0.0"));
    options.mqtts_listen = "off";
    assert_int_equal(names_of(&options, names), 1);
}

static void names_beyond_the_limit_are_left_out(void **state)
{
    (void)state;
    const char *names[GN_CERTIFICATE_NAMES_MAX];
    char many[1024];
    struct gn_buf text = gn_buf_over(many, sizeof many);
    for (int i = 0; i < GN_CERTIFICATE_NAMES_MAX + 5; i++)
        gn_buf_addf(&text, "n%d.example,", i);
    gn_buf_add_u8(&text, 0);
    const struct gn_node_options options = { .names = many };
    assert_int_equal(names_of(&options, names), GN_CERTIFICATE_NAMES_MAX);
}

static void a_door_that_is_off_has_no_address(void **state)
{
    (void)state;
    assert_null(gn_door_address("off"));
    assert_null(gn_door_address(NULL));
    assert_string_equal(gn_door_address("a:1"), "a:1");
}

static void one_door_must_be_on(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_door_tls doors = { 0 };
    struct gn_node_options options = { .mqtt_listen = "off", .portal_listen = "off" };
    assert_int_equal(gn_doors_open(&doors, ca, &options, &diag), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "every door is off"));
    options.portal_listen = "127.0.0.1:0";
    assert_int_equal(gn_doors_open(&doors, ca, &options, &diag), GN_OK);
    assert_null(doors.mqtt);
    assert_null(doors.http);
    gn_doors_close(&doors);
    options = (struct gn_node_options){ .https_listen = "127.0.0.1:0" };
    assert_int_equal(gn_doors_open(&doors, ca, &options, &diag), GN_OK);
    assert_null(doors.mqtt);
    assert_non_null(doors.http);
    gn_doors_close(&doors);
}

static void the_certificate_is_looked_after_once_a_minute(void **state)
{
    (void)state;
    struct gn_door_tls doors = { 0 };
    bool changed = true;
    const struct gn_node_options options = { .mqtt_listen = "off", .mqtts_listen = "127.0.0.1:0" };
    assert_int_equal(gn_doors_open(&doors, ca, &options, NULL), GN_OK);
    assert_non_null(doors.mqtt);
    gn_doors_tick(&doors, 60000);
    sim.wall_ms += (GN_SERVER_DAYS - GN_SERVER_RENEW_DAYS + 1) * DAY_MS;
    gn_doors_tick(&doors, 119999);
    gn_doors_tick(&doors, 120000);
    assert_int_equal(gn_ca_renew(ca, &changed), GN_OK);
    assert_false(changed); /* the tick did it */
    gn_doors_close(&doors);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(names_come_from_options_host_and_doors),
        CASE(names_beyond_the_limit_are_left_out),
        CASE(a_door_that_is_off_has_no_address),
        CASE(one_door_must_be_on),
        CASE(the_certificate_is_looked_after_once_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
