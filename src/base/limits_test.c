/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/limits.h"

static void the_table_says_what_the_constants_say(void **state)
{
    (void)state;
    size_t count = 0;
    size_t found = 0;
    const struct gn_limit *table = gn_limits_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, "THINGS_MAX") == 0) {
            assert_int_equal(table[i].value, GN_THINGS_MAX);
            found++;
        }
        if (strcmp(table[i].name, "COMMANDS_WAITING_MAX") == 0) {
            assert_int_equal(table[i].value, GN_COMMANDS_WAITING_MAX);
            found++;
        }
    }
    assert_int_equal(found, 2);
}

static void every_limit_is_positive_named_once_and_explained(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gn_limit *table = gn_limits_table(&count);
    assert_true(count > 40);
    for (size_t i = 0; i < count; i++) {
        assert_true(table[i].value > 0);
        assert_true(strlen(table[i].text) > 8);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(table[i].name, table[j].name);
    }
}

static void limits_that_hang_together_do(void **state)
{
    (void)state;
    assert_true(GN_RECORD_BYTES_MAX <= GN_RING_BYTES / 4); /* what the ring takes in one piece */
    assert_true(GN_RECORD_BYTES_MAX <= GN_JOURNAL_GROUP_BYTES_MAX);
    assert_true(GN_JOURNAL_GROUP_BYTES_MAX < GN_JOURNAL_SEGMENT_BYTES);
    assert_true(GN_SOLUTION_BYTES_MAX < GN_RECORD_BYTES_MAX); /* a solution is one record */
    assert_true(GN_OUTPUT_BYTES_MAX <= GN_OUTPUT_RING_BYTES / 4);
    assert_true(GN_PASSWORD_BYTES_MIN < GN_PASSWORD_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_says_what_the_constants_say),
        cmocka_unit_test(every_limit_is_positive_named_once_and_explained),
        cmocka_unit_test(limits_that_hang_together_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
