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
    { "DELETE /api/v1/things/press-7/token", 204, NULL, "" },
    { NULL, 0, NULL, NULL },
};

static void a_thing_is_revoked_and_that_is_said(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_revoke, "press-7 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "Its credentials no longer count, and its connections have ended. `ganglion things "
                                 "token` gives it a new one.\n");
    cli_fake_run(&ran, &gn_command_things_revoke, "press-7 --data @ --json", fake.dir);
    assert_string_equal(ran.out, "{\"revoked\":true}\n");
    cli_fake_run(&ran, &gn_command_things_revoke, "press-8 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_thing_is_revoked_and_that_is_said) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
