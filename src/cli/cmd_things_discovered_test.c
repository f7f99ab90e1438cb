/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/rows.h"

#define ALL                                                                                                            \
    "{\"discovered\":[{\"id\":\"hall\",\"name\":\"Hall\",\"via\":\"bridge\",\"source\":\"zigbee2mqtt\","               \
    "\"since\":1795317840000,\"properties\":4,\"readings\":12,\"ready\":true}]}"
static const struct api_fake_row rows[] = {
    { "GET /api/v1/discovered", 200, NULL, ALL },
    { NULL, 0, NULL, NULL },
};

static void what_appeared_is_listed(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_discovered, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(
        strstr(ran.out, "hall  zigbee2mqtt  bridge  4           12        true   2026-11-22T03:24:00.000Z  Hall\n"));
    cli_fake_run(&ran, &gn_command_things_discovered, "--data @ --json", fake.dir);
    assert_string_equal(ran.out, ALL "\n");
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_appeared_is_listed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
