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
    { "POST /api/v1/things/pump/actions/rinse", 202, NULL, "{\"id\":\"x-9-2\",\"state\":\"queued\"}" },
    { "POST /api/v1/things/pump/actions/burn", 409, NULL,
      "{\"error\":{\"code\":\"refused\",\"message\":\"no solution declares this action\",\"hint\":\"-\"}}" },
    { NULL, 0, NULL, NULL },
};

static void an_order_names_its_action(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_do, "pump rinse seconds=5 --key k --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_memory_equal(ran.out, "action x-9-2 is queued", 22);
    cli_fake_run(&ran, &gn_command_things_do, "pump rinse --data @ --json", fake.dir);
    assert_string_equal(ran.out, "{\"id\":\"x-9-2\",\"state\":\"queued\"}\n");
    cli_fake_run(&ran, &gn_command_things_do, "pump burn --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_non_null(strstr(ran.err, "no solution declares this action"));
    cli_fake_run(&ran, &gn_command_things_do, "pump rinse 5 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    cli_fake_run(&ran, &gn_command_things_do, "pump a/b --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(an_order_names_its_action) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
