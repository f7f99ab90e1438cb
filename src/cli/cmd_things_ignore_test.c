/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/rows.h"

static const struct api_fake_row rows[] = {
    { "POST /api/v1/discovered/hall/ignore", 202, NULL, "{\"id\":\"hall\",\"state\":\"ignored\",\"recorded\":true}" },
    { NULL, 0, NULL, NULL },
};

static void it_is_ignored(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_ignore, "hall --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "It is ignored"));
    cli_fake_run(&ran, &gn_command_things_ignore, "hall --data @ --json", fake.dir);
    assert_string_equal(ran.out, "{\"id\":\"hall\",\"state\":\"ignored\",\"recorded\":true}\n");
    cli_fake_run(&ran, &gn_command_things_ignore, "other --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(it_is_ignored) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
