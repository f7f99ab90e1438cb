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

#define RULE                                                                                                           \
    "{\"name\":\"slow-down\",\"autonomy\":\"ask\",\"words\":\"an anomaly for 2 "                                       \
    "s\",\"do\":{\"thing\":\"press-7\",\"action\":\"slow\",\"input\":{}}}"
static const struct api_fake_row rows[] = {
    { "GET /api/v1/rules", 200, NULL, "{\"rules\":[" RULE "]}" },
    { NULL, 0, NULL, NULL },
};

static void rules_are_shown_in_words_or_as_json(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_rules, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "RULE       AUTONOMY  WHEN                DO\n"
                                 "slow-down  ask       an anomaly for 2 s  slow on press-7 {}\n");
    cli_fake_run(&ran, &gn_command_rules, "--data @ --json", fake.dir);
    assert_string_equal(ran.out, RULE "\n");
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(rules_are_shown_in_words_or_as_json) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
