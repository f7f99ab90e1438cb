/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

static void every_code_has_words_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < GN_ERR_COUNT; i++) {
        assert_non_null(gn_err_text((gn_err)i));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(gn_err_text((gn_err)i), gn_err_text((gn_err)j));
    }
    assert_string_equal(gn_err_text(GN_OK), "success");
    assert_string_equal(gn_err_text(GN_ERR_NO_SPACE), "the disk is full: nothing was written");
}

static void a_value_that_is_no_code_has_words_too(void **state)
{
    (void)state;
    assert_string_equal(gn_err_text(GN_ERR_COUNT), "an error without a name");
    assert_string_equal(gn_err_text((gn_err)9999), "an error without a name");
}

static void success_is_zero(void **state)
{
    (void)state;
    assert_int_equal(GN_OK, 0);
}

static void a_diag_takes_place_and_words_and_keeps_its_file(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    gn_diag_file(&diag, "rules/pump.yaml");
    gn_diag_set(&diag, 3, 14, "unknown unit '%s'", "kelvins");
    assert_string_equal(diag.file, "rules/pump.yaml");
    assert_int_equal(diag.line, 3);
    assert_int_equal(diag.column, 14);
    assert_string_equal(diag.text, "unknown unit 'kelvins'");
}

static void words_that_do_not_fit_are_cut(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    char words[GN_DIAG_TEXT_BYTES * 2];
    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    gn_diag_set(&diag, 1, 1, "%s", words);
    assert_int_equal(strlen(diag.text), GN_DIAG_TEXT_BYTES - 1);
}

static void a_long_file_name_keeps_its_tail(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    char name[GN_DIAG_FILE_BYTES + 10];
    memset(name, '/', sizeof name);
    (void)snprintf(name + sizeof name - 10, 10, "last.yaml");
    gn_diag_file(&diag, name);
    assert_int_equal(strlen(diag.file), GN_DIAG_FILE_BYTES - 1);
    assert_string_equal(diag.file + GN_DIAG_FILE_BYTES - 10, "last.yaml");
}

static void a_file_name_that_just_fits_is_whole(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    char name[GN_DIAG_FILE_BYTES];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    gn_diag_file(&diag, name);
    assert_string_equal(diag.file, name);
}

static void no_diag_is_fine(void **state)
{
    (void)state;
    gn_diag_set(NULL, 1, 1, "%d", 1);
    gn_diag_file(NULL, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_words_of_its_own),
        cmocka_unit_test(a_value_that_is_no_code_has_words_too),
        cmocka_unit_test(success_is_zero),
        cmocka_unit_test(a_diag_takes_place_and_words_and_keeps_its_file),
        cmocka_unit_test(words_that_do_not_fit_are_cut),
        cmocka_unit_test(a_long_file_name_keeps_its_tail),
        cmocka_unit_test(a_file_name_that_just_fits_is_whole),
        cmocka_unit_test(no_diag_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
