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
    { "PUT /api/v1/things/pump/desired", 202, NULL, "{\"thing\":\"pump\",\"recorded\":true}" },
    { NULL, 0, NULL, NULL },
};

static void a_wish_is_recorded(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_set, "pump speed=30 mode=fast --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_memory_equal(ran.out, "Recorded", 8);
    cli_fake_run(&ran, &gn_command_things_set, "pump speed --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    cli_fake_run(&ran, &gn_command_things_set, "ghost speed=1 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_wish_is_recorded) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
