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
    { "GET /api/v1/decisions", 200, NULL,
      "{\"decisions\":[{\"id\":\"d-9-1\",\"state\":\"pending\",\"rule\":\"slow-down\",\"time\":1795317840000,"
      "\"expires\":1795318440000,\"action\":{\"thing\":\"press-7\",\"name\":\"slow\",\"input\":{}},\"why\":\"hot for 2 "
      "s\"}]}" },
    { NULL, 0, NULL, NULL },
};

static void a_decision_shows_what_would_be_done_and_until_when(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_decisions, "--state pending --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(api_fake_asked(&fake), "GET /api/v1/decisions?state=pending HTTP/1.1\n");
    assert_non_null(strstr(ran.out, "d-9-1  2026-11-22T03:24:00.000Z  pending  slow-down  press-7 slow  "
                                    "2026-11-22T03:34:00.000Z  hot for 2 s\n"));
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_decision_shows_what_would_be_done_and_until_when) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
