/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "eval/column_file.h"

static struct gn_diag diag;
static struct gn_column_file file;

static void columns_come_one_after_the_other(void **state)
{
    (void)state;
    const gn_str text = GN_STR("date,A,B\n2016-07-01 00:00:00,1,-2.5\n\n2016-07-01 01:00:00,3,4\n");
    assert_int_equal(gn_column_file_read(text, &file, &diag), GN_OK);
    assert_int_equal(file.columns, 2);
    assert_int_equal(file.rows, 2);
    assert_true(gn_str_equal(file.names[1], GN_STR("B")));
    assert_true(file.times_ms[0] == INT64_C(1467331200000) && file.times_ms[1] - file.times_ms[0] == 3600000);
    assert_true(file.values[0] == 1 && file.values[1] == 3 && file.values[2] == -2.5 && file.values[3] == 4);
    gn_column_file_free(&file);
    gn_column_file_free(&file);
}

static void damage_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t line;
        size_t column;
        const char *said;
    } cases[] = {
        { "", 1, 1, "the file is empty" },
        { "date\n", 1, 1, "'date' is the only column: there are no values" },
        { "date,A\n", 1, 1, "there are no rows below the heading" },
        { "date,A\n2016-07-01,1\n", 2, 1, "'2016-07-01' is not a time like 2016-07-01 00:00:00" },
        { "date,A\n2016-13-01 00:00:00,1\n", 2, 1, "'2016-13-01 00:00:00' is not a time like 2016-07-01 00:00:00" },
        { "date,A\n2016-07-01 00:00:00,x\n", 2, 21, "'x' is not a number" },
        { "date,A\n2016-07-01 00:00:00,1,2\n", 2, 23, "'2' is one field more than the heading has" },
        { "date,A,B\n2016-07-01 00:00:00,1\n", 2, 22,
          "'' stands where a further number is wanted: the row is too short" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_column_file_read(gn_str_of(cases[i].text), &file, &diag), GN_ERR_INVAL);
        assert_string_equal(diag.text, cases[i].said);
        assert_int_equal(diag.line, cases[i].line);
        assert_int_equal(diag.column, cases[i].column);
    }
    assert_null(file.values);
}

static void one_column_too_many_is_refused(void **state)
{
    (void)state;
    static char text[5 + 2 * (GN_EVAL_COLUMNS_MAX + 1)] = "date";
    for (size_t i = 4; i < sizeof text - 1; i += 2)
        memcpy(text + i, ",A", 2);
    assert_int_equal(gn_column_file_read(gn_str_of(text), &file, &diag), GN_ERR_FULL);
    text[4 + 2 * GN_EVAL_COLUMNS_MAX] = '\0';
    assert_int_equal(gn_column_file_read(gn_str_of(text), &file, &diag), GN_ERR_INVAL); /* as it has no rows */
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    for (size_t take = 1; take <= 2; take++) {
        gn_mem_fail_after(take);
        assert_int_equal(gn_column_file_read(GN_STR("d,A\n2016-07-01 00:00:00,1\n"), &file, &diag), GN_ERR_FULL);
    }
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_come_one_after_the_other),
        cmocka_unit_test(damage_is_refused_with_its_place),
        cmocka_unit_test(one_column_too_many_is_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
