/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/version.h"
#include "cli/cli_fake.h"
#include "cli/rows.h"

static void the_version_is_a_line_or_json(void **state)
{
    (void)state;
    static struct cli_fake ran;
    char expected[200];
    cli_fake_run(&ran, &gn_command_version, "", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    (void)snprintf(expected, sizeof expected, "ganglion %s\n", gn_version());
    assert_string_equal(ran.out, expected);
    cli_fake_run(&ran, &gn_command_version, "--json", NULL);
    (void)snprintf(expected, sizeof expected, "{\"version\":\"%s\"}\n", gn_version());
    assert_string_equal(ran.out, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_version_is_a_line_or_json) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
