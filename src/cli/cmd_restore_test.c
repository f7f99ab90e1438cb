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

static void increments_keep_their_order(void **state)
{
    (void)state;
    node_fake.keep_err = GN_OK;
    cli_fake_run(&ran, &gn_command_restore, "a.gnb b.gnb c.gnb --data /var/x", "");
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(node_fake.keep_files, "a.gnb;b.gnb;c.gnb;");
    assert_string_equal(node_fake.data_dir, "/var/x");
    assert_non_null(strstr(ran.out, "records  3 to 90"));
    assert_non_null(strstr(ran.out, "no credentials came with it"));
    assert_non_null(strstr(ran.out, "ganglion run --data /var/x"));
    cli_fake_run(&ran, &gn_command_restore, "a.gnb --json --data /var/x", "");
    assert_non_null(strstr(ran.out, "\"credentials\":false}"));
}

static void a_refusal_is_said(void **state)
{
    (void)state;
    node_fake.keep_err = GN_ERR_CORRUPT;
    cli_fake_run(&ran, &gn_command_restore, "a.gnb --data /var/x", "");
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_non_null(strstr(ran.err, "a.gnb: the fake refuses"));
    cli_fake_run(&ran, &gn_command_restore, "--data /var/x", "");
    assert_int_equal(ran.code, GN_EXIT_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(increments_keep_their_order),
        cmocka_unit_test(a_refusal_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
