/* SPDX-License-Identifier: Apache-2.0 */
#include "node/core.h"
#include "node/node.h"
#include "node/test_records.h"

static void things_are_added_while_no_node_runs(void **state)
{
    (void)state;
    char dir[64], id[GN_THING_ID_BYTES_MAX + 1], token[GN_TOKEN_BYTES], other[GN_TOKEN_BYTES];
    struct gn_diag diag = { 0 };
    story_folder(dir);
    assert_int_equal(gn_node_thing_add_offline(dir, GN_STR("Press 7"), id, token, &diag), GN_OK);
    assert_string_equal(id, "press-7");
    assert_int_equal(strlen(token), 32);
    assert_int_equal(gn_node_thing_add_offline(dir, GN_STR("Press 7"), id, other, &diag), GN_OK);
    assert_string_equal(id, "press-7-2");
    assert_string_not_equal(token, other);

    static struct gn_core core; /* a node that starts then knows both, and their tokens */
    uint32_t thing;
    int64_t delay_ms;
    assert_int_equal(gn_core_open(&core, dir, &diag), GN_OK);
    assert_true(gn_registry_thing(&core.intake.registry, GN_STR("press-7-2"), &thing));
    assert_int_equal(thing, 1);
    assert_int_equal(gn_guard_thing_check(core.guard, GN_STR("press-7"), gn_str_of(token), GN_STR("::1"), &delay_ms),
                     GN_OK);
    assert_int_equal(gn_guard_thing_check(core.guard, GN_STR("press-7"), gn_str_of(other), GN_STR("::1"), &delay_ms),
                     GN_ERR_DENIED);
    /* ... and nobody adds any beside it */
    assert_int_equal(gn_node_thing_add_offline(dir, GN_STR("x"), id, token, &diag), GN_ERR_BUSY);
    gn_core_close(&core);
    story_folder_remove(dir);
}

static void a_name_that_cannot_be_is_refused(void **state)
{
    (void)state;
    char dir[64], id[GN_THING_ID_BYTES_MAX + 1], token[GN_TOKEN_BYTES], name[GN_THING_NAME_BYTES_MAX + 1];
    struct gn_diag diag = { 0 };
    story_folder(dir);
    memset(name, 'x', sizeof name);
    assert_int_equal(gn_node_thing_add_offline(dir, (gn_str){ 0 }, id, token, &diag), GN_ERR_INVAL);
    assert_int_equal(gn_node_thing_add_offline(dir, (gn_str){ name, sizeof name }, id, token, &diag), GN_ERR_INVAL);
    assert_int_equal(gn_node_thing_add_offline(dir, (gn_str){ name, sizeof name - 1 }, id, token, &diag), GN_OK);
    assert_int_equal(gn_node_thing_add_offline(dir, GN_STR("\xff"), id, token, &diag), GN_ERR_INVAL);
    story_folder_remove(dir);
}

static void the_default_folder_follows_the_xdg_rules(void **state)
{
    (void)state;
    char bytes[256];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    assert_int_equal(setenv("XDG_STATE_HOME", "/var/tmp/s", 1), 0);
    assert_int_equal(gn_node_default_dir(&out), GN_OK);
    assert_string_equal(bytes, "/var/tmp/s/ganglion");
    assert_int_equal(setenv("XDG_STATE_HOME", "relative", 1), 0);
    assert_int_equal(setenv("HOME", "/home/ada", 1), 0);
    out = gn_buf_over(bytes, sizeof bytes);
    assert_int_equal(gn_node_default_dir(&out), GN_OK);
    assert_string_equal(bytes, "/home/ada/.local/state/ganglion");
    out = gn_buf_over(bytes, 10);
    assert_int_equal(gn_node_default_dir(&out), GN_ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_are_added_while_no_node_runs),
        cmocka_unit_test(a_name_that_cannot_be_is_refused),
        cmocka_unit_test(the_default_folder_follows_the_xdg_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
