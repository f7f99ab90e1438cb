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

#define ONE                                                                                                            \
    "{\"id\":\"press-7\",\"name\":\"Press "                                                                            \
    "7\",\"online\":true,\"series\":3,\"last_time\":1795317840000,\"alarms_open\":1}"
#define TWO "{\"id\":\"b\",\"name\":\"B\",\"online\":false,\"series\":0,\"last_time\":null,\"alarms_open\":0}"
static const struct api_fake_row rows[] = {
    { "GET /api/v1/things", 200, NULL, "{\"things\":[" ONE "," TWO "]}" },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void things_are_listed_with_and_without_the_word(void **state)
{
    (void)state;
    static const char expected[] = "ID       STATE    SERIES  LAST READING              ALARMS  NAME\n"
                                   "press-7  online   3       2026-11-22T03:24:00.000Z  1       Press 7\n"
                                   "b        offline  0       -                         0       B\n";
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, expected);
    cli_fake_run(&ran, &gn_command_things, "list --data @", fake.dir);
    assert_string_equal(ran.out, expected);
    cli_fake_run(&ran, &gn_command_things, "--data @ --json", fake.dir);
    assert_string_equal(ran.out, ONE "\n" TWO "\n");
    api_fake_stop(&fake);
}

static void another_word_is_refused_with_those_there_are(void **state)
{
    (void)state;
    cli_fake_run(&ran, &gn_command_things, "ad press-7", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err, "ganglion things: 'ad' is not known\n  ganglion help lists what there is: things add, "
                                 "things show and others.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_are_listed_with_and_without_the_word),
        cmocka_unit_test(another_word_is_refused_with_those_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
