/* SPDX-License-Identifier: Apache-2.0 */
/* store/sql_fuzz.c -- any bytes as a question in SQL to a history of some readings, late ones and texts: answered or
 * refused, within its bounds, without changing anything; the next question is answered as ever. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/sql.h"
#include "thing/record_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char fuzz_dir[64];
static struct gn_store *fuzz_store;
static struct gn_store_reader *fuzz_reader;

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void fuzz_end(void)
{
    static const char *const names[] = { "history.db", "history.db-wal", "history.db-shm" };
    char path[128];
    gn_store_reader_close(fuzz_reader);
    gn_store_close(fuzz_store);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", fuzz_dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(fuzz_dir);
}

static void fuzz_begin(void)
{
    static union record_fixture record;
    uint64_t seq = 0;
    (void)snprintf(fuzz_dir, sizeof fuzz_dir, "/tmp/gn_sql_fuzz_XXXXXX");
    must(mkdtemp(fuzz_dir) != NULL);
    must(gn_store_open(fuzz_dir, &fuzz_store, NULL) == GN_OK);
    must(gn_store_reader_open(fuzz_store, &fuzz_reader) == GN_OK);
    must(gn_store_put_record(fuzz_store, fixture_thing(&record, ++seq, 0, "a", "A")) == GN_OK);
    must(gn_store_put_record(fuzz_store, fixture_series(&record, ++seq, 0, 0, GN_SERIES_NUMBER, "n")) == GN_OK);
    must(gn_store_put_record(fuzz_store, fixture_series(&record, ++seq, 1, 0, GN_SERIES_TEXT, "t")) == GN_OK);
    for (int i = 0; i < 600; i++) {
        must(gn_store_put_record(fuzz_store, fixture_reading(&record, ++seq, 0, i % 10 == 3 ? i - 50 : i, i)) == GN_OK);
        if (i % 6 == 0)
            must(gn_store_put_record(fuzz_store, fixture_text(&record, ++seq, 1, i / 60, GN_STR("text"))) == GN_OK);
        if (i == 400)
            must(gn_store_checkpoint(fuzz_store) == GN_OK);
    }
    (void)atexit(fuzz_end);
}

/* Each look is 50 ms later, so that what would take long ends soon. */
static int64_t hasty_us(void *self)
{
    return *(int64_t *)self += 50000;
}

struct asked {
    uint64_t rows;
    int64_t first;
};

static void on_columns(void *ctx, const gn_str *names, size_t count)
{
    (void)ctx;
    must(count <= GN_SQL_COLUMNS_MAX);
    for (size_t i = 0; i < count; i++)
        must(names[i].at != NULL);
}

static bool on_row(void *ctx, const struct gn_sql_value *values, size_t count)
{
    struct asked *asked = ctx;
    if (asked->rows++ == 0 && count > 0)
        asked->first = values[0].integer;
    return asked->rows < 2000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t now_us = 0;
    const struct gn_clock clock = { .mono_us = hasty_us, .self = &now_us };
    struct gn_sql *sql = NULL;
    struct gn_diag diag = { 0 };
    struct asked asked = { 0 };
    struct gn_sql_answer answer = { .columns = on_columns, .row = on_row, .ctx = &asked };
    if (fuzz_store == NULL)
        fuzz_begin();
    must(gn_sql_open(fuzz_reader, &clock, &sql) == GN_OK);
    const gn_err err = gn_sql_ask(sql, (gn_str){ (const char *)data, size }, &answer, &diag);
    must(err == GN_OK || diag.text[0] != '\0');
    asked = (struct asked){ 0 };
    const gn_str count = GN_STR("SELECT count(*) FROM readings WHERE property = 'n' AND thing = 'a'");
    must(gn_sql_ask(sql, count, &answer, &diag) == GN_OK);
    static int64_t before;
    before = before == 0 ? asked.first : before;
    must(asked.rows == 1 && asked.first == before && before > 500);
    gn_sql_close(sql);
    return 0;
}
