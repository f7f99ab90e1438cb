/* SPDX-License-Identifier: Apache-2.0 */
#include "store/cursor.h"
#include "store/store_fixture.h"

static void check_all(struct fixture *f)
{
    for (uint32_t series = 0; series < 4; series++) {
        fixture_check_range(f, &(struct gn_range){ .series = series, .from_ms = INT64_MIN, .to_ms = INT64_MAX });
        fixture_check_count(f, series, INT64_MIN, INT64_MAX);
    }
}

static int64_t ask_number(struct fixture *f, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(f->store->history.db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t number = sqlite3_column_int64(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    return number;
}

static void put_some(struct fixture *f, int count)
{
    for (int i = 0; i < count; i++) {
        const uint64_t r = fixture_random(f);
        const int64_t time = FIXTURE_T0 + (int64_t)f->seq * 5;
        if (r % 10 == 3)
            fixture_put_text(f, 3, time, "text");
        else
            fixture_put_reading(f, (uint32_t)(r % 3), time, (double)(r % 1000) / 10);
    }
}

static void a_flush_writes_sealed_chunks_only(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int i = 0; i < GN_HEAD_READINGS * 2 + 5; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, i);
    size_t capacity = 0;
    assert_int_equal(gn_store_pending(f->store, &capacity), 2);
    assert_int_equal(capacity, GN_CHUNKS_WAITING_MAX);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_int_equal(gn_store_pending(f->store, &capacity), 0);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM chunk"), 2);
    assert_int_equal(gn_store_flush(f->store), GN_OK); /* nothing to do */
    check_all(f);
}

/* Checkpoints write an open chunk again and again, into the same row. */
static void checkpoints_do_not_multiply_rows(void **state)
{
    struct fixture *f = *state;
    struct gn_store_stats stats;
    fixture_put_things(f);
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 20; i++)
            fixture_put_reading(f, 0, FIXTURE_T0 + round * 20 + i, i);
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
        const int64_t full = ((round + 1) * 20 - 1) / GN_HEAD_READINGS;
        assert_int_equal(ask_number(f, "SELECT count(*) FROM chunk"), full + 1);
        assert_int_equal(ask_number(f, "SELECT sum(count) FROM chunk"), (round + 1) * 20);
        gn_store_stats(f->reader, &stats);
        assert_int_equal(stats.chunk_count, full + 1);
        check_all(f);
    }
    gn_store_stats(f->reader, &stats);
    assert_int_equal(stats.checkpoint_seq, f->seq);
    assert_true(stats.database_bytes >= 8192);
}

/* Whenever the machine stops: what a copy of the files shows at that instant, fed again, is exactly once. */
static void any_instant_can_be_recovered_from(void **state)
{
    struct fixture *f = *state;
    struct fixture copy;
    fixture_put_things(f);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    for (int round = 0; round < 60; round++) {
        put_some(f, 1 + (int)(fixture_random(f) % 300));
        const uint64_t what = fixture_random(f) % 4;
        if (what == 0)
            assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
        if (what == 1 || what == 2)
            assert_int_equal(gn_store_flush(f->store), GN_OK);

        copy = *f;
        (void)snprintf(copy.dir, sizeof copy.dir, "/tmp/gn_store_XXXXXX");
        assert_non_null(mkdtemp(copy.dir));
        fixture_copy_files(f->dir, copy.dir);
        fixture_open(&copy);
        assert_true(copy.seq <= f->seq);
        for (size_t i = 0; i < copy.row_count; i++)
            if (copy.rows[i].seq > copy.seq)
                assert_int_equal(fixture_put(&copy, fixture_record_of(&copy, &copy.rows[i])), GN_OK);
        check_all(&copy);
        struct gn_store_stats stats;
        gn_store_stats(copy.reader, &stats);
        assert_int_equal(stats.reading_count, copy.row_count);
        assert_int_equal(gn_store_checkpoint(copy.store), GN_OK);
        check_all(&copy);
        gn_store_stats(copy.reader, &stats);
        assert_int_equal(stats.chunk_count, ask_number(&copy, "SELECT count(*) FROM chunk"));
        assert_int_equal(ask_number(&copy, "SELECT ifnull(sum(count), 0) + (SELECT count(*) FROM text) FROM chunk"),
                         copy.row_count);
        fixture_close(&copy);
        fixture_remove_files(copy.dir);
        (void)rmdir(copy.dir);
    }
}

static void a_full_disk_loses_nothing_and_recovers(void **state)
{
    struct fixture *f = *state;
    char sql[64];
    fixture_put_things(f);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    for (int round = 0; round < 5; round++) {
        (void)snprintf(sql, sizeof sql, "PRAGMA max_page_count=%lld",
                       (long long)ask_number(f, "SELECT page_count FROM pragma_page_count"));
        assert_int_equal(gn_history_exec(&f->store->history, sql), GN_OK);
        gn_err err = GN_OK;
        for (int tries = 0; tries < 50 && !err; tries++) {
            put_some(f, 900);
            const struct gn_output output = { .kind = "alarm", .id = GN_STR("a"), .json = GN_STR("{}"), .seq = f->seq };
            assert_int_equal(gn_store_put_output(f->store, &output), GN_OK);
            err = round % 2 ? gn_store_checkpoint(f->store) : gn_store_flush(f->store);
            if (err)
                assert_int_equal(err, GN_ERR_NO_SPACE);
        }
        assert_int_equal(err, GN_ERR_NO_SPACE);
        const uint64_t checkpoint = atomic_load(&f->store->checkpoint_seq);
        check_all(f);
        assert_int_equal(gn_store_checkpoint(f->store), GN_ERR_NO_SPACE);
        assert_int_equal(atomic_load(&f->store->checkpoint_seq), checkpoint);
        check_all(f);
        assert_int_equal(gn_history_exec(&f->store->history, "PRAGMA max_page_count=1000000"), GN_OK);
        if (round % 2)
            assert_int_equal(gn_store_flush(f->store), GN_OK);
        check_all(f);
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
        check_all(f);
        assert_int_equal(ask_number(f, "SELECT ifnull(sum(count), 0) + (SELECT count(*) FROM text) FROM chunk"),
                         f->row_count);
    }
    fixture_restart(f);
    check_all(f);
}

static void the_wal_does_not_grow_for_ever(void **state)
{
    struct fixture *f = *state;
    char path[128];
    fixture_put_things(f);
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 3000; i++)
            fixture_put_reading(f, (uint32_t)(i % 3), FIXTURE_T0 + round * 3000 + i, sqrt(i + round));
        assert_int_equal(gn_store_flush(f->store), GN_OK);
    }
    (void)snprintf(path, sizeof path, "%s/history.db-wal", f->dir);
    FILE *wal = fopen(path, "rb");
    assert_non_null(wal);
    assert_int_equal(fseek(wal, 0, SEEK_END), 0);
    assert_true(ftell(wal) < 16 << 20);
    (void)fclose(wal);
}

static void a_reader_keeps_its_view_while_the_writer_goes_on(void **state)
{
    struct fixture *f = *state;
    struct gn_cursor cursor;
    struct gn_sample sample;
    const struct gn_span span = { .series = 0, .from_ms = INT64_MIN, .until_ms = INT64_MAX };
    fixture_put_things(f);
    for (int i = 0; i < 600; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, i);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_int_equal(gn_cursor_open(f->reader, &span, false, &cursor), GN_OK);
    for (int i = 600; i < 1200; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, i);
    fixture_put_reading(f, 0, FIXTURE_T0 - 5, 77);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK); /* does not wait for the reader */
    int count = 0;
    for (bool any = true; any; count += any)
        assert_int_equal(gn_cursor_next(&cursor, &sample, &any), GN_OK);
    gn_cursor_close(&cursor);
    assert_int_equal(count, 600);
    check_all(f);
}

/* --- what a power cut could still take ------------------------------------------------------------- */

static sqlite3_vfs watching;
static sqlite3_io_methods watched_methods;
static const sqlite3_io_methods *plain_methods;
static sqlite3_vfs *plain_vfs;
static bool wal_unsynced;

static int watched_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    wal_unsynced = true;
    return plain_methods->xWrite(file, bytes, size, offset);
}

static int watched_sync(sqlite3_file *file, int flags)
{
    wal_unsynced = false;
    return plain_methods->xSync(file, flags);
}

static int watched_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    const int rc = plain_vfs->xOpen(plain_vfs, name, file, flags, out_flags);
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
        plain_methods = file->pMethods;
        watched_methods = *plain_methods;
        watched_methods.xWrite = watched_write;
        watched_methods.xSync = watched_sync;
        file->pMethods = &watched_methods;
    }
    return rc;
}

static void a_checkpoint_is_durable_when_it_returns(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    fixture_close(f);
    plain_vfs = sqlite3_vfs_find(NULL);
    watching = *plain_vfs;
    watching.zName = "watching";
    watching.xOpen = watched_open;
    assert_int_equal(sqlite3_vfs_register(&watching, 1), SQLITE_OK);
    fixture_open(f);
    fixture_put_things(f);
    put_some(f, 2000);
    wal_unsynced = false;
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_true(wal_unsynced); /* a flush need not be: the journal has it all */
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    assert_false(wal_unsynced);
    put_some(f, 1);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    assert_false(wal_unsynced);
    fixture_close(f);
    assert_int_equal(sqlite3_vfs_register(plain_vfs, 1), SQLITE_OK);
    assert_int_equal(sqlite3_vfs_unregister(&watching), SQLITE_OK);
    fixture_open(f);
    check_all(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_flush_writes_sealed_chunks_only, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(checkpoints_do_not_multiply_rows, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(any_instant_can_be_recovered_from, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_loses_nothing_and_recovers, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_checkpoint_is_durable_when_it_returns, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_wal_does_not_grow_for_ever, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_reader_keeps_its_view_while_the_writer_goes_on, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
