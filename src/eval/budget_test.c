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

static char text[1 << 20];
static struct gn_diag diag;

static void write_rows(size_t rows)
{
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    gn_buf_add_text(&buf, "date,OT\n");
    for (size_t i = 0; i < rows; i++)
        gn_buf_addf(&buf, "20%02zu-%02zu-%02zu %02zu:00:00,%zu\n", 10 + i / 8064, 1 + i / 672 % 12, 1 + i / 24 % 28,
                    i % 24, i * i * 7919 % 1009);
    assert_false(buf.full);
    text[buf.size] = '\0';
    eval_fixture_write("ett/ETTh1.csv", text);
}

static gn_err run(struct gn_suite_result *out)
{
    const struct gn_suite_run how = { .data_dir = eval_fixture.dir, .quick = true, .diag = &diag };
    return gn_suite_budget.run(&how, out);
}

static void the_budget_is_kept_where_a_sigma_rule_does_not(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    write_rows(16000);
    assert_int_equal(run(&result), GN_OK);
    assert_int_equal(result.items, 11);
    assert_true(result.ours[0] < 30 && result.ours[2] < 50); /* of 45 000 readings: chance is 5 % of it */
    assert_true(result.naive[1] > 500 && result.naive[3] > 500);
    assert_true(result.ours[1] < 80 && result.ours[4] < 50);
}

static void too_few_real_readings_are_refused(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    write_rows(100);
    assert_int_equal(run(&result), GN_ERR_INVAL);
    assert_string_equal(diag.text, "has no more than 5000 rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_budget_is_kept_where_a_sigma_rule_does_not),
        cmocka_unit_test(too_few_real_readings_are_refused),
    };
    return cmocka_run_group_tests(tests, eval_fixture_start, eval_fixture_end);
}
