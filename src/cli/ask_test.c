/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/ask.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"

static int demo_run(struct gn_cli *cli)
{
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "GET", cli->words[0], GN_STR(""), &reply);
    if (code == GN_EXIT_OK)
        (void)fprintf(cli->out, "%.*s", GN_STR_ARGS(reply.body));
    gn_api_reply_give(&reply);
    return code;
}

static const struct gn_command demo = {
    .name = "demo",
    .words = "PATH",
    .options = { GN_OPTION_DATA },
    .words_min = 1,
    .words_max = 1,
    .run = demo_run,
};

static const struct api_fake_row rows[] = {
    { "GET /ok", 200, NULL, "{}" },
    { "GET /refused", 409, NULL,
      "{\"error\":{\"code\":\"conflict\",\"message\":\"no longer\\u001b pending\",\"hint\":null}}" },
    { "GET /api/v1/things/x", 404, NULL,
      "{\"error\":{\"code\":\"not_found\",\"message\":\"there is no Thing 'x'\",\"hint\":\"GET /api/v1/things lists "
      "them\"}}" },
    { "GET /odd", 500, "text/html", "<h1>no</h1>" },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void every_failure_has_its_exit_code_and_words(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &demo, "/ok --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "{}");
    cli_fake_run(&ran, &demo, "/missing --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    assert_string_equal(ran.err, "ganglion demo: there is none\n  look again\n");
    cli_fake_run(&ran, &demo, "/refused --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_string_equal(ran.err, "ganglion demo: no longer\\x1b pending\n");
    cli_fake_run(&ran, &demo, "/odd --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_string_equal(ran.err, "ganglion demo: the node answers with HTTP status 500\n");
    cli_fake_run(&ran, &demo, "/api/v1/things/x --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND); /* and the hint is for people, not for programs */
    assert_string_equal(ran.err, "ganglion demo: there is no Thing 'x'\n  See what there is: ganglion things\n");
    api_fake_stop(&fake);
}

static void without_a_node_it_says_how_to_start_one(void **state)
{
    (void)state;
    cli_fake_run(&ran, &demo, "/ok --data /tmp/there-is-no-such-folder", NULL);
    assert_int_equal(ran.code, GN_EXIT_NO_NODE);
    assert_string_equal(ran.err, "ganglion demo: no node is running on /tmp/there-is-no-such-folder\n"
                                 "  Start one: ganglion run --data /tmp/there-is-no-such-folder "
                                 "(or name another with --data DIR)\n");
}

static void the_default_directory_is_asked_for_when_none_is_named(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    (void)snprintf(node_fake.default_dir, sizeof node_fake.default_dir, "%s", fake.dir);
    cli_fake_run(&ran, &demo, "/ok", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    node_fake.default_dir[0] = '\0';
    cli_fake_run(&ran, &demo, "/ok", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err,
                        "ganglion demo: there is no usable data directory (neither XDG_STATE_HOME nor HOME says "
                        "where)\n  Name one: --data DIR\n");
    api_fake_stop(&fake);
}

static void an_empty_directory_name_is_refused(void **state)
{
    (void)state;
    cli_fake_run(&ran, &demo, "/ok --data=", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err,
                        "ganglion demo: there is no usable data directory in --data\n  Name one: --data DIR\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_has_its_exit_code_and_words),
        cmocka_unit_test(without_a_node_it_says_how_to_start_one),
        cmocka_unit_test(the_default_directory_is_asked_for_when_none_is_named),
        cmocka_unit_test(an_empty_directory_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
