/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

static struct cli_fake ran;

static void a_whole_directory_is_said_to_be_whole(void **state)
{
    (void)state;
    node_fake.check_err = GN_OK;
    node_fake.check_problems = 0;
    cli_fake_run(&ran, &gn_command_check, "--data /var/x", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "12 records of the journal, 3 chunks of the history: all whole\n");
    assert_string_equal(node_fake.data_dir, "/var/x");
}

static void what_is_damaged_is_told_and_the_exit_code_says_so(void **state)
{
    (void)state;
    node_fake.check_problems = 1;
    cli_fake_run(&ran, &gn_command_check, "--data /var/x", NULL);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_string_equal(ran.out, "history.db: chunk 5: it is torn\n"
                                 "12 records of the journal, 3 chunks of the history: see above\n");
    cli_fake_run(&ran, &gn_command_check, "--data /var/x --json", NULL);
    assert_string_equal(ran.out, "{\"file\":\"history.db\",\"where\":\"chunk 5\",\"what\":\"it is torn\"}\n"
                                 "{\"records\":12,\"chunks\":3,\"problems\":1}\n");
}

static void an_empty_directory_is_told(void **state)
{
    (void)state;
    node_fake.check_err = GN_ERR_NOT_FOUND;
    cli_fake_run(&ran, &gn_command_check, "--data /var/x", NULL);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    assert_non_null(strstr(ran.err, "there is neither a journal nor a history in '/var/x'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_directory_is_said_to_be_whole),
        cmocka_unit_test(what_is_damaged_is_told_and_the_exit_code_says_so),
        cmocka_unit_test(an_empty_directory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
