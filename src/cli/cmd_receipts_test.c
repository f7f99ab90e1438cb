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
    { "GET /api/v1/receipts", 200, NULL,
      "{\"receipts\":[{\"id\":\"r-9\",\"decision\":\"d-9-1\",\"thing\":\"press-7\",\"rule\":\"slow-down\",\"person\":"
      "\"ada\","
      "\"result\":\"done\",\"time\":1795317840000}]}" },
    { NULL, 0, NULL, NULL },
};

static void a_receipt_shows_who_and_with_which_result(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_receipts, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "r-9  2026-11-22T03:24:00.000Z  done    press-7  slow-down  ada     d-9-1\n"));
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_receipt_shows_who_and_with_which_result) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
