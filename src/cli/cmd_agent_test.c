/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

static const struct api_fake_row rows[] = {
    { "POST /api/v1/things", 409, NULL, "{\"error\":{\"message\":\"there are 4096 Things\"}}" },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void samples_can_be_printed_without_a_node(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_agent, "--print --samples 2 --hz 50 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_memory_equal(ran.out, "{\"time\":", 8);
    assert_string_equal(api_fake_asked(&fake), "");
    api_fake_stop(&fake);
}

static void what_is_wrong_is_said_before_anything_starts(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *said;
    } cases[] = {
        { "--hz 0", "ganglion agent: --hz '0': a number from 0.1 to 50 is expected\n" },
        { "--mqtt 1883", "ganglion agent: --mqtt '1883': HOST:PORT is expected" },
        { "--mqtt 127.0.0.1:0", "ganglion agent: --mqtt '127.0.0.1:0': HOST:PORT is expected" },
        { "--thing x --data @", "ganglion agent: --thing and --token-file go together\n" },
        { "--token-file x --data @", "ganglion agent: --thing and --token-file go together\n" },
        { "--thing a/b --token-file x --data @",
          "ganglion agent: --thing 'a/b': an id has 1 to 64 of A-Z a-z 0-9 _ . -\n" },
        { "--thing x --token-file /tmp/there-is-no-such-file --data @",
          "ganglion agent: /tmp/there-is-no-such-file: No such file or directory\n" },
        { "distrub cpu",
          "ganglion agent: 'distrub' is not known\n  There are: agent, and agent disturb cpu|disk|memory.\n" },
    };
    struct api_fake fake;
    api_fake_start(&fake, rows);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cli_fake_run(&ran, &gn_command_agent, cases[i].line, fake.dir);
        assert_int_equal(ran.code, GN_EXIT_USAGE);
        assert_memory_equal(ran.err, cases[i].said, strlen(cases[i].said));
    }
    assert_string_equal(api_fake_asked(&fake), "");
    api_fake_stop(&fake);
}

static void a_node_that_gives_no_credentials_ends_it(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_agent, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_non_null(strstr(ran.err, "the node gives no credentials (HTTP status 409): there are 4096 Things\n"));
    assert_string_equal(api_fake_asked(&fake), "GET /api/v1/things/this-machine HTTP/1.1\n"
                                               "POST /api/v1/things HTTP/1.1 <- {\"name\":\"this-machine\"}\n");
    api_fake_stop(&fake);
}

static void credentials_that_others_can_read_are_refused(void **state)
{
    (void)state;
    char path[128];
    struct api_fake fake;
    api_fake_start(&fake, rows);
    (void)snprintf(path, sizeof path, "%s/agent", fake.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/agent/credentials", fake.dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fclose(file);
    assert_int_equal(chmod(path, 0644), 0);
    cli_fake_run(&ran, &gn_command_agent, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_non_null(strstr(ran.err, "can be used by others (mode 0644): chmod 600 "));
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_can_be_printed_without_a_node),
        cmocka_unit_test(what_is_wrong_is_said_before_anything_starts),
        cmocka_unit_test(a_node_that_gives_no_credentials_ends_it),
        cmocka_unit_test(credentials_that_others_can_read_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
