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
    { "GET /api/v1/findings", 200, NULL,
      "{\"findings\":[{\"id\":\"f-9-1\",\"state\":\"open\",\"thing\":\"press-7\",\"property\":\"temperature\",\"time\":"
      "1795317840000,"
      "\"value\":91.25,\"usual\":60,\"p_value\":0.00012,\"why\":\"far above usual\"}]}" },
    { NULL, 0, NULL, NULL },
};

static void a_finding_shows_value_usual_and_why(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_findings, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(
        ran.out,
        "ID     TIME                      STATE  THING    PROPERTY     VALUE  USUAL  P        WHY\n"
        "f-9-1  2026-11-22T03:24:00.000Z  open   press-7  temperature  91.25  60     0.00012  far above usual\n");
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_finding_shows_value_usual_and_why) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
