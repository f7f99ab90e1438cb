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

static const struct api_fake_row rows[] = {
    { "GET /api/v1/alarms", 200, NULL,
      "{\"alarms\":[{\"id\":\"a-9\",\"state\":\"open\",\"thing\":\"<img "
      "src=x>\",\"since\":1795317840000,\"p_value\":0.01,"
      "\"why\":\"bold\\u001b[1m\"}]}" },
    { NULL, 0, NULL, NULL },
};

static void an_alarm_shows_since_when_and_why_and_nothing_escapes(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_alarms, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "ID   SINCE                     STATE  THING        P     WHY\n"
                                 "a-9  2026-11-22T03:24:00.000Z  open   <img src=x>  0.01  bold\\x1b[1m\n");
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(an_alarm_shows_since_when_and_why_and_nothing_escapes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
