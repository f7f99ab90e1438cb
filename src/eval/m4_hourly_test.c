/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/buf.h"
#include "eval/eval_fixture.h"
#include "eval/suite.h"

static char text[1 << 18];
static struct gn_diag diag;

/* Two series with a day's rhythm: hour + add, every day again, and `step` more a day. */
static void write_series(const char *path, size_t from, size_t count, double step)
{
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    gn_buf_add_text(&buf, "\"V1\"\n");
    for (size_t row = 0; row < 2; row++) {
        gn_buf_addf(&buf, "\"H%zu\"", row + 1);
        for (size_t i = from; i < from + count; i++)
            gn_buf_addf(&buf, ",\"%g\"", 100 + (double)(i % 24) + step * (double)(i / 24));
        gn_buf_add_text(&buf, "\n");
    }
    assert_false(buf.full);
    text[buf.size] = '\0';
    eval_fixture_write(path, text);
}

static gn_err run(struct gn_suite_result *out)
{
    const struct gn_suite_run how = { .data_dir = eval_fixture.dir, .diag = &diag };
    return gn_suite_m4_hourly.run(&how, out);
}

static void the_naive_figures_are_those_of_the_protocol(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    write_series("m4/Hourly-train.csv", 0, 720, 2);
    write_series("m4/Hourly-test.csv", 720, 48, 2);
    assert_int_equal(run(&result), GN_OK);
    assert_int_equal(result.items, 2);
    /* One day on it is 2 too low, two days on 4; a day's difference is 2: the mean of 1 and 2. */
    assert_true(fabs(result.naive[1] - 1.5) < 1e-12);
    double smape = 0;
    for (size_t i = 0; i < 48; i++) {
        const double truth = 100 + (double)(i % 24) + 2 * (double)(30 + i / 24);
        const double forecast = 100 + (double)(i % 24) + 2 * 29;
        smape += 200 * (truth - forecast) / (truth + forecast) / 48;
    }
    assert_true(fabs(result.naive[0] - smape) < 1e-9);
    assert_true(fabs(result.naive[2] - (smape / 18.383 + 1.5 / 2.395) / 2) < 1e-9);
}

static void files_that_do_not_belong_together_are_refused(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    write_series("m4/Hourly-train.csv", 0, 720, 2);
    write_series("m4/Hourly-test.csv", 720, 47, 2);
    assert_int_equal(run(&result), GN_ERR_INVAL);
    assert_string_equal(diag.text, "a series has not 48 values");
    assert_int_equal(diag.line, 2);
    assert_non_null(strstr(diag.file, "m4/Hourly-test.csv"));
    eval_fixture_write("m4/Hourly-test.csv", "V1\nH9,1\n");
    assert_int_equal(run(&result), GN_ERR_INVAL);
    assert_string_equal(diag.text, "the training file has another number of series");
    eval_fixture_write("m4/Hourly-train.csv", "V1\nH9,y\n");
    assert_int_equal(run(&result), GN_ERR_INVAL);
    assert_string_equal(diag.text, "'y' is not a number");
    assert_non_null(strstr(diag.file, "m4/Hourly-train.csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_naive_figures_are_those_of_the_protocol),
        cmocka_unit_test(files_that_do_not_belong_together_are_refused),
    };
    return cmocka_run_group_tests(tests, eval_fixture_start, eval_fixture_end);
}
