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
    { "GET /api/v1/things/pump/desired", 200, NULL,
      "{\"thing\":\"pump\",\"properties\":[{\"name\":\"speed\",\"kind\":\"number\",\"unit\":\"%\",\"reported\":10,"
      "\"desired\":30,\"state\":\"sent\",\"since\":1795317840000,\"expires\":1795404240000,\"why\":null,\"differs\":"
      "true}]}" },
    { NULL, 0, NULL, NULL },
};

static void desired_stands_beside_reported(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_twin, "pump --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "PROPERTY"));
    assert_non_null(strstr(ran.out, "speed"));
    assert_non_null(strstr(ran.out, "sent"));
    cli_fake_run(&ran, &gn_command_things_twin, "pump --data @ --json", fake.dir);
    assert_non_null(strstr(ran.out, "\"desired\":30"));
    cli_fake_run(&ran, &gn_command_things_twin, "ghost --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(desired_stands_beside_reported) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
