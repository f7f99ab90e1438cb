/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

static struct api_fake_row rows[] = {
    { "POST /api/v1/things", 201, NULL,
      "{\"id\":\"press-7\",\"name\":\"Press 7\",\"token\":\"ffffffffffffffffffffffffffffffff\"}" },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void a_running_node_is_asked(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    node_fake.added_name[0] = '\0';
    cli_fake_run(&ran, &gn_command_things_add, "Press-7 --data @ --json", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "{\"id\":\"press-7\",\"token\":\"ffffffffffffffffffffffffffffffff\"}\n");
    assert_string_equal(api_fake_asked(&fake), "POST /api/v1/things HTTP/1.1 <- {\"name\":\"Press-7\"}\n");
    assert_string_equal(node_fake.added_name, "");
    cli_fake_run(&ran, &gn_command_things_add, "Press-7 --data @", fake.dir);
    assert_memory_equal(ran.out, "id     press-7\ntoken  ffffffffffffffffffffffffffffffff\n", 55);
    api_fake_stop(&fake);
}

static void where_to_connect_is_printed_with_a_code_to_scan(void **state)
{
    (void)state;
    static struct api_fake_row given[] = {
        { "POST /api/v1/things", 201, NULL,
          "{\"id\":\"press-7\",\"token\":\"ffffffffffffffffffffffffffffffff\",\"connect\":[\"mqtts://"
          "node:8883\",\"mqtt://"
          "node:1883\"],\"qr\":{\"text\":\"x\",\"size\":2,\"rows\":[\"11\",\"10\"]}}" },
        { NULL, 0, NULL, NULL },
    };
    struct api_fake fake;
    assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
    api_fake_start(&fake, given);
    cli_fake_run(&ran, &gn_command_things_add, "Press-7 --qr --data @", fake.dir);
    assert_memory_equal(ran.out,
                        "id     press-7\ntoken  ffffffffffffffffffffffffffffffff\nat     mqtts://node:8883\nat     "
                        "mqtt://node:1883\n",
                        104);
    assert_non_null(strstr(ran.out, "\u2588\u2588\u2588\u2588 \u2584\u2588\u2588\u2588\u2588\n"));
    cli_fake_run(&ran, &gn_command_things_add, "Press-7 --data @", fake.dir);
    assert_null(strstr(ran.out, "\u2588")); /* no terminal */
    cli_fake_run(&ran, &gn_command_things_add, "Press-7 --qr --data @ --json", fake.dir);
    assert_string_equal(ran.out, "{\"id\":\"press-7\",\"token\":\"ffffffffffffffffffffffffffffffff\"}\n");
    api_fake_stop(&fake);
}

static void without_a_node_the_directory_is_changed_directly(void **state)
{
    (void)state;
    cli_fake_run(&ran, &gn_command_things_add, "Press-7 --data /tmp/there-is-no-such-folder --json", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "{\"id\":\"press-7\",\"token\":\"00112233445566778899aabbccddeeff\"}\n");
    assert_string_equal(node_fake.added_name, "Press-7");
    assert_string_equal(node_fake.data_dir, "/tmp/there-is-no-such-folder");
}

static void what_is_refused_is_said(void **state)
{
    (void)state;
    struct api_fake fake;
    node_fake.add_err = GN_ERR_BUSY;
    cli_fake_run(&ran, &gn_command_things_add, "a --data /tmp/there-is-no-such-folder", NULL);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_non_null(strstr(ran.err, "a node holds /tmp/there-is-no-such-folder but does not answer there"));
    node_fake.add_err = GN_ERR_INVAL;
    cli_fake_run(&ran, &gn_command_things_add, "a --data /tmp/there-is-no-such-folder", NULL);
    assert_string_equal(ran.err, "ganglion things add: the fake refuses\n");
    node_fake.add_err = GN_OK;
    rows[0].status = 400;
    rows[0].body = "{\"error\":{\"code\":\"invalid\",\"message\":\"a name is text\",\"hint\":\"Use UTF-8.\"}}";
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_add, "a --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_string_equal(ran.err, "ganglion things add: a name is text\n  Use UTF-8.\n");
    cli_fake_run(&ran, &gn_command_things_add, "a\xff --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    api_fake_stop(&fake);
}

static void an_answer_without_a_token_is_no_success(void **state)
{
    (void)state;
    struct api_fake fake;
    rows[0].status = 201;
    rows[0].body = "{\"id\":\"press-7\"}";
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_things_add, "a --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_node_is_asked),
        cmocka_unit_test(where_to_connect_is_printed_with_a_code_to_scan),
        cmocka_unit_test(without_a_node_the_directory_is_changed_directly),
        cmocka_unit_test(what_is_refused_is_said),
        cmocka_unit_test(an_answer_without_a_token_is_no_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
