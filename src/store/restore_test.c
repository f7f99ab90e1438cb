/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup_fixture.h"

#define PASS "correct horse battery"

/* The target is not there, nor is the stage. */
static void nothing_is_there(const struct backup_fixture *f)
{
    assert_int_equal(access(backup_fixture_path(f, "new"), F_OK), -1);
    assert_int_equal(access(backup_fixture_path(f, "new.restoring"), F_OK), -1);
}

static void what_was_kept_is_there_again(void **state)
{
    struct backup_fixture *f = *state;
    char text[64] = "";
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, PASS), GN_OK);
    assert_int_equal(backup_fixture_restore(f, "a.gnb", "new/", PASS), GN_OK);
    assert_true(f->restored.has_secrets);
    assert_int_equal(f->restored.span.last_seq, 5003);
    FILE *file = fopen(backup_fixture_path(f, "new/guard/credentials"), "rb");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    (void)fclose(file);
    assert_string_equal(text, "thing press sha256 00 11\n");
    backup_fixture_check(f, "new", 5003);
    assert_int_equal(backup_fixture_make(f, "b.gnb", NULL, ""), GN_OK);
    assert_int_equal(mkdir(backup_fixture_path(f, "empty"), 0700), 0);
    assert_int_equal(backup_fixture_restore(f, "b.gnb", "empty", ""), GN_OK);
    assert_false(f->restored.has_secrets);
    backup_fixture_check(f, "empty", 5003);
}

static void increments_come_back_in_their_order_only(void **state)
{
    struct backup_fixture *f = *state;
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, ""), GN_OK);
    backup_fixture_put(f, 3000);
    assert_int_equal(backup_fixture_make(f, "b.gnb", "a.gnb", ""), GN_OK);
    backup_fixture_put(f, 700);
    assert_int_equal(unlink(backup_fixture_path(f, "data/sessions.image")), 0);
    assert_int_equal(backup_fixture_make(f, "c.gnb", "b.gnb", ""), GN_OK);
    static const struct {
        const char *names;
        const char *why;
    } cases[] = {
        { "b.gnb", "this is an increment" },
        { "a.gnb c.gnb", "it builds on another backup" },
        { "a.gnb c.gnb b.gnb", "it builds on another backup" },
        { "a.gnb a.gnb", "this is a whole backup" },
        { "a.gnb b.gnb b.gnb", "it builds on another backup" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(backup_fixture_restore(f, cases[i].names, "new", ""), GN_ERR_INVAL);
        assert_non_null(strstr(f->diag.text, cases[i].why));
        nothing_is_there(f);
    }
    assert_int_equal(backup_fixture_restore(f, "a.gnb b.gnb c.gnb", "new", ""), GN_OK);
    backup_fixture_check(f, "new", 8703);
    assert_int_equal(access(backup_fixture_path(f, "new/sessions.image"), F_OK), -1); /* gone before the last */
    assert_int_equal(backup_fixture_restore(f, "a.gnb b.gnb", "between", ""), GN_OK);
    backup_fixture_check(f, "between", 8003);
    assert_int_equal(access(backup_fixture_path(f, "between/sessions.image"), F_OK), 0);
}

static void a_broken_one_leaves_nothing(void **state)
{
    struct backup_fixture *f = *state;
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, PASS), GN_OK);
    assert_int_equal(backup_fixture_restore(f, "a.gnb", "new", "another passphrase"), GN_ERR_DENIED);
    nothing_is_there(f);
    assert_int_equal(backup_fixture_restore(f, "a.gnb", "new", ""), GN_ERR_INVAL);
    nothing_is_there(f);
    FILE *file = fopen(backup_fixture_path(f, "a.gnb"), "r+b");
    assert_int_equal(fseek(file, (long)f->made.archive_bytes / 2, SEEK_SET), 0);
    const int byte = fgetc(file);
    assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
    (void)fputc(byte ^ 4, file);
    (void)fclose(file);
    assert_int_equal(backup_fixture_restore(f, "a.gnb", "new", PASS), GN_ERR_CORRUPT);
    assert_non_null(strstr(f->diag.text, "damaged at byte"));
    nothing_is_there(f);
    assert_int_equal(truncate(backup_fixture_path(f, "a.gnb"), (off_t)f->made.archive_bytes / 3), 0);
    assert_int_equal(backup_fixture_restore(f, "a.gnb", "new", PASS), GN_ERR_CORRUPT);
    assert_non_null(strstr(f->diag.text, "half a backup is none"));
    nothing_is_there(f);
}

static void only_an_empty_folder_is_filled(void **state)
{
    struct backup_fixture *f = *state;
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, ""), GN_OK);
    assert_int_equal(backup_fixture_restore(f, "a.gnb", "data", ""), GN_ERR_EXISTS);
    assert_int_equal(symlink("/tmp", backup_fixture_path(f, "link")), 0);
    assert_int_equal(backup_fixture_restore(f, "a.gnb", "link", ""), GN_ERR_INVAL);
    assert_non_null(strstr(f->diag.text, "a link"));
    assert_int_equal(backup_fixture_restore(f, "a.gnb", "a.gnb", ""), GN_ERR_INVAL);
    assert_int_equal(mkdir(backup_fixture_path(f, "new.restoring"), 0700), 0);
    assert_int_equal(backup_fixture_restore(f, "a.gnb", "new", ""), GN_ERR_EXISTS);
    assert_non_null(strstr(f->diag.text, "broken off"));
    assert_int_equal(access(backup_fixture_path(f, "new.restoring"), F_OK), 0); /* not ours */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_kept_is_there_again, backup_fixture_set_up, backup_fixture_tear_down),
        cmocka_unit_test_setup_teardown(increments_come_back_in_their_order_only, backup_fixture_set_up,
                                        backup_fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_broken_one_leaves_nothing, backup_fixture_set_up, backup_fixture_tear_down),
        cmocka_unit_test_setup_teardown(only_an_empty_folder_is_filled, backup_fixture_set_up,
                                        backup_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
