/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "eval/eval_fixture.h"
#include "eval/nab_data.h"

static struct gn_diag diag;
static const char labels[] = "nab/labels/combined_windows.json";
static const char rows[] = "timestamp,value\n2014-04-01 00:00:00,1.5\n2014-04-01 00:05:00,2\n2014-04-01 00:10:00,-3\n";
static const char good[] =
    "{\"a/one.csv\": [[\"2014-04-01 00:05:00.000000\", \"2014-04-01 00:09:00.000000\"]], \"a/two.csv\": []}";

static void write_good(void)
{
    eval_fixture_write(labels, good);
    eval_fixture_write("nab/data/a/one.csv", rows);
    eval_fixture_write("nab/data/a/two.csv", rows);
}

static void series_and_windows_are_read(void **state)
{
    (void)state;
    struct gn_nab_data *data = NULL;
    write_good();
    assert_int_equal(gn_nab_data_read(eval_fixture.dir, 1, &data, &diag), GN_OK);
    assert_int_equal(data->count, 2);
    assert_string_equal(data->files[0].name, "one");
    assert_int_equal(data->files[0].count, 3);
    assert_true(data->files[0].values[2] == -3 && data->files[0].times[1] - data->files[0].times[0] == 300000);
    assert_int_equal(data->files[0].window_count, 1);
    assert_int_equal(data->files[0].windows[0].from, 1);
    assert_int_equal(data->files[0].windows[0].to, 1);
    assert_int_equal(data->files[1].window_count, 0);
    gn_nab_data_free(data);
    assert_int_equal(gn_nab_data_read(eval_fixture.dir, 2, &data, &diag), GN_OK);
    assert_int_equal(data->count, 1);
    gn_nab_data_free(data);
    gn_nab_data_free(NULL);
}

static void damage_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *text;
        const char *said;
    } cases[] = {
        { labels, "[]", "must be an object: file name to windows" },
        { labels, "{\"a/one.csv\": [[\"2014-04-01 00:05:00\"]]}",
          "a window of one is no pair of times in ascending order with readings between" },
        { labels, "{\"a/one.csv\": [[\"2015-04-01 00:05:00\", \"2015-04-01 00:06:00\"]]}",
          "a window of one is no pair of times in ascending order with readings between" },
        { "nab/data/a/one.csv", "timestamp,value\nnever,1\n", "'never' is no time such as 2014-04-01 00:04:00" },
        { "nab/data/a/one.csv", "timestamp,value\n2014-04-01 00:00:00,x\n", "'x' is not a number" },
        { "nab/data/a/one.csv", "timestamp,value\n2014-04-01 00:00:00,1\n", "has fewer than two readings" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_nab_data *data = NULL;
        write_good();
        eval_fixture_write(cases[i].path, cases[i].text);
        assert_int_equal(gn_nab_data_read(eval_fixture.dir, 1, &data, &diag), GN_ERR_INVAL);
        assert_string_equal(diag.text, cases[i].said);
        assert_non_null(strstr(diag.file, cases[i].path));
        assert_null(data);
    }
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    write_good();
    for (size_t i = 1; i <= 12; i++) {
        struct gn_nab_data *data = NULL;
        gn_mem_fail_after(i);
        const gn_err err = gn_nab_data_read(eval_fixture.dir, 1, &data, &diag);
        assert_true(err == GN_OK || err == GN_ERR_FULL);
        assert_true((err == GN_OK) == (data != NULL));
        gn_nab_data_free(data);
    }
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_and_windows_are_read),
        cmocka_unit_test(damage_is_refused_with_its_place),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, eval_fixture_start, eval_fixture_end);
}
