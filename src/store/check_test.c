/* SPDX-License-Identifier: Apache-2.0 */
#include "store/check.h"

#include "store/store_fixture.h"

struct told {
    uint64_t count;
    char where[200];
    char what[300];
};

static void tell(void *ctx, const char *file, const char *where, const char *what)
{
    struct told *told = ctx;
    assert_non_null(strstr(file, "history.db"));
    if (told->count++ == 0) {
        (void)snprintf(told->where, sizeof told->where, "%s", where);
        (void)snprintf(told->what, sizeof told->what, "%s", what);
    }
}

static struct gn_check run(struct fixture *f, struct told *told)
{
    struct gn_check check = { .problem = tell, .ctx = told };
    *told = (struct told){ 0 };
    assert_int_equal(gn_store_check(f->dir, &check), GN_OK);
    assert_int_equal(check.problem_count, told->count);
    return check;
}

static void put_some(struct fixture *f)
{
    fixture_put_things(f);
    for (int i = 0; i < 4 * GN_HEAD_READINGS; i++) { /* too few chunks to be joined */
        fixture_put_reading_of(f, 0, FIXTURE_T0 + 10 * i, sqrt(i), GN_QUALITY_GOOD);
        if (i % 50 == 7)
            fixture_put_reading_of(f, 0, FIXTURE_T0 + 10 * i - 45, -i, GN_QUALITY_LATE);
    }
    fixture_put_reading_of(f, 1, FIXTURE_T0, NAN, GN_QUALITY_GOOD);
    fixture_put_text(f, 3, FIXTURE_T0, "text");
    assert_int_equal(gn_store_put_state(f->store, 5, (gn_bytes){ (const uint8_t *)"state", 5 }), GN_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
}

static void a_whole_history_has_no_problem(void **state)
{
    struct fixture *f = *state;
    struct told told;
    put_some(f);
    struct gn_check check = run(f, &told); /* beside the writer */
    assert_int_equal(told.count, 0);
    assert_true(check.chunk_count >= 5);
    for (int i = 0; i < 700; i++) /* sealed ones beside the rows they replace */
        fixture_put_reading_of(f, 0, FIXTURE_T0 + 100000 + i, i, GN_QUALITY_GOOD);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    (void)run(f, &told);
    assert_int_equal(told.count, 0);
    fixture_close(f);
    (void)run(f, &told); /* and without one */
    assert_int_equal(told.count, 0);
    fixture_open(f);
}

/* A series gets its row at a checkpoint; its first chunks may come before. */
static void a_history_before_its_first_checkpoint_has_no_problem(void **state)
{
    struct fixture *f = *state;
    struct told told;
    fixture_put_things(f);
    for (int i = 0; i < 3 * GN_CHUNK_READINGS; i++)
        fixture_put_reading_of(f, 0, FIXTURE_T0 + i, i, GN_QUALITY_GOOD);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    const struct gn_check check = run(f, &told);
    assert_true(check.chunk_count > 0);
    assert_int_equal(told.count, 0);
}

static void what_is_wrong_is_told_and_where(void **state)
{
    struct fixture *f = *state;
    struct told told;
    static const struct {
        const char *damage;
        const char *what;
    } rows[] = {
        { "UPDATE chunk SET blob = substr(blob, 1, 40) || x'5a' || substr(blob, 42) WHERE id = 2",
          "fail their checksum" },
        { "UPDATE chunk SET blob = x'' WHERE id = 2", "fail their checksum" },
        { "UPDATE chunk SET count = count - 1 WHERE id = 2", "what its row says" },
        { "UPDATE chunk SET time_max = time_max + 1 WHERE id = 2", "what its row says" },
        { "UPDATE chunk SET seq_max = 7 WHERE id = 2", "what its row says" },
        { "UPDATE chunk SET value_sum = value_sum + 1e-9 WHERE id = 2", "what its row says" },
        { "UPDATE chunk SET value_first = NULL WHERE id = 2", "what its row says" },
        { "UPDATE chunk SET series = 9 WHERE id = 2", "there is no such series" },
        { "UPDATE chunk SET time_max = time_max + 2000000 WHERE id = 2", "what its row says" },
        { "UPDATE state SET bytes = x'0102030405'", "fail their checksum: the engine" },
        { "DELETE FROM state", "fail their checksum: the engine" },
        { "PRAGMA user_version = 1", "another version" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_some(f);
        assert_int_equal(gn_history_exec(&f->store->history, rows[i].damage), GN_OK);
        (void)run(f, &told);
        assert_true(told.count >= 1);
        if (strstr(told.what, rows[i].what) == NULL)
            fail_msg("%s: %s", rows[i].damage, told.what);
        if (strstr(rows[i].damage, "UPDATE chunk") != NULL)
            assert_non_null(strstr(told.where, "chunk 2 of series "));
        fixture_close(f);
        fixture_remove_files(f->dir);
        fixture_open(f);
        f->row_count = 0;
    }
}

static void two_chunks_that_overlap_are_told(void **state)
{
    struct fixture *f = *state;
    struct told told;
    put_some(f);
    assert_int_equal(gn_history_exec(&f->store->history,
                                     "UPDATE meta SET value = value + 1 WHERE key = 2;"
                                     "INSERT INTO chunk SELECT (SELECT max(id) + 1 FROM chunk), series,"
                                     " time_min, time_max, count, seq_min, seq_max, value_min, value_max,"
                                     " value_sum, value_first, value_last, blob FROM chunk WHERE id = 1"),
                     GN_OK);
    (void)run(f, &told);
    assert_int_equal(told.count, 1);
    assert_string_equal(told.what, "it begins before chunk 1 of its series ends");
}

/* Bytes of the file, flipped one after the other where a chunk's blob stands: found, named, and only that chunk. */
static void a_byte_flipped_in_a_chunk_costs_that_chunk_only(void **state)
{
    struct fixture *f = *state;
    static uint8_t bytes[1 << 20];
    static uint8_t blob[GN_CHUNK_BLOB_BYTES_MAX];
    char path[128];
    struct told told;
    put_some(f);
    sqlite3_stmt *get = NULL;
    assert_int_equal(sqlite3_prepare_v2(f->store->history.db, "SELECT blob FROM chunk WHERE id = 3", -1, &get, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(get), SQLITE_ROW);
    const size_t blob_size = (size_t)sqlite3_column_bytes(get, 0);
    memcpy(blob, sqlite3_column_blob(get, 0), blob_size);
    assert_int_equal(sqlite3_finalize(get), SQLITE_OK);
    const struct gn_check before = run(f, &told);
    fixture_close(f); /* the last connection moves the WAL into the file */
    (void)snprintf(path, sizeof path, "%s/history.db", f->dir);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    size_t at = 0;
    while (at + 32 < size && memcmp(bytes + at, blob, 32) != 0)
        at++;
    assert_true(at + 32 < size);
    for (size_t i = 0; i < blob_size && memcmp(bytes + at, blob, i + 1) == 0; i += 1 + blob_size / 60) {
        for (int undo = 0; undo < 2; undo++) {
            const uint8_t byte = undo ? bytes[at + i] : (uint8_t)(bytes[at + i] ^ 0x10);
            assert_int_equal(fseek(file, (long)(at + i), SEEK_SET), 0);
            assert_int_equal(fwrite(&byte, 1, 1, file), 1);
            assert_int_equal(fflush(file), 0);
            const struct gn_check check = run(f, &told);
            assert_int_equal(told.count, undo ? 0 : 1);
            assert_int_equal(check.chunk_count, before.chunk_count);
            if (!undo) {
                assert_string_equal(told.where, "chunk 3 of series 0");
                assert_true(check.reading_count < before.reading_count &&
                            check.reading_count + GN_CHUNK_READINGS >= before.reading_count);
            }
        }
    }
    assert_int_equal(fclose(file), 0);
    fixture_open(f);
}

static void what_is_no_history_is_told(void **state)
{
    struct fixture *f = *state;
    struct told told;
    char path[128];
    struct gn_check check = { .problem = tell, .ctx = &told };
    assert_int_equal(gn_store_check("/tmp/gn_no_such_folder", &check), GN_ERR_NOT_FOUND);
    fixture_close(f);
    fixture_remove_files(f->dir);
    assert_int_equal(gn_store_check(f->dir, &check), GN_ERR_NOT_FOUND);
    (void)snprintf(path, sizeof path, "%s/history.db", f->dir);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs("a letter to my aunt, which is no database, and long enough to be taken for one at first sight, "
                      "but it is none at all",
                      file) >= 0);
    assert_int_equal(fclose(file), 0);
    (void)run(f, &told);
    assert_true(told.count > 0);
    assert_non_null(strstr(told.what, "not a database"));
    fixture_remove_files(f->dir);
    fixture_open(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_whole_history_has_no_problem, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_history_before_its_first_checkpoint_has_no_problem, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_told_and_where, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(two_chunks_that_overlap_are_told, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_byte_flipped_in_a_chunk_costs_that_chunk_only, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_history_is_told, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
