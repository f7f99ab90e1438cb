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
    { "POST /api/v1/decisions/d-9-1/approve", 202, NULL,
      "{\"decision\":\"d-9-1\",\"verdict\":\"approve\",\"recorded\":true}" },
    { NULL, 0, NULL, NULL },
};

static void approving_needs_no_reason(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_approve, "d-9-1 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(api_fake_asked(&fake), "POST /api/v1/decisions/d-9-1/approve HTTP/1.1 <- {}\n");
    cli_fake_run(&ran, &gn_command_approve, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err,
                        "ganglion approve: DECISION is missing\n  Usage: ganglion approve DECISION [OPTIONS]\n");
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(approving_needs_no_reason) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
