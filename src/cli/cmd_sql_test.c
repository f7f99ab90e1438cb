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

#define ANSWER "{\"columns\":[\"time\",\"v,w\"],\"rows\":[[1,\"a\\\"b\"],[2,null],[3,4.5]],\"cut\":true}"
static const struct api_fake_row rows[] = { { "POST /api/v1/sql", 200, NULL, ANSWER }, { NULL, 0, NULL, NULL } };
static const struct api_fake_row bad[] = {
    { "POST /api/v1/sql", 400, NULL,
      "{\"error\":{\"code\":\"bad_sql\",\"message\":\"line 1, column 8: no such column: x\",\"hint\":\"h\"}}" },
    { NULL, 0, NULL, NULL }
};

static struct cli_fake ran;

static void run_line(const struct api_fake_row *table, const char *line)
{
    struct api_fake fake;
    api_fake_start(&fake, table);
    cli_fake_run(&ran, &gn_command_sql, line, fake.dir);
    api_fake_stop(&fake);
}

static void rows_are_a_table(void **state)
{
    (void)state;
    run_line(rows, "select --data @");
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "time  v,w\n1     a\"b\n"));
    assert_non_null(strstr(ran.err, "there are more rows"));
}

static void rows_can_be_csv_or_json(void **state)
{
    (void)state;
    run_line(rows, "select --csv --data @");
    assert_string_equal(ran.out, "time,\"v,w\"\n1,\"a\"\"b\"\n2,\n3,4.5\n");
    run_line(rows, "select --json --data @");
    assert_string_equal(ran.out, ANSWER "\n");
}

static void a_refusal_is_said(void **state)
{
    (void)state;
    run_line(bad, "select --data @");
    assert_true(ran.code != GN_EXIT_OK);
    assert_non_null(strstr(ran.err, "line 1, column 8: no such column: x"));
}

static void offline_reads_the_directory_itself(void **state)
{
    (void)state;
    node_fake.sql_err = GN_OK;
    run_line(rows, "select --offline --csv --data /var/x");
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(node_fake.data_dir, "/var/x");
    assert_string_equal(ran.out, "n\n5\n");
    node_fake.sql_err = GN_ERR_NOT_FOUND;
    run_line(rows, "select --offline --data /var/x");
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    assert_non_null(strstr(ran.err, "the fake refuses"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_a_table),
        cmocka_unit_test(rows_can_be_csv_or_json),
        cmocka_unit_test(a_refusal_is_said),
        cmocka_unit_test(offline_reads_the_directory_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
