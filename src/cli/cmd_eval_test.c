/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "cli/cli_fake.h"
#include "cli/rows.h"
#include "eval/suite.h"

static struct cli_fake ran;
static gn_err suite_err;

/* The table and its suites are the test's own: what the real ones say is measured by them. */
static gn_err fake_run(const struct gn_suite_run *run, struct gn_suite_result *out)
{
    if (suite_err) {
        gn_diag_file(run->diag, "D/a.csv");
        gn_diag_set(run->diag, 7, 3, "'x' is not a number");
        return suite_err;
    }
    assert_string_equal(run->data_dir, "D");
    *out = (struct gn_suite_result){ .ours = { 10.651, run->quick ? 2 : 1 }, .naive = { 13.9, NAN }, .items = 414 };
    return GN_OK;
}

static const struct gn_suite suite_one = { .name = "one",
                                           .summary = "one of two",
                                           .protocol = "by the book",
                                           .method = "ours (1999)",
                                           .naive = "the last value",
                                           .best = "somebody",
                                           .figures = { { "smape", "%", 2, 8.9 }, { "owa", "", 3, NAN } },
                                           .run = fake_run };
static const struct gn_suite *const suites[] = { &suite_one, &suite_one };

const struct gn_suite *const *gn_suites(size_t *out_count)
{
    *out_count = 2;
    return suites;
}

const struct gn_suite *gn_suite_named(gn_str name)
{
    return gn_str_equal(name, GN_STR("one")) ? &suite_one : NULL;
}

size_t gn_suite_figure_count(const struct gn_suite *suite)
{
    return suite->figures[0].key != NULL ? 2 : 0;
}

static int before(void **state)
{
    (void)state;
    suite_err = GN_OK;
    return unsetenv("GANGLION_DATA");
}

static void without_a_suite_they_are_listed(void **state)
{
    (void)state;
    cli_fake_run(&ran, &gn_command_eval, "", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "SUITE  WHAT IS MEASURED\none    one of two\none    one of two\n");
    cli_fake_run(&ran, &gn_command_eval, "--json", NULL);
    assert_non_null(strstr(ran.out,
                           "{\"suite\":\"one\",\"protocol\":\"by the book\",\"method\":\"ours (1999)\",\"best\":"
                           "{\"who\":\"somebody\",\"smape\":8.9,\"owa\":null}}\n"));
}

static void a_suite_is_printed_with_all_that_it_must_say(void **state)
{
    (void)state;
    cli_fake_run(&ran, &gn_command_eval, "one --data D", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "protocol  by the book\nmethod    ours (1999)\nbest      somebody\n"
                                    "naive     the last value\n"));
    assert_non_null(strstr(ran.out, "FIGURE    OURS   BEST PUBLISHED  NAIVE\n"
                                    "smape, %  10.65  8.90            13.90\n"
                                    "owa       1.000  -               -\n"));
    assert_non_null(strstr(ran.out, "\n414 scored in 0.0 s\n"));
    assert_string_equal(ran.err, "");
}

static void json_has_our_figures_by_their_keys(void **state)
{
    (void)state;
    (void)setenv("GANGLION_DATA", "D", 1);
    cli_fake_run(&ran, &gn_command_eval, "all --json --quick", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, ",\"smape\":10.651,\"owa\":2,\"naive\":{\"who\":\"the last value\",\"smape\":13.9,"
                                    "\"owa\":null},\"items\":414,\"seconds\":0,\"quick\":true}\n{\"suite\":\"one\""));
}

static void bad_data_is_named_with_line_and_column(void **state)
{
    (void)state;
    suite_err = GN_ERR_INVAL;
    cli_fake_run(&ran, &gn_command_eval, "one --data D", NULL);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_string_equal(ran.err, "ganglion eval: D/a.csv:7:3: 'x' is not a number\n");
}

static void what_is_missing_is_asked_for(void **state)
{
    (void)state;
    cli_fake_run(&ran, &gn_command_eval, "one", NULL);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err,
                        "ganglion eval: where are the public data sets? docs/accuracy.md says how to get them\n"
                        "  Name it: --data DIR, or GANGLION_DATA=DIR in the environment.\n");
    cli_fake_run(&ran, &gn_command_eval, "onne --data D", NULL);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    assert_string_equal(ran.err, "ganglion eval: there is no suite 'onne'\n  Did you mean 'one'?\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_a_suite_they_are_listed, before),
        cmocka_unit_test_setup(a_suite_is_printed_with_all_that_it_must_say, before),
        cmocka_unit_test_setup(json_has_our_figures_by_their_keys, before),
        cmocka_unit_test_setup(bad_data_is_named_with_line_and_column, before),
        cmocka_unit_test_setup(what_is_missing_is_asked_for, before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
