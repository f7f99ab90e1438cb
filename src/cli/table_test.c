/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cli/table.h"

static const char *const headings[] = { "ID", "STATE", "WHY", NULL };

static char printed[1 << 20];

static const char *ended(FILE *file, struct gn_table *table)
{
    gn_table_end(table);
    rewind(file);
    printed[fread(printed, 1, sizeof printed - 1, file)] = '\0';
    (void)fclose(file);
    return printed;
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct gn_table *table = gn_table_new(file, headings, false);
    gn_table_cell(table, GN_STR("a"));
    gn_table_state(table, "open");
    gn_table_cell(table, GN_STR("it is so"));
    gn_table_cellf(table, "a-%d", 4711);
    gn_table_state(table, "cleared");
    gn_table_cell(table, GN_STR("\xc3\xa4"));
    assert_string_equal(ended(file, table), "ID      STATE    WHY\n"
                                            "a       open     it is so\n"
                                            "a-4711  cleared  \xc3\xa4\n");
}

static void a_state_has_its_colour_and_other_words_have_none(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct gn_table *table = gn_table_new(file, headings, true);
    gn_table_cell(table, GN_STR("open"));
    gn_table_state(table, "open");
    gn_table_cell(table, GN_STR("open"));
    const char *text = ended(file, table);
    assert_non_null(strstr(text, "\nopen  \033[31mopen\033[0m   open\n"));
    assert_string_equal(gn_table_paint("elephant"), "");
}

static void text_from_outside_cannot_move_the_cursor(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct gn_table *table = gn_table_new(file, headings, false);
    gn_table_cell(table, GN_STR("\033[2J\r\n"));
    gn_table_state(table, "\007");
    gn_table_cell(table, GN_STR("\xe2\x80\xae"
                                "abc\xff"));
    const char *text = ended(file, table);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\r'));
    assert_null(strchr(text, '\007'));
    assert_non_null(strstr(text, "\\x1b[2J"));
    assert_non_null(strstr(text, "\\u{202e}abc\\xff"));
}

static void a_long_cell_does_not_push_all_others_away(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    char wide[200];
    memset(wide, 'w', sizeof wide);
    struct gn_table *table = gn_table_new(file, headings, false);
    gn_table_cell(table, (gn_str){ wide, sizeof wide });
    gn_table_state(table, "open");
    gn_table_cell(table, GN_STR("x"));
    gn_table_cell(table, GN_STR("short"));
    gn_table_state(table, "open");
    gn_table_cell(table, GN_STR("y"));
    const char *text = ended(file, table);
    const char *second = strstr(text, "short");
    assert_non_null(second);
    assert_int_equal(strstr(second, "open") - second, GN_TABLE_CELL_COLUMNS + 2);
}

static void more_rows_than_its_memory_are_all_printed_once(void **state)
{
    (void)state;
    static const char *const two[] = { "N", "TEXT", NULL };
    FILE *file = tmpfile();
    char text[400];
    memset(text, 't', sizeof text);
    struct gn_table *table = gn_table_new(file, two, false);
    for (int i = 0; i < 5000; i++) {
        gn_table_cellf(table, "%d", i);
        gn_table_cell(table, (gn_str){ text, sizeof text });
    }
    gn_table_end(table);
    rewind(file);
    char line[1024];
    int expected = 0;
    assert_non_null(fgets(line, sizeof line, file));
    assert_memory_equal(line, "N", 1);
    while (fgets(line, sizeof line, file) != NULL)
        assert_int_equal(strtol(line, NULL, 10), expected++);
    assert_int_equal(expected, 5000);
    (void)fclose(file);
}

static void an_empty_table_has_its_headings(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_string_equal(ended(file, gn_table_new(file, headings, false)), "ID  STATE  WHY\n");
    gn_table_end(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(a_state_has_its_colour_and_other_words_have_none),
        cmocka_unit_test(text_from_outside_cannot_move_the_cursor),
        cmocka_unit_test(a_long_cell_does_not_push_all_others_away),
        cmocka_unit_test(more_rows_than_its_memory_are_all_printed_once),
        cmocka_unit_test(an_empty_table_has_its_headings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
