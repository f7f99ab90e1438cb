/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/core.h"
#include "node/node.h"

static char dir[64];
static char text[4096];
static struct gn_diag diag;

static int make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/gn_sql_XXXXXX");
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int drop_dir(void **state)
{
    char command[128];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static gn_err ask(const char *sql)
{
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    memset(text, 0, sizeof text);
    diag = (struct gn_diag){ 0 };
    return gn_node_sql_offline(dir, gn_str_of(sql), &buf, &diag);
}

static void a_directory_without_a_node_answers(void **state)
{
    (void)state;
    struct gn_core core;
    assert_int_equal(gn_core_open(&core, dir, &diag), GN_OK);
    assert_int_equal(ask("SELECT 1"), GN_ERR_BUSY); /* a node runs */
    gn_core_close(&core);
    assert_int_equal(ask("SELECT count(*) AS n FROM readings"), GN_OK);
    assert_string_equal(text, "{\"columns\":[\"n\"],\"rows\":[[0]],\"cut\":false}");
    assert_int_equal(ask("SELECT 1 FORM"), GN_OK); /* an alias */
    assert_int_equal(ask("SELECT nosuch"), GN_ERR_INVAL);
    assert_int_equal(diag.line, 1);
    assert_int_equal(diag.column, 8);
}

static void a_directory_without_a_history_is_told_and_left_alone(void **state)
{
    (void)state;
    assert_int_equal(ask("SELECT 1"), GN_ERR_NOT_FOUND);
    assert_non_null(strstr(diag.text, "there is no history in"));
    assert_int_equal(rmdir(dir), 0); /* nothing was made in it */
    assert_int_equal(mkdir(dir, 0700), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_directory_without_a_node_answers, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(a_directory_without_a_history_is_told_and_left_alone, make_dir, drop_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
