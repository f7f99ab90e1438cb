/* SPDX-License-Identifier: Apache-2.0 */
#include "store/history_copy.h"
#include "store/store_fixture.h"

static int64_t count_in(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t count = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return count;
}

struct copy_writer {
    struct fixture *f;
    unsigned told;
};

/* The node goes on while it is copied. */
static void write_more(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct copy_writer *writer = ctx;
    assert_string_equal(what, "copying the history");
    assert_true(done <= total);
    if (writer->told++ == 0) {
        for (int i = 0; i < 3000; i++)
            fixture_put_reading(writer->f, 0, FIXTURE_T0 + 1000000 + i, i);
        assert_int_equal(gn_store_flush(writer->f->store), GN_OK);
        assert_int_equal(gn_store_checkpoint(writer->f->store), GN_OK);
    }
}

static void it_is_the_history_of_one_moment(void **state)
{
    struct fixture *f = *state;
    struct copy_writer writer = { .f = f };
    struct gn_history_copy copy;
    struct gn_diag diag = { 0 };
    char path[128];
    char bytes[65536];
    fixture_put_things(f);
    for (int i = 0; i < 600000; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, (double)fixture_random(f));
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    const uint64_t seq = f->seq;
    assert_int_equal(gn_history_copy_make(f->dir, write_more, &writer, &copy, &diag), GN_OK);
    assert_true(writer.told > 1);
    assert_int_equal(copy.checkpoint_seq, seq);

    (void)snprintf(path, sizeof path, "%s/copied", f->dir);
    FILE *out = fopen(path, "wb");
    for (uint64_t at = 0; at < copy.size;) {
        const ssize_t got = pread(copy.fd, bytes, sizeof bytes, (off_t)at);
        assert_true(got > 0);
        assert_int_equal(fwrite(bytes, 1, (size_t)got, out), got);
        at += (uint64_t)got;
    }
    (void)fclose(out);
    gn_history_copy_close(&copy);
    assert_int_equal(count_in(path, "SELECT sum(count) FROM chunk"), 600000);
    assert_int_equal(count_in(path, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    (void)unlink(path);
}

static void nothing_is_left_of_it(void **state)
{
    struct fixture *f = *state;
    struct gn_history_copy copy;
    struct gn_diag diag = { 0 };
    char path[128];
    assert_int_equal(gn_history_copy_make(f->dir, NULL, NULL, &copy, &diag), GN_OK);
    (void)snprintf(path, sizeof path, "%s/backup-%ld.part", f->dir, (long)getpid());
    assert_int_equal(access(path, F_OK), -1);
    gn_history_copy_close(&copy);
}

static void a_directory_without_one_has_none(void **state)
{
    (void)state;
    struct gn_history_copy copy;
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_history_copy_make("/nowhere", NULL, NULL, &copy, &diag), GN_OK);
    assert_int_equal(copy.fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_the_history_of_one_moment, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_left_of_it, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(a_directory_without_one_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
