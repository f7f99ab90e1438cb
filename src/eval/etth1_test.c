/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/buf.h"
#include "base/timestamp.h"
#include "eval/eval_fixture.h"
#include "eval/suite.h"

enum { ROWS = 14400 };

static char text[ROWS * 96];
static struct gn_diag diag;

/* Seven series with a day's rhythm and a digit walk for noise. */
static void write_file(size_t rows)
{
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    gn_buf_add_text(&buf, "date,A,B,C,D,E,F,G\n");
    for (size_t i = 0; i < rows; i++) {
        char time[GN_TIME_TEXT_BYTES];
        gn_time_format(INT64_C(1467331200000) + (int64_t)i * 3600000, time);
        gn_buf_addf(&buf, "%.10s %.8s", time, time + 11);
        for (size_t series = 0; series < 7; series++)
            gn_buf_addf(&buf, ",%.3f", sin((double)i * 0.2617993878) + (double)(i * 7919 % (101 + series)) / 100);
        gn_buf_add_text(&buf, "\n");
    }
    assert_false(buf.full);
    text[buf.size] = '\0';
    eval_fixture_write("ett/ETTh1.csv", text);
}

static gn_err run(struct gn_suite_result *out)
{
    const struct gn_suite_run how = { .data_dir = eval_fixture.dir, .quick = true, .diag = &diag };
    return gn_suite_etth1.run(&how, out);
}

static void a_rhythm_in_noise_is_forecast_better_than_by_repeating_it(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    write_file(ROWS);
    assert_int_equal(run(&result), GN_OK);
    assert_int_equal(result.items, 70);
    assert_true(result.ours[0] < 0.7 * result.naive[0]); /* the noise counts once instead of twice */
    assert_true(result.ours[1] < result.naive[1]);
}

static void too_short_a_file_is_refused(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    write_file(100);
    assert_int_equal(run(&result), GN_ERR_INVAL);
    assert_string_equal(diag.text, "has 7 series of 100 rows; 7 of 14400 at least are wanted");
    assert_non_null(strstr(diag.file, "ett/ETTh1.csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rhythm_in_noise_is_forecast_better_than_by_repeating_it),
        cmocka_unit_test(too_short_a_file_is_refused),
    };
    return cmocka_run_group_tests(tests, eval_fixture_start, eval_fixture_end);
}
