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
    { "GET /api/v1/things/press-7/description", 200, NULL, "{\"title\":\"Press 7\"}" },
    { "PUT /api/v1/things/press-7/description", 202, NULL, "{\"thing\":\"press-7\",\"recorded\":true}" },
    { "PUT /api/v1/things/press-8/description", 400, NULL,
      "{\"error\":{\"code\":\"bad_description\",\"message\":\"line 2, column 5: 'forms' is not known here\",\"hint\":"
      "\"docs/wot.md has an example\"}}" },
    { NULL, 0, NULL, NULL },
};

static void a_description_is_shown_and_put(void **state)
{
    (void)state;
    static struct cli_fake ran;
    struct api_fake fake;
    char path[600], words[700];
    api_fake_start(&fake, rows);
    (void)snprintf(path, sizeof path, "%s/press.json", fake.dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("{\n  \"title\": \"Press 7\"\n}\n", file);
    (void)fclose(file);
    cli_fake_run(&ran, &gn_command_things_describe, "press-7 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "{\"title\":\"Press 7\"}\n");
    (void)snprintf(words, sizeof words, "press-7 %s --data @", path);
    cli_fake_run(&ran, &gn_command_things_describe, words, fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_memory_equal(ran.out, "Described.", 10);
    (void)snprintf(words, sizeof words, "press-8 %s --data @", path);
    cli_fake_run(&ran, &gn_command_things_describe, words, fake.dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_non_null(strstr(ran.err, "line 2, column 5"));
    cli_fake_run(&ran, &gn_command_things_describe, "press-7 /no/such/file --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    cli_fake_run(&ran, &gn_command_things_describe, "press-9 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    (void)remove(path);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_description_is_shown_and_put) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
