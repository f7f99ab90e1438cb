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

enum { DAYS = 1500 };

static char text[DAYS * 24 * 32];
static struct gn_diag diag;

/* A load with day, week and a digit walk that lasts a day. Hour 500 is missing, hour 600 comes twice. */
static void write_file(size_t days)
{
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    gn_buf_add_text(&buf, "Datetime,PJME_MW\n");
    for (size_t i = 0; i < days * 24; i++) {
        char time[GN_TIME_TEXT_BYTES];
        const double load = (1000 + 200 * sin((double)i * 0.2617993878) + (i / 24 % 7 >= 5 ? 0 : 150)) *
                            (1 + (double)(i / 24 * 7919 % 101) / 2000);
        gn_time_format(INT64_C(1009843200000) + (int64_t)i * 3600000, time);
        for (int copy = 0; copy < (i == 600 ? 2 : i == 500 ? 0 : 1); copy++)
            gn_buf_addf(&buf, "%.10s %.8s,%.1f\n", time, time + 11, load);
    }
    assert_false(buf.full);
    text[buf.size] = '\0';
    eval_fixture_write("energy_pjm/PJME_hourly.csv", text);
}

static gn_err run(struct gn_suite_result *out)
{
    const struct gn_suite_run how = { .data_dir = eval_fixture.dir, .quick = true, .diag = &diag };
    return gn_suite_pjm.run(&how, out);
}

static void days_are_told_better_than_by_repeating_them(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    write_file(DAYS);
    assert_int_equal(run(&result), GN_OK);
    assert_int_equal(result.items, 28);
    assert_true(result.ours[0] < 0.5 * result.naive[0]);
    assert_true(result.ours[1] > 75 && result.ours[1] <= 100);
}

static void a_file_that_will_not_do_is_refused(void **state)
{
    (void)state;
    struct gn_suite_result result = { 0 };
    write_file(300);
    assert_int_equal(run(&result), GN_ERR_INVAL);
    assert_string_equal(diag.text, "holds 7200 rows over 298 days; 1490 days without large holes are wanted");
    eval_fixture_write("energy_pjm/PJME_hourly.csv", "Datetime,PJME_MW\n2002-12-31 01:00:00,-1\n");
    assert_int_equal(run(&result), GN_ERR_INVAL);
    assert_string_equal(diag.text, "a demand that is not above 0");
    assert_int_equal(diag.line, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_told_better_than_by_repeating_them),
        cmocka_unit_test(a_file_that_will_not_do_is_refused),
    };
    return cmocka_run_group_tests(tests, eval_fixture_start, eval_fixture_end);
}
