/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"

static struct gn_roster roster;

static int begin(void **state)
{
    (void)state;
    return gn_roster_init(&roster) == GN_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    gn_roster_fini(&roster);
    return 0;
}

static struct gn_roster_row row_of(uint8_t first, const char *id, int64_t until_ms)
{
    struct gn_roster_row row = { .until_ms = until_ms };
    memset(row.fingerprint.bytes, first, sizeof row.fingerprint.bytes);
    assert_int_equal(gn_str_copy(row.id, sizeof row.id, gn_str_of(id)), GN_OK);
    return row;
}

static gn_err put(uint8_t first, const char *id, int64_t until_ms)
{
    const struct gn_roster_row row = row_of(first, id, until_ms);
    return gn_roster_put(&roster, &row);
}

static void a_row_is_found_by_its_fingerprint_and_by_no_other(void **state)
{
    (void)state;
    for (unsigned i = 250; i > 0; i -= 2)
        assert_int_equal(put((uint8_t)i, "press", (int64_t)i), GN_OK);
    for (unsigned i = 0; i < 252; i++) {
        const struct gn_roster_row wanted = row_of((uint8_t)i, "press", 0);
        const struct gn_roster_row *found = gn_roster_find(&roster, &wanted.fingerprint);
        assert_int_equal(found != NULL, i > 0 && i % 2 == 0);
        if (found != NULL)
            assert_int_equal(found->until_ms, i);
    }
    assert_int_equal(put(4, "pump", 1), GN_ERR_EXISTS);
}

static void a_dropped_row_is_gone_and_the_others_stay(void **state)
{
    (void)state;
    for (unsigned i = 1; i < 6; i++)
        assert_int_equal(put((uint8_t)i, "press", 1), GN_OK);
    const struct gn_roster_row three = row_of(3, "", 0);
    assert_true(gn_roster_drop(&roster, &three.fingerprint));
    assert_false(gn_roster_drop(&roster, &three.fingerprint));
    assert_int_equal(roster.count, 4);
    assert_null(gn_roster_find(&roster, &three.fingerprint));
    const struct gn_roster_row five = row_of(5, "", 0);
    assert_non_null(gn_roster_find(&roster, &five.fingerprint));
}

static void the_rows_of_a_thing_come_with_the_first_to_end_in_front(void **state)
{
    (void)state;
    struct gn_roster_row rows[3];
    assert_int_equal(put(1, "press", 50), GN_OK);
    assert_int_equal(put(2, "pump", 5), GN_OK);
    assert_int_equal(put(3, "press", 20), GN_OK);
    assert_int_equal(put(4, "press", 70), GN_OK);
    assert_int_equal(put(5, "press", 10), GN_OK);
    assert_int_equal(gn_roster_of(&roster, GN_STR("press"), rows, 3), 4);
    assert_int_equal(rows[0].until_ms, 10);
    assert_int_equal(rows[1].until_ms, 20);
    assert_int_equal(rows[2].until_ms, 50);
    assert_int_equal(gn_roster_of(&roster, GN_STR("press"), rows, 1), 4);
    assert_int_equal(rows[0].until_ms, 10);
    assert_int_equal(gn_roster_of(&roster, GN_STR("pres"), rows, 3), 0);
}

static void what_has_ended_is_swept_out(void **state)
{
    (void)state;
    assert_int_equal(put(1, "press", 10), GN_OK);
    assert_int_equal(put(2, "press", 11), GN_OK);
    assert_int_equal(put(3, "pump", 9), GN_OK);
    gn_roster_sweep(&roster, 10);
    assert_int_equal(roster.count, 1);
    assert_int_equal(roster.rows[0].until_ms, 11);
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    char first[1024];
    char second[1024];
    struct gn_buf out = gn_buf_over(first, sizeof first);
    assert_int_equal(put(9, "press-7", 1789000000000), GN_OK);
    assert_int_equal(put(2, "a.b_c-d", 0), GN_OK);
    gn_roster_write(&roster, &out);
    roster.count = 0;
    assert_int_equal(gn_roster_parse(&roster, gn_buf_str(&out), NULL), GN_OK);
    assert_int_equal(roster.count, 2);
    assert_string_equal(roster.rows[1].id, "press-7");
    struct gn_buf again = gn_buf_over(second, sizeof second);
    gn_roster_write(&roster, &again);
    assert_true(gn_str_equal(gn_buf_str(&out), gn_buf_str(&again)));
}

#define PRINT "0101010101010101010101010101010101010101010101010101010101010101"

static void a_file_in_doubt_opens_for_nobody(void **state)
{
    (void)state;
    static const char *const bad[] = {
        PRINT " press 5", /* does not end */
        PRINT " press 05\n",
        PRINT " press +5\n",
        PRINT " press -5\n",
        PRINT " press 5 \n",
        PRINT "  press 5\n",
        PRINT " pr/ess 5\n",
        PRINT " press five\n",
        PRINT " press \n",
        PRINT "\n",
        "\n",
        "01 press 5\n",
        PRINT " press 5\n" PRINT " press 6\n",
        PRINT " press 5\n#\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gn_diag diag = { 0 };
        assert_int_equal(gn_roster_parse(&roster, gn_str_of(bad[i]), &diag), GN_ERR_CORRUPT);
        assert_int_equal(roster.count, 0);
        assert_true(diag.line > 0 && diag.text[0] != '\0');
    }
    assert_int_equal(gn_roster_parse(&roster, GN_STR(PRINT " press 5\n"), NULL), GN_OK);
}

static void a_full_list_takes_no_further_row(void **state)
{
    (void)state;
    struct gn_roster_row row = row_of(0, "press", 1);
    for (uint32_t i = 0; i < GN_ROSTER_ROWS_MAX; i++) {
        row.fingerprint.bytes[0] = (uint8_t)(i >> 16);
        row.fingerprint.bytes[1] = (uint8_t)(i >> 8);
        row.fingerprint.bytes[2] = (uint8_t)i;
        assert_int_equal(gn_roster_put(&roster, &row), GN_OK);
    }
    row.fingerprint.bytes[0] = 0xff;
    assert_int_equal(gn_roster_put(&roster, &row), GN_ERR_FULL);
    assert_int_equal(roster.count, GN_ROSTER_ROWS_MAX);
}

static void no_memory_is_said(void **state)
{
    (void)state;
    struct gn_roster other;
    gn_mem_fail_after(1);
    assert_int_equal(gn_roster_init(&other), GN_ERR_FULL);
    gn_mem_fail_after(0);
    gn_roster_fini(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_is_found_by_its_fingerprint_and_by_no_other, begin, end),
        cmocka_unit_test_setup_teardown(a_dropped_row_is_gone_and_the_others_stay, begin, end),
        cmocka_unit_test_setup_teardown(the_rows_of_a_thing_come_with_the_first_to_end_in_front, begin, end),
        cmocka_unit_test_setup_teardown(what_has_ended_is_swept_out, begin, end),
        cmocka_unit_test_setup_teardown(what_is_written_reads_back_the_same, begin, end),
        cmocka_unit_test_setup_teardown(a_file_in_doubt_opens_for_nobody, begin, end),
        cmocka_unit_test_setup_teardown(a_full_list_takes_no_further_row, begin, end),
        cmocka_unit_test_setup_teardown(no_memory_is_said, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
