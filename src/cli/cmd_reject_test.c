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
    { "POST /api/v1/decisions/d-9-1/reject", 202, NULL,
      "{\"decision\":\"d-9-1\",\"verdict\":\"reject\",\"recorded\":true}" },
    { NULL, 0, NULL, NULL },
};

static void rejecting_needs_a_reason(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_reject, "d-9-1 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_memory_equal(ran.err, "ganglion reject: --reason is missing", 36);
    assert_string_equal(api_fake_asked(&fake), "");
    cli_fake_run(&ran, &gn_command_reject, "d-9-1 --reason planned --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "rejected: d-9-1 (recorded)\n");
    assert_string_equal(api_fake_asked(&fake),
                        "POST /api/v1/decisions/d-9-1/reject HTTP/1.1 <- {\"reason\":\"planned\"}\n");
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(rejecting_needs_a_reason) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
