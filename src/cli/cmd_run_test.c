/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

static struct cli_fake ran;

static void without_options_the_defaults_are_loopback_and_the_default_directory(void **state)
{
    (void)state;
    (void)snprintf(node_fake.default_dir, sizeof node_fake.default_dir, "/var/lib/somewhere");
    node_fake.run_code = 0;
    cli_fake_run(&ran, &gn_command_run, "", NULL);
    assert_int_equal(ran.code, 0);
    assert_string_equal(node_fake.data_dir, "/var/lib/somewhere");
    assert_string_equal(node_fake.mqtt, "127.0.0.1:1883");
    assert_string_equal(node_fake.portal, "127.0.0.1:8080");
    assert_string_equal(node_fake.mqtts, "(none)");
    assert_string_equal(node_fake.https, "(none)");
    assert_string_equal(node_fake.push, "(none)");
    assert_string_equal(node_fake.names, "(none)");
    assert_string_equal(node_fake.sparkplug_host, "(none)");
    assert_string_equal(node_fake.solution_dir, "(none)");
    assert_false(node_fake.run.quiet);
    assert_false(node_fake.run.allow_plaintext);
    assert_int_equal(node_fake.run.flushes, 0);
}

static void options_reach_the_node_and_its_code_comes_back(void **state)
{
    (void)state;
    node_fake.run_code = 2;
    cli_fake_run(&ran, &gn_command_run,
                 "--data /tmp/x --solution s --mqtt off --mqtts [::1]:0 --name a,b --sparkplug-host plant --portal "
                 "0.0.0.0:80 --https "
                 "localhost:8443 --push 127.0.0.1:8086 --quiet --flushes 6 "
                 "--allow-plaintext",
                 NULL);
    assert_int_equal(ran.code, 2);
    assert_string_equal(node_fake.data_dir, "/tmp/x");
    assert_string_equal(node_fake.mqtt, "off");
    assert_string_equal(node_fake.mqtts, "[::1]:0");
    assert_string_equal(node_fake.names, "a,b");
    assert_string_equal(node_fake.sparkplug_host, "plant");
    assert_string_equal(node_fake.https, "localhost:8443");
    assert_string_equal(node_fake.push, "127.0.0.1:8086");
    assert_string_equal(node_fake.portal, "0.0.0.0:80");
    assert_string_equal(node_fake.solution_dir, "s");
    assert_true(node_fake.run.quiet);
    assert_true(node_fake.run.allow_plaintext);
    assert_int_equal(node_fake.run.flushes, 6);
    cli_fake_run(&ran, &gn_command_run, "--data /tmp/x --flushes 0", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
}

static void a_sparkplug_host_is_one_level_of_a_topic(void **state)
{
    (void)state;
    node_fake.data_dir[0] = '\0';
    cli_fake_run(&ran, &gn_command_run, "--data /tmp/x --sparkplug-host a/b", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_non_null(strstr(ran.err, "--sparkplug-host takes a name of 1 to 64 bytes"));
    assert_string_equal(node_fake.data_dir, "");
}

static void a_wrong_address_does_not_start_it(void **state)
{
    (void)state;
    node_fake.data_dir[0] = '\0';
    cli_fake_run(&ran, &gn_command_run, "--data /tmp/x --mqtt 1883", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err, "ganglion run: --mqtt '1883': HOST:PORT is expected, such as 127.0.0.1:1883 or "
                                 "[::1]:1883\n");
    cli_fake_run(&ran, &gn_command_run, "--data /tmp/x --portal host:99999", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(node_fake.data_dir, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_the_defaults_are_loopback_and_the_default_directory),
        cmocka_unit_test(options_reach_the_node_and_its_code_comes_back),
        cmocka_unit_test(a_sparkplug_host_is_one_level_of_a_topic),
        cmocka_unit_test(a_wrong_address_does_not_start_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
