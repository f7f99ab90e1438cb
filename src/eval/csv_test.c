/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "eval/csv.h"

static struct gn_diag diag;

static void fields_come_without_quotes_and_blanks(void **state)
{
    (void)state;
    struct gn_csv csv = gn_csv_of(GN_STR("\"H1\", 605 ,,7.5\r\n\r\n\nlast"), &diag);
    static const char *const wanted[] = { "H1", "605", "", "7.5" };
    struct gn_csv_row row;
    gn_str field;
    assert_true(gn_csv_row(&csv, &row));
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(gn_csv_field(&row, &field), GN_OK);
        assert_true(gn_str_equal(field, gn_str_of(wanted[i])));
    }
    assert_int_equal(gn_csv_field(&row, &field), GN_ERR_NOT_FOUND);
    assert_true(gn_csv_row(&csv, &row));
    assert_int_equal(row.line, 4);
    assert_int_equal(gn_csv_field(&row, &field), GN_OK);
    assert_true(gn_str_equal(field, GN_STR("last")));
    assert_false(gn_csv_row(&csv, &row));
}

static void a_comma_at_the_end_is_followed_by_an_empty_field(void **state)
{
    (void)state;
    struct gn_csv csv = gn_csv_of(GN_STR("a,"), NULL);
    struct gn_csv_row row;
    gn_str field;
    assert_true(gn_csv_row(&csv, &row));
    assert_int_equal(gn_csv_field(&row, &field), GN_OK);
    assert_int_equal(gn_csv_field(&row, &field), GN_OK);
    assert_int_equal(field.size, 0);
    assert_int_equal(gn_csv_field(&row, &field), GN_ERR_NOT_FOUND);
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t line;
        size_t column;
        const char *said;
    } cases[] = {
        { "1,2\n3,x4\n", 2, 3, "'x4' is not a number" },
        { "1,\"\"\n", 1, 4, "'' is not a number" },
        { "1,nan\n", 1, 3, "'nan' is not a number" },
        { "1,1e999\n", 1, 3, "'1e999' is not a number" },
        { "1,2\n5\n", 2, 2, "'' stands where a further number is wanted: the row is too short" },
        { "1,\"2\n", 1, 3, "'\"2' has a quote out of place" },
        { "1,\"\n", 1, 3, "'\"' has a quote out of place" },
        { "1,\"2\"3\"\n", 1, 3, "'\"2\"3\"' has a quote out of place" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_csv csv = gn_csv_of(gn_str_of(cases[i].text), &diag);
        struct gn_csv_row row;
        gn_err err = GN_OK;
        double value = 0;
        while (!err && gn_csv_row(&csv, &row))
            for (int field = 0; !err && field < 2; field++)
                err = gn_csv_number(&row, &value);
        assert_int_equal(err, GN_ERR_INVAL);
        assert_string_equal(diag.text, cases[i].said);
        assert_int_equal(diag.line, cases[i].line);
        assert_int_equal(diag.column, cases[i].column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_come_without_quotes_and_blanks),
        cmocka_unit_test(a_comma_at_the_end_is_followed_by_an_empty_field),
        cmocka_unit_test(what_is_wrong_is_said_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
