/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/answer.h"
#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

#define LIVE(kind, object) "event: output\ndata: {\"change\":1,\"kind\":\"" kind "\",\"data\":" object "}\n\n"
#define RECORDED           "{\"decision\":\"d-1-1\",\"verdict\":\"approve\",\"recorded\":true}"

static const char stream_done[] = LIVE("decision", "{\"id\":\"d-9-9\",\"state\":\"approved\"}")
    LIVE("decision", "{\"id\":\"d-1-1\",\"state\":\"approved\"}")
        LIVE("action", "{\"id\":\"x-1\",\"decision\":\"d-1-1\",\"state\":\"sent\"}")
            LIVE("action", "{\"id\":\"x-1\",\"decision\":\"d-1-1\",\"state\":\"done\",\"message\":\"stopped\"}")
                LIVE("receipt", "{\"id\":\"r-1\",\"decision\":\"d-1-1\",\"result\":\"done\"}");
static const char stream_failed[] = LIVE("receipt", "{\"id\":\"r-1\",\"decision\":\"d-1-1\",\"result\":\"failed\"}");
static const char stream_rejected[] = LIVE("decision", "{\"id\":\"d-1-1\",\"state\":\"rejected\"}")
    LIVE("receipt", "{\"id\":\"r-1\",\"decision\":\"d-1-1\",\"result\":\"rejected\"}");

static struct api_fake_row rows[] = {
    { "POST /api/v1/decisions/d-1-1/approve", 202, NULL, RECORDED },
    { "POST /api/v1/decisions/d-1-1/reject", 202, NULL, RECORDED },
    { "POST /api/v1/decisions/d-old/approve", 409, NULL,
      "{\"error\":{\"code\":\"conflict\",\"message\":\"it has expired\",\"hint\":\"\"}}" },
    { "GET /api/v1/live", 200, "text/event-stream", stream_done },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void an_answer_is_posted_with_its_reason(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_approve, "d-1-1 --reason=\"seen\" --data @ --json", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, RECORDED "\n");
    assert_string_equal(api_fake_asked(&fake),
                        "POST /api/v1/decisions/d-1-1/approve HTTP/1.1 <- {\"reason\":\"\\\"seen\\\"\"}\n");
    cli_fake_run(&ran, &gn_command_approve, "d-1-1 --data @", fake.dir);
    assert_string_equal(ran.out, "approved: d-1-1 (recorded)\n");
    api_fake_stop(&fake);
}

static void an_unknown_decision_and_an_old_one_are_told_apart(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_approve, "d-7 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    cli_fake_run(&ran, &gn_command_approve, "d-old --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_string_equal(ran.err, "ganglion approve: it has expired\n");
    api_fake_stop(&fake);
}

static void waiting_shows_every_state_and_ends_with_the_receipt(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_approve, "d-1-1 --wait --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "decision  approved\n"));
    assert_non_null(strstr(ran.out, "action    sent\n"));
    assert_non_null(strstr(ran.out, "action    done: stopped\n"));
    assert_non_null(strstr(ran.out, "receipt   done\n"));
    assert_null(strstr(ran.out, "d-9-9"));
    /* The stream is there before the answer is given. */
    assert_memory_equal(api_fake_asked(&fake), "GET /api/v1/live?kinds=decision,action,receipt", 46);
    api_fake_stop(&fake);
}

static void what_the_receipt_says_is_the_exit_code(void **state)
{
    (void)state;
    struct api_fake fake;
    rows[3].body = stream_failed;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_approve, "d-1-1 --wait --data @ --json", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    api_fake_stop(&fake);
    rows[3].body = stream_rejected;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_reject, "d-1-1 --reason no --wait --data @ --json", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, RECORDED "\n{\"id\":\"d-1-1\",\"state\":\"rejected\"}\n"
                                          "{\"id\":\"r-1\",\"decision\":\"d-1-1\",\"result\":\"rejected\"}\n");
    api_fake_stop(&fake);
    rows[3].body = LIVE("decision", "{\"id\":\"d-1-1\",\"state\":\"approved\"}"); /* and then the node goes */
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_approve, "d-1-1 --wait --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NO_NODE);
    api_fake_stop(&fake);
    rows[3].body = stream_done;
}

static void reasons_have_a_bound_and_are_text(void **state)
{
    (void)state;
    struct api_fake fake;
    char line[1200];
    api_fake_start(&fake, rows);
    (void)snprintf(line, sizeof line, "d-1-1 --reason=%01000d%024d --data @", 0, 0);
    char words[1200];
    (void)snprintf(words, sizeof words, "%s", line);
    struct gn_cli cli = {
        .command = &gn_command_approve, .out = tmpfile(), .err = tmpfile(), .clock = gn_clock_system()
    };
    char *argv[] = { (char[]){ "d-1-1" }, words + 6, (char[]){ "--data" }, fake.dir };
    words[6 + 9 + 1024] = '\0';
    assert_true(gn_args_parse(&cli, 4, argv));
    assert_int_equal(gn_answer_run(&cli, true), GN_EXIT_OK);
    words[6 + 9 + 1024] = 'x';
    words[6 + 9 + 1025] = '\0';
    assert_int_equal(gn_answer_run(&cli, true), GN_EXIT_USAGE);
    words[6 + 9] = (char)0xff;
    words[6 + 9 + 1] = '\0';
    assert_int_equal(gn_answer_run(&cli, true), GN_EXIT_USAGE);
    (void)fclose(cli.out);
    (void)fclose(cli.err);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_posted_with_its_reason),
        cmocka_unit_test(an_unknown_decision_and_an_old_one_are_told_apart),
        cmocka_unit_test(waiting_shows_every_state_and_ends_with_the_receipt),
        cmocka_unit_test(what_the_receipt_says_is_the_exit_code),
        cmocka_unit_test(reasons_have_a_bound_and_are_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
