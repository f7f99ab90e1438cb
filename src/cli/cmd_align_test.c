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

#define ANSWER "{\"step\":60000,\"series\":[],\"rows\":[[1795317840000,1.5,null],[1795317900000,2,30]]}"
static const struct api_fake_row rows[] = { { "GET /api/v1/aligned", 200, NULL, ANSWER }, { NULL, 0, NULL, NULL } };

static struct cli_fake ran;

static void run_line(const char *line)
{
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_align, line, fake.dir);
    api_fake_stop(&fake);
}

static void series_stand_side_by_side(void **state)
{
    (void)state;
    run_line("p/t q/u --from 1h --to 1m --step 1m --fill previous --value max --data @");
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "TIME"));
    assert_non_null(strstr(ran.out, "p/t"));
    assert_non_null(strstr(ran.out, "2026-11-22T03:25:00.000Z  2"));
    run_line("p/t --from 1h --step 1m --percentile 95 --json --data @");
    assert_string_equal(ran.out, ANSWER "\n");
}

static void what_is_needed_is_said(void **state)
{
    (void)state;
    run_line("p/t --step 1m --data @");
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_non_null(strstr(ran.err, "--from and --step are needed"));
    run_line("p/t --from 1h --step often --data @");
    assert_int_equal(ran.code, GN_EXIT_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_stand_side_by_side),
        cmocka_unit_test(what_is_needed_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
