/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup_fixture.h"

#define PASS "correct horse battery"

static void it_says_which_records_it_has(void **state)
{
    struct backup_fixture *f = *state;
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, ""), GN_OK);
    assert_int_equal(f->made.span.first_seq, 1);
    assert_int_equal(f->made.span.last_seq, 5003);
    assert_int_equal(f->made.span.history_seq, 5003);
    assert_int_equal(f->made.file_count, 3); /* history, journal, image: not the lock, and no secrets in clear */
    assert_true(f->made.left_out_secrets);
    assert_true(f->made.archive_bytes > f->made.source_bytes);
    assert_int_equal(access(backup_fixture_path(f, "a.gnb.part"), F_OK), -1);
    assert_int_equal(backup_fixture_make(f, "b.gnb", NULL, PASS), GN_OK);
    assert_int_equal(f->made.file_count, 4);
    assert_false(f->made.left_out_secrets);
}

static void an_increment_has_only_what_came_since(void **state)
{
    struct backup_fixture *f = *state;
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, PASS), GN_OK);
    const uint64_t whole = f->made.archive_bytes;
    backup_fixture_put(f, 200);
    assert_int_equal(backup_fixture_make(f, "b.gnb", "a.gnb", PASS), GN_OK);
    assert_true(f->made.about.is_increment);
    assert_int_equal(f->made.span.last_seq, 5203);
    assert_true(f->made.archive_bytes < whole);
    assert_int_equal(backup_fixture_make(f, "c.gnb", "b.gnb", PASS), GN_OK); /* of an increment, and nothing came */
    assert_true(f->made.archive_bytes < whole / 3);
}

static void an_increment_does_not_lean_on_a_broken_base(void **state)
{
    struct backup_fixture *f = *state;
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, PASS), GN_OK);
    assert_int_equal(backup_fixture_make(f, "b.gnb", "a.gnb", "another passphrase"), GN_ERR_DENIED);
    assert_int_equal(backup_fixture_make(f, "b.gnb", "a.gnb", ""), GN_ERR_INVAL);
    assert_int_equal(truncate(backup_fixture_path(f, "a.gnb"), (off_t)f->made.archive_bytes - 1), 0);
    assert_int_equal(backup_fixture_make(f, "b.gnb", "a.gnb", PASS), GN_ERR_CORRUPT);
    assert_int_equal(backup_fixture_make(f, "b.gnb", "none.gnb", PASS), GN_ERR_NOT_FOUND);
    assert_non_null(strstr(f->diag.file, "none.gnb"));
    assert_int_equal(access(backup_fixture_path(f, "b.gnb"), F_OK), -1);
    assert_int_equal(backup_fixture_make(f, "c.gnb", NULL, ""), GN_OK);
    assert_int_equal(backup_fixture_make(f, "d.gnb", "c.gnb", PASS), GN_ERR_INVAL);
    assert_non_null(strstr(f->diag.text, "the base is in clear"));
}

static void nothing_is_written_over_and_nothing_is_left(void **state)
{
    struct backup_fixture *f = *state;
    backup_fixture_file(f, "a.gnb", "mine");
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, ""), GN_ERR_EXISTS);
    assert_int_equal(backup_fixture_make(f, "nowhere/a.gnb", NULL, ""), GN_ERR_NOT_FOUND);
    (void)snprintf(f->dir, sizeof f->dir, "%s/empty", f->top);
    assert_int_equal(backup_fixture_make(f, "b.gnb", NULL, ""), GN_ERR_NOT_FOUND);
    assert_string_equal(f->diag.text, "no node has ever run there");
}

static void a_link_in_the_directory_is_refused(void **state)
{
    struct backup_fixture *f = *state;
    assert_int_equal(unlink(backup_fixture_path(f, "data/sessions.image")), 0);
    assert_int_equal(symlink("/etc/hostname", backup_fixture_path(f, "data/sessions.image")), 0);
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, ""), GN_ERR_IO);
    assert_non_null(strstr(f->diag.text, "this is a link"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_says_which_records_it_has, backup_fixture_set_up, backup_fixture_tear_down),
        cmocka_unit_test_setup_teardown(an_increment_has_only_what_came_since, backup_fixture_set_up,
                                        backup_fixture_tear_down),
        cmocka_unit_test_setup_teardown(an_increment_does_not_lean_on_a_broken_base, backup_fixture_set_up,
                                        backup_fixture_tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_written_over_and_nothing_is_left, backup_fixture_set_up,
                                        backup_fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_link_in_the_directory_is_refused, backup_fixture_set_up,
                                        backup_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
