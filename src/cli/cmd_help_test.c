/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

static void help_knows_commands_of_one_and_two_words(void **state)
{
    (void)state;
    static struct cli_fake ran;
    cli_fake_run(&ran, &gn_command_help, "agent disturb", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_memory_equal(ran.out, "ganglion agent disturb: ", 24);
    cli_fake_run(&ran, &gn_command_help, "agent", NULL);
    assert_memory_equal(ran.out, "ganglion agent: ", 16);
    cli_fake_run(&ran, &gn_command_help, "readings elephant", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_memory_equal(ran.err, "ganglion help: there is no command 'readings elephant'", 54);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(help_knows_commands_of_one_and_two_words) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
