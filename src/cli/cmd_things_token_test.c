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

static struct api_fake_row rows[] = {
    { "POST /api/v1/things/press-7/token", 200, NULL,
      "{\"id\":\"press-7\",\"token\":\"ffffffffffffffffffffffffffffffff\",\"old_until\":1795317840000}" },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void a_new_token_is_shown_once_with_the_end_of_the_old(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_token, "press-7 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "token  ffffffffffffffffffffffffffffffff\n\nThis one is shown this once. The old one "
                                 "counts until 2026-11-22T03:24:00.000Z.\n");
    cli_fake_run(&ran, &gn_command_things_token, "press-7 --data @ --json", fake.dir);
    assert_string_equal(ran.out, "{\"id\":\"press-7\",\"token\":\"ffffffffffffffffffffffffffffffff\",\"old_until\":"
                                 "1795317840000}\n");
    cli_fake_run(&ran, &gn_command_things_token, "press-8 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    rows[0].body = "{\"id\":\"press-7\",\"token\":\"ffffffffffffffffffffffffffffffff\",\"old_until\":null}";
    cli_fake_run(&ran, &gn_command_things_token, "press-7 --overlap 0 --data @", fake.dir);
    assert_non_null(strstr(ran.out, "No older one counts any more.\n"));
    api_fake_stop(&fake);
}

static void the_overlap_reaches_the_node(void **state)
{
    static const struct {
        const char *line, *asked;
    } cases[] = {
        { "press-7 --data @", "{\"overlap_s\":86400.000}" },
        { "press-7 --overlap 0 --data @", "{\"overlap_s\":0.000}" },
        { "press-7 --overlap 0s --data @", "{\"overlap_s\":0.000}" },
        { "press-7 --overlap 1500ms --data @", "{\"overlap_s\":1.500}" },
        { "press-7 --overlap 30d --data @", "{\"overlap_s\":2592000.000}" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct api_fake fake;
        api_fake_start(&fake, rows);
        cli_fake_run(&ran, &gn_command_things_token, cases[i].line, fake.dir);
        assert_int_equal(ran.code, GN_EXIT_OK);
        assert_non_null(strstr(api_fake_asked(&fake), cases[i].asked));
        api_fake_stop(&fake);
    }
}

static void an_overlap_that_is_none_is_refused(void **state)
{
    static const char *const lines[] = { "a --overlap x --data @", "a --overlap -1s --data @",
                                         "a --overlap 31d --data @", "a --overlap 1 --data @" };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        cli_fake_run(&ran, &gn_command_things_token, lines[i], "/tmp/there-is-no-such-folder");
        assert_int_equal(ran.code, GN_EXIT_USAGE);
        assert_non_null(strstr(ran.err, "a duration of at most 30d is expected"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_token_is_shown_once_with_the_end_of_the_old),
        cmocka_unit_test(the_overlap_reaches_the_node),
        cmocka_unit_test(an_overlap_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
