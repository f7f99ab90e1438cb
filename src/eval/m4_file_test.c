/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "eval/m4_file.h"

static struct gn_diag diag;
static struct gn_m4_file file;

static void series_end_where_their_values_end(void **state)
{
    (void)state;
    const gn_str text = GN_STR("\"V1\",\"V2\",\"V3\",\"V4\"\n\"H1\",\"605\",\"586.5\",\n\"H2\",\"1\",\"2\",\"3\"\n");
    assert_int_equal(gn_m4_file_read(text, &file, &diag), GN_OK);
    assert_int_equal(file.count, 2);
    assert_true(gn_str_equal(file.series[0].id, GN_STR("H1")));
    assert_int_equal(file.series[0].count, 2);
    assert_true(file.series[0].values[1] == 586.5);
    assert_int_equal(file.series[1].count, 3);
    assert_true(file.series[1].values[2] == 3);
    gn_m4_file_free(&file);
    gn_m4_file_free(&file);
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
        { "V1,V2\nH1,x\n", 2, 4, "'x' is not a number" },
        { "V1,V2,V3\nH1,,3\n", 2, 5, "'3' stands behind an empty field: a value is missing" },
        { "V1,V2\n\nH1,\n", 3, 1, "'H1' has no values" },
        { "V1\n\"H1,5\n", 2, 1, "'\"H1' has a quote out of place" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_m4_file_read(gn_str_of(cases[i].text), &file, &diag), GN_ERR_INVAL);
        assert_string_equal(diag.text, cases[i].said);
        assert_int_equal(diag.line, cases[i].line);
        assert_int_equal(diag.column, cases[i].column);
        assert_null(file.values);
    }
}

static void one_series_too_many_is_refused(void **state)
{
    (void)state;
    enum { ROW = 4 };
    static char text[3 + (GN_EVAL_SERIES_MAX + 1) * ROW];
    memcpy(text, "V1\n", 3);
    for (size_t i = 0; i <= GN_EVAL_SERIES_MAX; i++)
        memcpy(text + 3 + i * ROW, "H,1\n", ROW);
    assert_int_equal(gn_m4_file_read((gn_str){ text, sizeof text - ROW }, &file, &diag), GN_OK);
    assert_int_equal(file.count, GN_EVAL_SERIES_MAX);
    gn_m4_file_free(&file);
    assert_int_equal(gn_m4_file_read((gn_str){ text, sizeof text }, &file, &diag), GN_ERR_FULL);
    assert_int_equal(diag.line, GN_EVAL_SERIES_MAX + 2);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    gn_mem_fail_after(1);
    assert_int_equal(gn_m4_file_read(GN_STR("V\nH,1\n"), &file, &diag), GN_ERR_FULL);
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_end_where_their_values_end),
        cmocka_unit_test(damage_is_refused_with_its_place),
        cmocka_unit_test(one_series_too_many_is_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
