/* SPDX-License-Identifier: Apache-2.0 */
#include "store/history_upgrade.h"
#include "store/store_fixture.h"

/* As format 1 had them; kept here, since nobody else knows them any more. */
static const char old_schema[] =
    "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; BEGIN;"
    "CREATE TABLE meta(key INTEGER PRIMARY KEY, value INTEGER NOT NULL);"
    "CREATE TABLE thing(id INTEGER PRIMARY KEY, record BLOB NOT NULL);"
    "CREATE TABLE series(id INTEGER PRIMARY KEY, record BLOB NOT NULL);"
    "CREATE TABLE span(series INTEGER PRIMARY KEY, bits INTEGER NOT NULL);"
    "CREATE TABLE chunk(id INTEGER PRIMARY KEY, series INTEGER NOT NULL, time_min INTEGER NOT NULL,"
    " time_max INTEGER NOT NULL, count INTEGER NOT NULL, seq_min INTEGER NOT NULL, seq_max INTEGER NOT NULL,"
    " value_min REAL, value_max REAL, value_sum REAL, value_last REAL, seq_last INTEGER NOT NULL,"
    " blob BLOB NOT NULL);"
    "CREATE INDEX chunk_by_time ON chunk(series, time_min, time_max, count);"
    "CREATE TABLE text(id INTEGER PRIMARY KEY, series INTEGER NOT NULL, time INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, quality INTEGER NOT NULL, text TEXT NOT NULL);"
    "CREATE INDEX text_by_time ON text(series, time, seq);"
    "CREATE TABLE output(id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL,"
    " thing TEXT NOT NULL, state TEXT NOT NULL, time INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " change INTEGER NOT NULL, json TEXT NOT NULL, UNIQUE(name, kind));"
    "CREATE INDEX output_by_time ON output(kind, time, change);"
    "CREATE INDEX output_by_state ON output(kind, state, time, change);"
    "CREATE INDEX output_by_change ON output(change);"
    "CREATE TABLE state(part INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "PRAGMA application_id=1196312396; PRAGMA user_version=1; COMMIT;";

static sqlite3 *old;

static void old_exec(const char *sql)
{
    char *error = NULL;
    if (sqlite3_exec(old, sql, NULL, NULL, &error) != SQLITE_OK)
        print_error("%s\n", error);
    assert_null(error);
}

/* The rows of one chunk of format 1, in the order of arrival. */
static void old_chunk(int64_t id, const struct fixture_row *rows, uint32_t count)
{
    struct gn_point points[GN_CHUNK_READINGS] = { 0 };
    struct gn_chunk_summary sum;
    uint8_t blob[GN_CHUNK_BLOB_BYTES_MAX];
    sqlite3_stmt *put = NULL;
    for (uint32_t i = 0; i < count; i++)
        points[i] = (struct gn_point){ .time_ms = rows[i].time_ms,
                                       .value = rows[i].value,
                                       .seq_delta = (uint32_t)(rows[i].seq - rows[0].seq),
                                       .quality = rows[i].quality };
    gn_chunk_summarize(points, count, rows[0].seq, &sum);
    const size_t size = gn_chunk_encode(points, count, rows[0].seq, blob);
    assert_int_equal(
        sqlite3_prepare_v2(old, "INSERT INTO chunk VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)", -1, &put, NULL),
        SQLITE_OK);
    const int64_t numbers[7] = { id,        rows[0].series,       sum.time_min,        sum.time_max,
                                 sum.count, (int64_t)sum.seq_min, (int64_t)sum.seq_max };
    for (int i = 0; i < 7; i++)
        assert_int_equal(sqlite3_bind_int64(put, i + 1, numbers[i]), SQLITE_OK);
    const double values[4] = { sum.value_min, sum.value_max, sum.value_sum, sum.value_last };
    for (int i = 0; i < 4; i++)
        assert_int_equal(sqlite3_bind_double(put, 8 + i, values[i]), SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(put, 12, (int64_t)sum.seq_last), SQLITE_OK);
    assert_int_equal(sqlite3_bind_blob(put, 13, blob, (int)size, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(put), SQLITE_DONE);
    assert_int_equal(sqlite3_finalize(put), SQLITE_OK);
}

/* Readings as format 1 took them, in any order and twice, in chunks of `size`; and some texts. Beside them rows
 * that lie beyond the checkpoint, which the journal will say again. */
static void old_readings(struct fixture *f, uint32_t size)
{
    struct fixture_row rows[GN_CHUNK_READINGS];
    uint32_t count = 0;
    int64_t id = 0;
    char sql[200];
    old_exec("BEGIN");
    for (int i = 0; i < 1000; i++) {
        struct fixture_row row = { .seq = ++f->seq, .series = 0, .value = i, .quality = (uint8_t)(i % 3) };
        row.time_ms = FIXTURE_T0 + (int64_t)(fixture_random(f) % 900) + i * 3;
        fixture_remember(f, &row);
        rows[count++] = row;
        if (count < size)
            continue;
        old_chunk(++id, rows, count);
        count = 0;
    }
    for (int i = 0; i < 20; i++) {
        struct fixture_row row = {
            .seq = ++f->seq, .series = 3, .time_ms = FIXTURE_T0 + i % 7, .quality = (uint8_t)(i % 2)
        };
        (void)snprintf(row.text, sizeof row.text, "t%d", i);
        fixture_remember(f, &row);
        (void)snprintf(sql, sizeof sql, "INSERT INTO text VALUES(%d, 3, %lld, %llu, %u, '%s')", i + 1,
                       (long long)row.time_ms, (unsigned long long)row.seq, row.quality, row.text);
        old_exec(sql);
    }
    (void)snprintf(sql, sizeof sql, "INSERT INTO meta VALUES(1, %llu), (2, %lld), (3, 20), (4, 1020), (5, %lld)",
                   (unsigned long long)f->seq, (long long)id, (long long)id);
    old_exec(sql);
    const struct fixture_row beyond = { .seq = f->seq + 1, .series = 0, .time_ms = 5, .value = 1e9 };
    old_chunk(id + 1, &beyond, 1);
    old_exec("INSERT INTO text VALUES(21, 3, 5, 9999, 0, 'beyond')");
    old_exec("INSERT INTO output VALUES(1, 'a1', 'alarm', 'press', 'open', 5, 7, 1, '{\"id\":\"a1\"}')");
    old_exec("INSERT INTO span VALUES(0, 10); COMMIT");
}

/* Things and series stand in a history of this version, as they did in the old one. */
static void old_make(struct fixture *f)
{
    char path[128], sql[300];
    fixture_put_things(f);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    const uint64_t seq = f->seq;
    fixture_close(f);
    (void)snprintf(path, sizeof path, "%s/old.db", f->dir);
    assert_int_equal(sqlite3_open(path, &old), SQLITE_OK);
    old_exec(old_schema);
    (void)snprintf(sql, sizeof sql,
                   "ATTACH '%s/history.db' AS new; INSERT INTO thing SELECT * FROM new.thing;"
                   "INSERT INTO series SELECT * FROM new.series; DETACH new",
                   f->dir);
    old_exec(sql);
    f->seq = seq;
}

static void old_take_place(struct fixture *f)
{
    char from[128], to[128];
    assert_int_equal(sqlite3_close(old), SQLITE_OK);
    fixture_remove_files(f->dir);
    (void)snprintf(from, sizeof from, "%s/old.db", f->dir);
    (void)snprintf(to, sizeof to, "%s/history.db", f->dir);
    assert_int_equal(rename(from, to), 0);
}

static bool see_alarm(void *ctx, const struct gn_output *output, uint64_t change)
{
    (void)change;
    *(bool *)ctx = gn_str_equal(output->id, GN_STR("a1")) && gn_str_equal(output->state, GN_STR("open"));
    return true;
}

static void format_1_becomes_this_format_with_every_reading(void **state)
{
    struct fixture *f = *state;
    for (uint32_t size = 1; size <= 250; size = size < 5 ? 5 : size * 10 / 2) {
        f->row_count = 0;
        old_make(f);
        old_readings(f, 1000 % size == 0 ? size : 250);
        old_take_place(f);
        fixture_open(f);
        assert_int_equal(gn_store_next_seq(f->store), f->rows[f->row_count - 1].seq + 1);
        for (int round = 0; round < 3; round++) {
            for (uint32_t series = 0; series < 4; series += 3) {
                fixture_check_range(f, &(struct gn_range){ series, INT64_MIN, INT64_MAX, 0, false });
                fixture_check_range(f, &(struct gn_range){ series, FIXTURE_T0 + 5, FIXTURE_T0 + 1500, 7, true });
                fixture_check_count(f, series, INT64_MIN, INT64_MAX);
                fixture_check_last(f, series);
            }
            if (round == 0)
                fixture_restart(f);
            for (int i = 0; i < 300; i++)
                fixture_put_reading(f, 0, FIXTURE_T0 + 5000 + i, i);
            assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
        }
        bool seen = false;
        const struct gn_output_query query = { .kind = "alarm" };
        assert_int_equal(gn_store_outputs(f->reader, &query, see_alarm, &seen), GN_OK);
        assert_true(seen);
        fixture_close(f);
        fixture_remove_files(f->dir);
        fixture_open(f);
    }
}

static void an_upgrade_that_finds_no_room_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct gn_history history = { 0 };
    char path[128];
    old_make(f);
    old_readings(f, 250);
    old_take_place(f);
    (void)snprintf(path, sizeof path, "%s/history.db", f->dir);
    assert_int_equal(sqlite3_open(path, &history.db), SQLITE_OK);
    assert_int_equal(gn_history_exec(&history, "PRAGMA max_page_count=1"), GN_OK); /* as many as there are */
    assert_int_equal(gn_history_upgrade_1(&history), GN_ERR_NO_SPACE);
    gn_history_close(&history);
    fixture_open(f); /* with room it goes on as if nothing had been */
    fixture_check_range(f, &(struct gn_range){ 0, INT64_MIN, INT64_MAX, 0, false });
    fixture_check_range(f, &(struct gn_range){ 3, INT64_MIN, INT64_MAX, 0, false });
}

static void format_2_gets_its_table_of_tiers(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    fixture_put_reading(f, 0, FIXTURE_T0, 1);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    assert_int_equal(gn_history_exec(&f->store->history, "DROP TABLE tier; PRAGMA user_version=2"), GN_OK);
    fixture_restart(f);
    assert_int_equal(gn_history_exec(&f->store->history, "SELECT * FROM tier"), GN_OK);
    fixture_check_range(f, &(struct gn_range){ 0, INT64_MIN, INT64_MAX, 0, false });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(format_1_becomes_this_format_with_every_reading, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(format_2_gets_its_table_of_tiers, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(an_upgrade_that_finds_no_room_changes_nothing, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
