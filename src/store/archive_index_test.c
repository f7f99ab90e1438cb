/* SPDX-License-Identifier: Apache-2.0 */
#include "store/archive_index.h"
#include "store/backup_fixture.h"

static void blocks_are_found_by_name_place_and_length(void **state)
{
    struct backup_fixture *f = *state;
    struct gn_archive_index index;
    static const char image[] = "an image\n";
    assert_int_equal(backup_fixture_make(f, "a.gnb", NULL, ""), GN_OK);
    assert_int_equal(
        gn_archive_index_read(&index, backup_fixture_path(f, "a.gnb"), gn_str_of(""), NULL, NULL, &f->diag), GN_OK);
    assert_int_equal(index.file_count, 3);
    const struct gn_archive_digest *found = gn_archive_index_find(&index, "sessions.image", 0, sizeof image - 1);
    const struct gn_archive_digest digest =
        gn_archive_digest_of((gn_bytes){ (const uint8_t *)image, sizeof image - 1 });
    assert_non_null(found);
    assert_memory_equal(found, &digest, sizeof digest);
    assert_null(gn_archive_index_find(&index, "sessions.image", 0, 5));
    assert_null(gn_archive_index_find(&index, "sessions.image", 1, 5));
    assert_null(gn_archive_index_find(&index, "guard/ca.pem", 0, 5));
    assert_non_null(gn_archive_index_find(&index, "history.db", 1, GN_ARCHIVE_BLOCK_BYTES));
    gn_archive_index_fini(&index);
}

static void an_empty_index_has_nothing(void **state)
{
    (void)state;
    const struct gn_archive_index index = { 0 };
    assert_null(gn_archive_index_find(&index, "history.db", 0, 1));
}

static void what_cannot_be_read_is_said(void **state)
{
    struct backup_fixture *f = *state;
    struct gn_archive_index index;
    assert_int_equal(gn_archive_index_read(&index, "/nowhere/x", gn_str_of(""), NULL, NULL, &f->diag),
                     GN_ERR_NOT_FOUND);
    assert_string_equal(f->diag.file, "/nowhere/x");
    backup_fixture_file(f, "other", "GNBACKUP but no more than that");
    assert_int_equal(
        gn_archive_index_read(&index, backup_fixture_path(f, "other"), gn_str_of(""), NULL, NULL, &f->diag),
        GN_ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocks_are_found_by_name_place_and_length, backup_fixture_set_up,
                                        backup_fixture_tear_down),
        cmocka_unit_test(an_empty_index_has_nothing),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_said, backup_fixture_set_up, backup_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
