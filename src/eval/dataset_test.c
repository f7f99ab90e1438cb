/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "eval/dataset.h"
#include "eval/eval_fixture.h"

static struct gn_diag diag;

static void a_file_comes_whole(void **state)
{
    (void)state;
    eval_fixture_write("set/a.csv", "1,2\n3");
    gn_str text = { NULL, 0 };
    assert_int_equal(gn_dataset_read(eval_fixture.dir, "set/a.csv", &text, &diag), GN_OK);
    assert_true(gn_str_equal(text, GN_STR("1,2\n3")));
    assert_non_null(strstr(diag.file, "set/a.csv"));
    gn_dataset_free(text);
}

static void a_missing_file_is_named_with_what_to_do(void **state)
{
    (void)state;
    gn_str text = { NULL, 0 };
    assert_int_equal(gn_dataset_read(eval_fixture.dir, "set/none.csv", &text, &diag), GN_ERR_NOT_FOUND);
    assert_non_null(strstr(diag.file, "set/none.csv"));
    assert_string_equal(diag.text, "there is no such file; docs/accuracy.md says which files the data folder holds");
    assert_null(text.at);
}

static void a_folder_in_its_place_and_no_memory_are_said(void **state)
{
    (void)state;
    gn_str text = { NULL, 0 };
    assert_int_not_equal(gn_dataset_read(eval_fixture.dir, "set", &text, &diag), GN_OK);
    assert_non_null(strstr(diag.text, "cannot be read"));
    gn_mem_fail_after(1);
    assert_int_equal(gn_dataset_read(eval_fixture.dir, "set/a.csv", &text, &diag), GN_ERR_FULL);
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_comes_whole),
        cmocka_unit_test(a_missing_file_is_named_with_what_to_do),
        cmocka_unit_test(a_folder_in_its_place_and_no_memory_are_said),
    };
    return cmocka_run_group_tests(tests, eval_fixture_start, eval_fixture_end);
}
