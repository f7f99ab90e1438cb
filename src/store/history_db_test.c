/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_fixture.h"

#include <sys/stat.h>

static char dir[64];
static char path[128];

static int make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/gn_history_XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/history.db", dir);
    return 0;
}

static int drop_dir(void **state)
{
    (void)state;
    fixture_remove_files(dir);
    (void)rmdir(path);
    return rmdir(dir);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void make_database(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void expect_refusal(gn_err err, const char *words)
{
    struct gn_store *store = NULL;
    struct gn_diag diag;
    assert_int_equal(gn_store_open(dir, &store, &diag), err);
    assert_null(store);
    assert_string_equal(diag.text, words);
    assert_string_equal(diag.file, path);
}

static void what_is_no_database_is_told(void **state)
{
    (void)state;
    write_file("This is a letter to my aunt. It is long enough to be taken for a header, but it is none, "
               "and nobody should overwrite it.");
    expect_refusal(GN_ERR_CORRUPT, "this is not a history database, or it is damaged: move it away and start "
                                   "again, it is made anew from what the journal holds");
    FILE *file = fopen(path, "rb");
    char first[8] = "";
    assert_non_null(file);
    assert_int_equal(fread(first, 1, 4, file), 4);
    (void)fclose(file);
    assert_string_equal(first, "This");
}

static void a_database_of_another_program_is_left_alone(void **state)
{
    (void)state;
    make_database("CREATE TABLE recipes(name TEXT)");
    expect_refusal(GN_ERR_CORRUPT, "a database of another program stands here: move it away");
}

static void a_newer_format_is_told(void **state)
{
    (void)state;
    struct gn_history history;
    assert_int_equal(gn_history_open_writer(&history, path, NULL), GN_OK);
    assert_int_equal(gn_history_exec(&history, "PRAGMA user_version=4"), GN_OK);
    gn_history_close(&history);
    expect_refusal(GN_ERR_INVAL, "made by a newer version of ganglion (format 4, this one knows up to 3)");
}

static void a_missing_folder_is_told(void **state)
{
    (void)state;
    struct gn_store *store = NULL;
    struct gn_diag diag;
    assert_int_equal(gn_store_open("/tmp/gn_no_such_folder/x", &store, &diag), GN_ERR_DENIED);
    assert_string_equal(diag.text, "the history cannot be opened for writing: check that the folder exists, and "
                                   "that it and its files belong to the user who runs the node");
}

static void a_folder_in_its_place_is_told(void **state)
{
    (void)state;
    struct gn_store *store = NULL;
    struct gn_diag diag;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(gn_store_open(dir, &store, &diag), GN_ERR_DENIED);
}

static void a_read_only_folder_is_told(void **state)
{
    (void)state;
    struct gn_history history;
    if (geteuid() == 0) /* for root nothing is read-only */
        skip();
    assert_int_equal(gn_history_open_writer(&history, path, NULL), GN_OK);
    gn_history_close(&history);
    assert_int_equal(chmod(path, 0400), 0);
    expect_refusal(GN_ERR_DENIED, "the history cannot be opened for writing: check that the folder exists, and "
                                  "that it and its files belong to the user who runs the node");
}

static void a_path_that_is_too_long_is_told(void **state)
{
    (void)state;
    struct gn_store *store = NULL;
    struct gn_diag diag;
    char longest[GN_STORE_PATH_BYTES + 1];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(gn_store_open(longest, &store, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "the path is too long for the history");
}

static void the_file_is_set_up_as_written(void **state)
{
    (void)state;
    struct gn_history history;
    const struct {
        const char *pragma;
        const char *value;
    } rows[] = { { "PRAGMA journal_mode", "wal" }, { "PRAGMA page_size", "8192" },
                 { "PRAGMA synchronous", "1" },    { "PRAGMA mmap_size", "0" },
                 { "PRAGMA temp_store", "2" },     { "PRAGMA cache_size", "-1024" },
                 { "PRAGMA trusted_schema", "0" }, { "PRAGMA wal_autocheckpoint", "0" },
                 { "PRAGMA auto_vacuum", "2" },    { "PRAGMA secure_delete", "1" } };
    assert_int_equal(gn_history_open_writer(&history, path, NULL), GN_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sqlite3_stmt *get = NULL;
        assert_int_equal(sqlite3_prepare_v2(history.db, rows[i].pragma, -1, &get, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(get), SQLITE_ROW);
        assert_string_equal((const char *)sqlite3_column_text(get, 0), rows[i].value);
        assert_int_equal(sqlite3_finalize(get), SQLITE_OK);
    }
    gn_history_close(&history);
    gn_history_close(&history); /* twice is fine */
}

static void readers_cannot_write(void **state)
{
    (void)state;
    struct gn_history writer, reader;
    assert_int_equal(gn_history_open_writer(&writer, path, NULL), GN_OK);
    assert_int_equal(gn_history_open_reader(&reader, path), GN_OK);
    assert_int_equal(gn_history_exec(&reader, "DELETE FROM meta"), GN_ERR_DENIED);
    gn_history_close(&reader);
    gn_history_close(&writer);
}

static void numbers_are_remembered(void **state)
{
    (void)state;
    struct gn_history history;
    int64_t value = 5;
    assert_int_equal(gn_history_open_writer(&history, path, NULL), GN_OK);
    assert_int_equal(gn_history_meta(&history, GN_META_STATE_SEQ, &value), GN_OK);
    assert_int_equal(value, 0);
    assert_int_equal(gn_history_meta_put(&history, GN_META_STATE_SEQ, INT64_MAX), GN_OK);
    gn_history_close(&history);
    assert_int_equal(gn_history_open_writer(&history, path, NULL), GN_OK);
    assert_int_equal(gn_history_meta(&history, GN_META_STATE_SEQ, &value), GN_OK);
    assert_true(value == INT64_MAX);
    gn_history_close(&history);
}

static void answers_of_sqlite_become_ours(void **state)
{
    (void)state;
    struct gn_history none = { 0 };
    const struct {
        int rc;
        gn_err err;
    } rows[] = { { SQLITE_OK, GN_OK },
                 { SQLITE_ROW, GN_OK },
                 { SQLITE_DONE, GN_OK },
                 { SQLITE_FULL, GN_ERR_NO_SPACE },
                 { SQLITE_IOERR_SHMSIZE, GN_ERR_NO_SPACE },
                 { SQLITE_IOERR, GN_ERR_IO },
                 { SQLITE_IOERR_WRITE, GN_ERR_IO },
                 { SQLITE_BUSY, GN_ERR_BUSY },
                 { SQLITE_CORRUPT, GN_ERR_CORRUPT },
                 { SQLITE_NOTADB, GN_ERR_CORRUPT },
                 { SQLITE_READONLY, GN_ERR_DENIED },
                 { SQLITE_CANTOPEN, GN_ERR_DENIED },
                 { SQLITE_NOMEM, GN_ERR_FULL },
                 { SQLITE_MISUSE, GN_ERR_IO } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(gn_history_err(&none, rows[i].rc), rows[i].err);
}

static void a_foreign_lock_is_busy_and_loses_nothing(void **state)
{
    (void)state;
    struct gn_history history;
    sqlite3 *other = NULL;
    assert_int_equal(gn_history_open_writer(&history, path, NULL), GN_OK);
    assert_int_equal(sqlite3_busy_timeout(history.db, 0), SQLITE_OK); /* a test does not wait */
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(gn_history_run(&history, GN_W_BEGIN), GN_ERR_BUSY);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(gn_history_run(&history, GN_W_BEGIN), GN_OK);
    assert_int_equal(gn_history_run(&history, GN_W_COMMIT), GN_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    gn_history_close(&history);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_dir, drop_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_no_database_is_told),
        CASE(a_database_of_another_program_is_left_alone),
        CASE(a_newer_format_is_told),
        CASE(a_missing_folder_is_told),
        CASE(a_folder_in_its_place_is_told),
        CASE(a_read_only_folder_is_told),
        CASE(a_path_that_is_too_long_is_told),
        CASE(the_file_is_set_up_as_written),
        CASE(readers_cannot_write),
        CASE(numbers_are_remembered),
        CASE(answers_of_sqlite_become_ours),
        CASE(a_foreign_lock_is_busy_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
