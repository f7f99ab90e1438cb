/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/thing_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/rows.h"

static void parts_are_escaped_and_joined(void **state)
{
    (void)state;
    char path[GN_ASK_PATH_BYTES];
    const struct gn_cli cli = { .command = &gn_command_things, .out = stdout, .err = stdout };
    assert_true(gn_thing_path(&cli, "press-7", "", path));
    assert_string_equal(path, "/api/v1/things/press-7");
    assert_true(gn_thing_path(&cli, "a b", "actions/slow down", path));
    assert_string_equal(path, "/api/v1/things/a%20b/actions/slow%20down");
    assert_true(gn_discovered_path(&cli, "a b", "adopt", path));
    assert_string_equal(path, "/api/v1/discovered/a%20b/adopt");
}

static void a_path_that_does_not_fit_is_said(void **state)
{
    (void)state;
    static char id[GN_ASK_PATH_BYTES];
    char path[GN_ASK_PATH_BYTES];
    FILE *err = tmpfile();
    const struct gn_cli cli = { .command = &gn_command_things, .out = stdout, .err = err };
    memset(id, 'a', sizeof id - 1);
    assert_false(gn_thing_path(&cli, id, "", path));
    assert_true(ftell(err) > 0);
    (void)fclose(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_escaped_and_joined),
        cmocka_unit_test(a_path_that_does_not_fit_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
