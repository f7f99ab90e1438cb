/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

static struct cli_fake ran;

static void prepare(uint64_t marks, uint64_t differs)
{
    node_fake.replay_err = GN_OK;
    node_fake.summary = (struct gn_replay_summary){ .record_count = 100,
                                                    .output_count = 1,
                                                    .mark_count = marks,
                                                    .mark_differs = differs,
                                                    .hash = { 0xab },
                                                    .first_seq = 1,
                                                    .last_seq = 100 };
}

static void an_identical_replay_is_a_success(void **state)
{
    (void)state;
    prepare(4, 0);
    cli_fake_run(&ran, &gn_command_replay, "DIR/journal --rules R", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(node_fake.replay.journal == NULL ? "" : "given", "given");
    assert_memory_equal(ran.out, "finding   f-9-1  open  far above\nrecords  100 (1 to 100)\noutputs  1\nhash     ab00",
                        81);
    assert_non_null(strstr(ran.out, "marks    4 compared: identical to the live run\n"));
}

static void a_difference_is_a_failure_and_is_named(void **state)
{
    (void)state;
    prepare(4, 57);
    cli_fake_run(&ran, &gn_command_replay, "j --quiet", NULL);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_null(strstr(ran.out, "f-9-1"));
    assert_non_null(strstr(ran.out, "marks    4 compared: differs from the live run at record 57\n"));
    assert_true(node_fake.replay.quiet);
}

static void json_is_one_object_a_line(void **state)
{
    (void)state;
    prepare(4, 57);
    cli_fake_run(&ran, &gn_command_replay, "j --json", NULL);
    assert_memory_equal(
        ran.out,
        "{\"kind\":\"finding\",\"data\":{\"id\":\"f-9-1\",\"state\":\"open\",\"why\":\"far above\"}}\n"
        "{\"kind\":\"summary\",\"data\":{\"records\":100,\"first_seq\":1,\"last_seq\":100,\"outputs\":1,",
        145);
    assert_non_null(strstr(ran.out, "\"marks\":4,\"identical\":false,\"differs_at\":57}}\n"));
    prepare(0, 0);
    cli_fake_run(&ran, &gn_command_replay, "j --json --quiet", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "\"marks\":0,\"identical\":null,\"differs_at\":null}}\n"));
}

static void a_wrong_rule_is_shown_with_file_line_and_column(void **state)
{
    (void)state;
    node_fake.replay_err = GN_ERR_INVAL;
    cli_fake_run(&ran, &gn_command_replay, "j --rules R", NULL);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_string_equal(ran.err, "ganglion replay: rules.yaml:7:3: unknown key 'autonmy'; did you mean 'autonomy'?\n");
    node_fake.replay_err = GN_ERR_NOT_FOUND;
    cli_fake_run(&ran, &gn_command_replay, "j", NULL);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_identical_replay_is_a_success),
        cmocka_unit_test(a_difference_is_a_failure_and_is_named),
        cmocka_unit_test(json_is_one_object_a_line),
        cmocka_unit_test(a_wrong_rule_is_shown_with_file_line_and_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
