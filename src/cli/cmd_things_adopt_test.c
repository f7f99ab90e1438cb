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
    { "GET /api/v1/discovered/hall", 200, NULL,
      "{\"id\":\"hall\",\"proposal\":{\"title\":\"hall\",\"properties\":{\"t.x\":{\"type\":\"number\",\"unit\":\"C\","
      "\"gn:kind\":\"number\",\"gn:last\":5},\"on\":{\"type\":\"boolean\"}}}}" },
    { "POST /api/v1/discovered/hall/adopt", 202, NULL, "{\"id\":\"hall\",\"state\":\"adopted\",\"recorded\":true}" },
    { NULL, 0, NULL, NULL },
};
static struct cli_fake ran;

static void it_is_adopted_as_proposed_or_under_another_name(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_adopt, "hall --name Hall --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "It is adopted"));
    assert_string_equal(api_fake_asked(&fake), "POST /api/v1/discovered/hall/adopt HTTP/1.1 <- {\"name\":\"Hall\"}\n");
    cli_fake_run(&ran, &gn_command_things_adopt, "other --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    api_fake_stop(&fake);
}

static void edits_change_the_proposal(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_adopt,
                 "hall --set t.x.unit=K,t.x.title=Warm,on.type=number,on.readOnly=false --data @ --json", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "{\"id\":\"hall\",\"state\":\"adopted\",\"recorded\":true}\n");
    assert_non_null(strstr(api_fake_asked(&fake),
                           "<- {\"description\":{\"title\":\"hall\",\"properties\":{\"t.x\":{\"type\":\"number\","
                           "\"gn:kind\":\"number\",\"unit\":\"K\",\"title\":\"Warm\"},\"on\":{\"type\":\"number\","
                           "\"readOnly\":false}}}}"));
    api_fake_stop(&fake);
}

static void malformed_edits_are_refused_before_anything_is_sent(void **state)
{
    (void)state;
    static const char *const lines[] = { "hall --set nothing --data @", "hall --set t.x.minimum=5 --data @",
                                         "hall --set other.unit=K --data @", "hall --set .unit=K --data @",
                                         "hall --set on.readOnly=no --data @" };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct api_fake fake;
        api_fake_start(&fake, rows);
        cli_fake_run(&ran, &gn_command_things_adopt, lines[i], fake.dir);
        assert_int_equal(ran.code, GN_EXIT_USAGE);
        assert_null(strstr(api_fake_asked(&fake), "POST"));
        api_fake_stop(&fake);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_adopted_as_proposed_or_under_another_name),
        cmocka_unit_test(edits_change_the_proposal),
        cmocka_unit_test(malformed_edits_are_refused_before_anything_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
