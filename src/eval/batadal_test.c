/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "eval/eval_fixture.h"
#include "eval/suite.h"

static char text[1 << 17];
static struct gn_diag diag;
static const char usual_path[] = "batadal/BATADAL_dataset03.csv";
static const char test_path[] = "batadal/aeed_test_dataset_labelled.csv";

/* A level that follows the hour; from row 300 for 50 hours it stands still, which is the attack. */
static void write_file(const char *path, size_t rows, bool attacked, const char *heading)
{
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    gn_buf_add_text(&buf, heading);
    for (size_t i = 0; i < rows; i++) {
        const bool attack = attacked && i >= 300 && i < 350;
        const double level = attack ? 1 : sin((double)i * 6.283185307179586 / 24) + (double)(i * 7919 % 100) / 500;
        gn_buf_addf(&buf, "%02zu/%02zu/16 %02zu,%.3f,%d,%d\n", 1 + i / 24 % 28, 1 + i / 24 / 28, i % 24, level,
                    (int)(i * 31 % 7), attack);
    }
    assert_false(buf.full);
    text[buf.size] = '\0';
    eval_fixture_write(path, text);
}

static gn_err run(struct gn_suite_result *out)
{
    const struct gn_suite_run how = { .data_dir = eval_fixture.dir, .diag = &diag };
    return gn_suite_batadal.run(&how, out);
}

static void an_attack_is_found_and_scored_by_the_definition(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    write_file(usual_path, 2000, false, "DATETIME, L_T1, S_PU1, ATT_FLAG\n");
    write_file(test_path, 600, true, "DATETIME,L_T1,S_PU1,ATT_FLAG\n");
    assert_int_equal(run(&result), GN_OK);
    assert_int_equal(result.items, 600);
    const double *ours = result.ours;
    assert_true(ours[5] == 1 && ours[4] <= 12);
    assert_true(fabs(ours[1] - (1 - ours[4] / 50)) < 1e-12);
    assert_true(fabs(ours[0] - (ours[1] + (ours[2] + ours[3]) / 2) / 2) < 1e-12);
    assert_true(ours[0] > 0.85 && ours[0] > result.naive[0]);
}

static void files_that_do_not_belong_together_are_refused(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    static const struct {
        const char *heading;
        bool attacked;
        const char *said;
    } cases[] = {
        { "DATETIME,S_PU1,L_T1,ATT_FLAG\n", true, "has its columns in another order than the file without attacks" },
        { "DATETIME,L_T1,S_PU1,ATT_FLAG\n", false, "has no attacks in its last column, or nothing else" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_file(usual_path, 2000, false, "DATETIME,L_T1,S_PU1,ATT_FLAG\n");
        write_file(test_path, 600, cases[i].attacked, cases[i].heading);
        assert_int_equal(run(&result), GN_ERR_INVAL);
        assert_string_equal(diag.text, cases[i].said);
    }
    write_file(usual_path, 100, false, "DATETIME,L_T1,S_PU1,ATT_FLAG\n");
    write_file(test_path, 600, true, "DATETIME,L_T1,S_PU1,ATT_FLAG\n");
    assert_int_equal(run(&result), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "too few rows"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_attack_is_found_and_scored_by_the_definition),
        cmocka_unit_test(files_that_do_not_belong_together_are_refused),
    };
    return cmocka_run_group_tests(tests, eval_fixture_start, eval_fixture_end);
}
