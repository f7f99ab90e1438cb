/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tidy.h"

#include "store/store_fixture.h"

static int64_t ask_number(struct fixture *f, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(f->store->history.db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t number = sqlite3_column_int64(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    return number;
}

/* Chunks of a series follow one another, and their summaries are those of their readings. */
static void check_rows(struct fixture *f)
{
    assert_int_equal(ask_number(f,
                                "SELECT count(*) FROM chunk a JOIN chunk b ON a.series = b.series AND a.id <> b.id AND "
                                "(a.time_min < b.time_min OR (a.time_min = b.time_min AND a.id < b.id)) AND "
                                "a.time_max > b.time_min"),
                     0);
    struct gn_store_stats stats;
    gn_store_stats(f->reader, &stats);
    assert_int_equal(stats.chunk_count, ask_number(f, "SELECT count(*) FROM chunk"));
}

static void check_series(struct fixture *f, uint32_t series)
{
    fixture_check_range(f, &(struct gn_range){ .series = series, .from_ms = INT64_MIN, .to_ms = INT64_MAX });
    fixture_check_count(f, series, INT64_MIN, INT64_MAX);
    fixture_check_last(f, series);
}

static void late_ones_end_in_their_chunks(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int i = 0; i < 20 * GN_HEAD_READINGS; i++)
        fixture_put_reading_of(f, 0, FIXTURE_T0 + 10 * i, i, GN_QUALITY_GOOD);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    for (int i = 0; i < 300; i++) /* corrections, readings between, and some before all */
        fixture_put_reading_of(f, 0, FIXTURE_T0 - 500 + 7 * (int64_t)(fixture_random(f) % 6000), -i, GN_QUALITY_LATE);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_true(ask_number(f, "SELECT count(*) FROM late") > 200);
    check_series(f, 0);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM late"), 0);
    check_series(f, 0);
    check_rows(f);
    fixture_restart(f);
    check_series(f, 0);
}

static void small_chunks_become_one(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int round = 0; round < 40; round++) { /* each start leaves a small one */
        for (int i = 0; i < 10; i++)
            fixture_put_reading(f, 0, FIXTURE_T0 + round * 100 + i, i);
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
        fixture_restart(f);
        check_series(f, 0);
    }
    fixture_put_reading(f, 1, FIXTURE_T0, 1);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    assert_true(ask_number(f, "SELECT count(*) FROM chunk WHERE series = 0") <= 5);
    assert_int_equal(ask_number(f, "SELECT sum(count) FROM chunk WHERE series = 0"), 400);
    check_series(f, 0);
    check_rows(f);
}

static void four_full_ones_become_one_of_disk_size(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int i = 0; i < 9 * GN_HEAD_READINGS + 1; i++) {
        fixture_put_reading_of(f, 0, FIXTURE_T0 + 10 * i, i, GN_QUALITY_GOOD);
        if (i % (GN_HEAD_READINGS / 2) == 0)
            assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    }
    assert_int_equal(ask_number(f, "SELECT count(*) FROM chunk WHERE count = 1024"), 2);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM chunk"), 4); /* one is alone, one is open */
    check_series(f, 0);
    check_rows(f);
    fixture_restart(f);
    check_series(f, 0);
}

static void much_that_is_late_takes_several_checkpoints(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (uint32_t series = 0; series < 3; series++)
        fixture_put_reading_of(f, series, FIXTURE_T0 + 100000000, 1, GN_QUALITY_GOOD);
    for (int i = 0; i < 280000; i++)
        fixture_put_reading_of(f, (uint32_t)i % 3, FIXTURE_T0 + i, i, GN_QUALITY_LATE);
    int checkpoints = 0;
    int64_t left = 1;
    while (left > 0 && checkpoints < 20) {
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
        left = ask_number(f, "SELECT count(*) FROM late");
        checkpoints++;
        fixture_check_count(f, 1, INT64_MIN, INT64_MAX);
    }
    assert_int_equal(left, 0);
    assert_true(checkpoints > 1);
    for (uint32_t series = 0; series < 3; series++)
        check_series(f, series);
    check_rows(f);
}

static void a_damaged_chunk_is_left_as_it_is(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int i = 0; i < 3 * GN_HEAD_READINGS; i++)
        fixture_put_reading_of(f, 0, FIXTURE_T0 + 10 * i, i, GN_QUALITY_GOOD);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    assert_int_equal(gn_history_exec(&f->store->history, "UPDATE chunk SET blob = x'00' WHERE id = 2"), GN_OK);
    fixture_put_reading_of(f, 0, FIXTURE_T0 + 10 * GN_HEAD_READINGS + 5, -5, GN_QUALITY_LATE);
    for (int i = 0; i < 3; i++)
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM chunk"), 3);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM late"), 1);
    fixture_check_range(
        f, &(struct gn_range){ .series = 0, .from_ms = FIXTURE_T0 + 20 * GN_HEAD_READINGS, .to_ms = INT64_MAX });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(late_ones_end_in_their_chunks, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(small_chunks_become_one, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(four_full_ones_become_one_of_disk_size, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(much_that_is_late_takes_several_checkpoints, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_chunk_is_left_as_it_is, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
