/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "cli/agent/state_dir.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"

static int demo_run(struct gn_cli *cli)
{
    char dir[128];
    if (!gn_state_dir_agent(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    (void)fputs(dir, cli->out);
    return GN_EXIT_OK;
}

static const struct gn_command demo = { .name = "demo", .words = "", .options = { GN_OPTION_DATA }, .run = demo_run };
static struct cli_fake ran;

static void the_folder_is_made_and_private(void **state)
{
    (void)state;
    char data[] = "/tmp/ganglion-state-XXXXXX";
    char expected[64];
    struct stat folder;
    assert_non_null(mkdtemp(data));
    (void)snprintf(expected, sizeof expected, "%s/agent", data);
    for (int i = 0; i < 2; i++) { /* the second time it is there */
        cli_fake_run(&ran, &demo, "--data @", data);
        assert_int_equal(ran.code, GN_EXIT_OK);
        assert_string_equal(ran.out, expected);
    }
    assert_int_equal(stat(expected, &folder), 0);
    assert_int_equal(folder.st_mode & 07777, 0700);
    assert_int_equal(rmdir(expected), 0);
    assert_int_equal(rmdir(data), 0);
}

static void a_folder_that_cannot_be_made_is_said(void **state)
{
    (void)state;
    char line[512];
    cli_fake_run(&ran, &demo, "--data /proc/1/no", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_memory_equal(ran.err, "ganglion demo: the agent's folder cannot be made: ", 50);
    (void)snprintf(line, sizeof line, "--data /tmp/%0130d", 7);
    cli_fake_run(&ran, &demo, line, NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err, "ganglion demo: the path of the data directory is too long\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_folder_is_made_and_private),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
