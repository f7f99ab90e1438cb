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

#define THING                                                                                                          \
    "{\"id\":\"press-7\",\"name\":\"Press 7\",\"online\":false,\"refused\":{\"count\":2,\"why\":\"no "                 \
    "number\"},\"credential\":{\"state\":\"valid\",\"old_until\":1795317840000,\"revoked\":null,\"last_used\":"        \
    "1795317841000,\"old_last_used\":null,\"last_source\":\"10.0.0.7\"},\"properties\":["                              \
    "{\"name\":\"temperature\",\"kind\":\"number\",\"unit\":\"C\",\"value\":61.5,\"time\":1795317840000}],"            \
    "\"actions\":[{\"name\":\"slow\",\"arguments\":[]}]}"
static const struct api_fake_row rows[] = {
    { "GET /api/v1/things/press-7", 200, NULL, THING },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void a_thing_shows_its_properties_actions_and_what_was_refused(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_show, "press-7 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "press-7  Press 7  offline\n"
                                 "refused 2 of its messages; the last one because: no number\n"
                                 "token valid, the old one until 2026-11-22T03:24:00.000Z, last used "
                                 "2026-11-22T03:24:01.000Z from 10.0.0.7\n"
                                 "PROPERTY     KIND    VALUE  UNIT  TIME\n"
                                 "temperature  number  61.5   C     2026-11-22T03:24:00.000Z\n"
                                 "action slow []\n");
    cli_fake_run(&ran, &gn_command_things_show, "press-7 --data @ --json", fake.dir);
    assert_string_equal(ran.out, THING "\n");
    api_fake_stop(&fake);
}

static void an_unknown_thing_is_not_found(void **state)
{
    (void)state;
    struct api_fake fake;
    char line[4000];
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_show, "press-8 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    (void)snprintf(line, sizeof line, "%0700d --data @", 7);
    cli_fake_run(&ran, &gn_command_things_show, line, fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thing_shows_its_properties_actions_and_what_was_refused),
        cmocka_unit_test(an_unknown_thing_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
