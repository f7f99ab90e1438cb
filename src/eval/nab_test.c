/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "eval/eval_fixture.h"
#include "eval/suite.h"

static char text[1 << 17];
static struct gn_diag diag;

/* Two thousand quiet readings, one a minute, and ten that are not, in the window. */
static void write_data(void)
{
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    gn_buf_add_text(&buf, "timestamp,value\n");
    for (int i = 0; i < 2000; i++)
        gn_buf_addf(&buf, "2014-04-%02d %02d:%02d:00,%d\n", 1 + i / 1440, i / 60 % 24, i % 60,
                    i * 7919 % 23 + (i >= 1600 && i < 1610 ? 500 : 0));
    assert_false(buf.full);
    text[buf.size] = '\0';
    eval_fixture_write("nab/data/a/nyc_taxi.csv", text);
    eval_fixture_write("nab/labels/combined_windows.json",
                       "{\"a/nyc_taxi.csv\": [[\"2014-04-02 02:40:00\", \"2014-04-02 03:40:00\"]]}");
}

static void an_anomaly_that_cannot_be_overlooked_scores_in_both(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    const struct gn_suite_run how = { .data_dir = eval_fixture.dir, .diag = &diag };
    write_data();
    assert_int_equal(gn_suite_nab.run(&how, &result), GN_OK);
    assert_int_equal(result.items, 1);
    for (int i = 0; i < 3; i++)
        assert_true(result.ours[i] > 99.9); /* in the first row of the window, and nowhere else */
    assert_int_equal(gn_suite_nab_vus.run(&how, &result), GN_OK);
    assert_int_equal(result.items, 1);
    assert_true(result.ours[0] > 0.6 && result.ours[0] > result.naive[0]);
}

static void missing_data_are_said(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    const struct gn_suite_run how = { .data_dir = "/nowhere", .diag = &diag };
    assert_int_not_equal(gn_suite_nab.run(&how, &result), GN_OK);
    assert_non_null(strstr(diag.text, "docs/accuracy.md"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_anomaly_that_cannot_be_overlooked_scores_in_both),
        cmocka_unit_test(missing_data_are_said),
    };
    return cmocka_run_group_tests(tests, eval_fixture_start, eval_fixture_end);
}
