/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

static struct cli_fake ran;

static void what_went_in_and_what_did_not_is_said(void **state)
{
    (void)state;
    node_fake.keep_err = GN_OK;
    cli_fake_run(&ran, &gn_command_backup, "x.gnb --incremental base.gnb --data /var/x", "");
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(node_fake.data_dir, "/var/x");
    assert_string_equal(node_fake.keep_files, "x.gnb");
    assert_string_equal(node_fake.keep_base, "base.gnb");
    assert_non_null(strstr(ran.out, "records  3 to 90; the history to 80"));
    assert_non_null(strstr(ran.out, "written  1.0 MiB, whole, in clear"));
    assert_non_null(strstr(ran.out, "left out credentials"));
    assert_string_equal(ran.err, "");
    cli_fake_run(&ran, &gn_command_backup, "x.gnb --json --data /var/x", "");
    assert_non_null(strstr(ran.out, "\"last_seq\":90,"));
    assert_non_null(strstr(ran.out, "\"credentials_left_out\":true}"));
}

static void a_passphrase_comes_from_a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/gn_cmd_backup_XXXXXX";
    const int fd = mkstemp(path);
    assert_int_equal(write(fd, "correct horse battery\nrest\n", 27), 27);
    node_fake.keep_err = GN_OK;
    cli_fake_run(&ran, &gn_command_backup, "x.gnb --data /var/x --passphrase-file @", path);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(node_fake.keep_passphrase, "correct horse battery");
    assert_non_null(strstr(ran.out, "encrypted"));
    (void)close(fd);
    (void)unlink(path);
}

static void a_refusal_is_said(void **state)
{
    (void)state;
    node_fake.keep_err = GN_ERR_EXISTS;
    cli_fake_run(&ran, &gn_command_backup, "x.gnb --data /var/x", "");
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_non_null(strstr(ran.err, "x.gnb: the fake refuses"));
    node_fake.keep_err = GN_ERR_NOT_FOUND;
    cli_fake_run(&ran, &gn_command_backup, "x.gnb --data /var/x", "");
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_went_in_and_what_did_not_is_said),
        cmocka_unit_test(a_passphrase_comes_from_a_file),
        cmocka_unit_test(a_refusal_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
