/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli_fake.h"
#include "cli/passphrase.h"

static struct cli_fake ran;
static struct gn_passphrase got;
static bool is_new;

static int get(struct gn_cli *cli)
{
    return gn_passphrase_get(cli, is_new, &got);
}

static const struct gn_command row = {
    .name = "x", .words = "", .options = { GN_OPTION_PASSPHRASE, GN_OPTION_PASSPHRASE_FILE }, .run = get
};

static int from_file(const char *content, size_t size, mode_t mode)
{
    char path[] = "/tmp/gn_passphrase_XXXXXX";
    const int fd = mkstemp(path);
    assert_int_equal(write(fd, content, size), size);
    assert_int_equal(fchmod(fd, mode), 0);
    (void)close(fd);
    cli_fake_run(&ran, &row, "--passphrase-file @", path);
    (void)unlink(path);
    return ran.code;
}

static void the_first_line_of_a_private_file_counts(void **state)
{
    (void)state;
    is_new = true;
    assert_int_equal(from_file("correct horse\r\nmore", 19, 0600), GN_EXIT_OK);
    assert_string_equal(got.text, "correct horse");
    assert_int_equal(got.size, 13);
    assert_int_equal(from_file("correct horse", 13, 0640), GN_EXIT_USAGE);
    assert_non_null(strstr(ran.err, "chmod 600"));
    assert_int_equal(got.size, 0);
}

static void what_is_too_short_or_no_text_is_refused(void **state)
{
    (void)state;
    char large[GN_BACKUP_PASSPHRASE_BYTES_MAX + 1];
    memset(large, 'x', sizeof large);
    is_new = true;
    assert_int_equal(from_file("short\n", 6, 0600), GN_EXIT_USAGE);
    assert_non_null(strstr(ran.err, "too short: at least 12 bytes"));
    assert_int_equal(from_file("correct\0horse battery", 21, 0600), GN_EXIT_USAGE);
    assert_int_equal(from_file(large, sizeof large, 0600), GN_EXIT_USAGE);
    assert_int_equal(from_file(large, sizeof large - 1, 0600), GN_EXIT_OK);
    is_new = false; /* of a backup that is there: whatever it was made with */
    assert_int_equal(from_file("short\n", 6, 0600), GN_EXIT_OK);
    assert_int_equal(from_file("\n", 1, 0600), GN_EXIT_USAGE);
}

static void none_is_asked_for_unless_told(void **state)
{
    (void)state;
    cli_fake_run(&ran, &row, "", "");
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_int_equal(got.size, 0);
    cli_fake_run(&ran, &row, "--passphrase --passphrase-file x", "");
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    cli_fake_run(&ran, &row, "--passphrase-file /nowhere/x", "");
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_non_null(strstr(ran.err, "/nowhere/x: No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_of_a_private_file_counts),
        cmocka_unit_test(what_is_too_short_or_no_text_is_refused),
        cmocka_unit_test(none_is_asked_for_unless_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
