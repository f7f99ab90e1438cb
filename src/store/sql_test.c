/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sql.h"

#include "store/sql_int.h"
#include "store/store_fixture.h"

struct answer {
    struct gn_buf buf;
    char text[65536];
    uint64_t rows_wanted;
};

static struct gn_clock_sim time_now;
static struct gn_clock a_clock;
static struct answer got;
static struct gn_diag diag;

static void on_columns(void *ctx, const gn_str *names, size_t count)
{
    struct answer *answer = ctx;
    for (size_t i = 0; i < count; i++)
        gn_buf_addf(&answer->buf, "%s%.*s", i > 0 ? "," : "", GN_STR_ARGS(names[i]));
    gn_buf_add_text(&answer->buf, "\n");
}

static bool on_row(void *ctx, const struct gn_sql_value *values, size_t count)
{
    struct answer *answer = ctx;
    for (size_t i = 0; i < count; i++) {
        gn_buf_add_text(&answer->buf, i > 0 ? "," : "");
        if (values[i].kind == GN_SQL_INTEGER)
            gn_buf_addf(&answer->buf, "%lld", (long long)values[i].integer);
        else if (values[i].kind == GN_SQL_REAL)
            gn_buf_addf(&answer->buf, "%g", values[i].real);
        else if (values[i].kind == GN_SQL_TEXT)
            gn_buf_add_str(&answer->buf, values[i].text);
        else
            gn_buf_add_text(&answer->buf, "-");
    }
    gn_buf_add_text(&answer->buf, "\n");
    return --answer->rows_wanted > 0;
}

static struct gn_sql_answer last_answer;

static gn_err ask(struct fixture *f, const char *text)
{
    struct gn_sql *sql = NULL;
    got.buf = gn_buf_over(got.text, sizeof got.text - 1);
    got.rows_wanted = 500;
    memset(got.text, 0, sizeof got.text);
    diag = (struct gn_diag){ 0 };
    a_clock = gn_clock_simulated(&time_now);
    last_answer = (struct gn_sql_answer){ .columns = on_columns, .row = on_row, .ctx = &got };
    assert_int_equal(gn_sql_open(f->reader, &a_clock, &sql), GN_OK);
    const gn_err err = gn_sql_ask(sql, gn_str_of(text), &last_answer, &diag);
    gn_sql_close(sql);
    return err;
}

static void expect(struct fixture *f, const char *text, const char *rows)
{
    const gn_err err = ask(f, text);
    if (err)
        print_error("%s\n", diag.text);
    assert_int_equal(err, GN_OK);
    assert_string_equal(strchr(got.text, '\n') + 1, rows);
}

static void put_some(struct fixture *f)
{
    fixture_put_things(f);
    fixture_put_thing(f, 1, "mill", "Mill");
    fixture_put_series(f, 4, 1, GN_SERIES_NUMBER, "temperature");
    for (int i = 0; i < 600; i++)
        fixture_put_reading_of(f, 0, 1000 + i, i, GN_QUALITY_GOOD);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    fixture_put_reading_of(f, 0, 1100, -7, GN_QUALITY_LATE);
    fixture_put_reading_of(f, 4, 1100, 50, GN_QUALITY_NO_TIME);
    fixture_put_reading_of(f, 2, 1200, 1, GN_QUALITY_GOOD);
    for (int i = 0; i < 700; i++) { /* more than are fetched at once, many in one millisecond */
        struct fixture_row row = { .seq = f->seq + 1, .series = 3, .time_ms = 1000 + i / 300, .quality = 1 };
        (void)snprintf(row.text, sizeof row.text, "t%d", i);
        assert_int_equal(fixture_put(f, fixture_record_of(f, &row)), GN_OK);
    }
}

static void readings_are_rows(void **state)
{
    struct fixture *f = *state;
    put_some(f);
    expect(
        f,
        "SELECT thing, property, time, value, quality FROM readings WHERE thing = 'press' AND property = 'temperature' "
        "AND time >= 1099 AND time < 1102",
        "press,temperature,1099,99,good\npress,temperature,1100,-7,late\npress,temperature,1101,101,good\n");
    expect(f,
           "SELECT thing, value, quality FROM readings WHERE property = 'temperature' AND time = 1100 ORDER BY thing",
           "mill,50,stamped\npress,-7,late\n");
    expect(f, "SELECT typeof(value), value FROM readings WHERE property = 'on'", "integer,1\n");
    expect(f,
           "SELECT count(*), min(value), max(value), sum(value) FROM readings WHERE thing = 'press' "
           "AND property = 'temperature'",
           "600,-7,599,179593\n");
    expect(f,
           "SELECT value FROM readings WHERE thing = 'press' AND property = 'temperature' ORDER BY time DESC LIMIT 3",
           "599\n598\n597\n");
    expect(f, "SELECT count(*) FROM readings", "1302\n");
    expect(f, "SELECT count(*), min(value) FROM readings WHERE thing = 'nobody'", "0,-\n");
    expect(f, "SELECT count(*) FROM readings WHERE thing = 'press' AND property = 'none'", "0\n");
}

static void bounds_of_time_may_be_any_number(void **state)
{
    struct fixture *f = *state;
    put_some(f);
    static const struct {
        const char *where;
        const char *count;
    } rows[] = { { "time > 1598", "1\n" },
                 { "time > 1598.5", "1\n" },
                 { "time >= 1598.5 AND time <= 1e300", "1\n" },
                 { "time < 1000.5", "1\n" },
                 { "time > -1e300 AND time <= 1000", "1\n" },
                 { "time > 1e300", "0\n" },
                 { "time < -1e300", "0\n" },
                 { "time = 1000.5", "0\n" },
                 { "time = 1000", "1\n" },
                 { "time > NULL", "0\n" },
                 { "time BETWEEN 1001 AND 1003", "3\n" },
                 { "time IN (1001, 1003, 5)", "2\n" },
                 { "time > 1500 AND time > 1590 AND time < 1595 AND time < 1593 AND time <> 1591", "1\n" },
                 { "(time < 1001 OR time > 1598)", "2\n" },
                 { "time >= ms('1970-01-01T00:00:01.599Z')", "1\n" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char sql[400];
        (void)snprintf(sql, sizeof sql,
                       "SELECT count(*) FROM readings WHERE thing = 'press' AND property = 'temperature' AND %s",
                       rows[i].where);
        expect(f, sql, rows[i].count);
    }
}

static void texts_come_in_both_orders_whole(void **state)
{
    struct fixture *f = *state;
    put_some(f);
    for (int flushed = 0; flushed < 2; flushed++) {
        expect(f, "SELECT count(*), count(DISTINCT value) FROM readings WHERE property = 'state'", "700,700\n");
        expect(f, "SELECT value FROM readings WHERE thing = 'press' AND property = 'state' ORDER BY time LIMIT 2",
               "t0\nt1\n");
        expect(f, "SELECT value FROM readings WHERE thing = 'press' AND property = 'state' ORDER BY time DESC LIMIT 2",
               "t699\nt698\n");
        expect(f,
               "SELECT count(DISTINCT value) FROM (SELECT value FROM readings WHERE thing = 'press' AND "
               "property = 'state' ORDER BY time DESC LIMIT 650)",
               "650\n");
        assert_int_equal(gn_store_flush(f->store), GN_OK);
    }
}

static void tables_can_be_joined(void **state)
{
    struct fixture *f = *state;
    put_some(f);
    expect(f,
           "SELECT s.thing, s.kind, r.value FROM series s JOIN readings r ON r.thing = s.thing AND r.property = "
           "s.property WHERE r.time = 1100 AND s.kind = 'number' ORDER BY s.thing",
           "mill,number,50\npress,number,-7\n");
    expect(f,
           "SELECT count(*) FROM readings a JOIN readings b USING (time) WHERE a.thing = 'press' AND a.property = "
           "'temperature' AND b.thing = 'mill'",
           "1\n");
    expect(f, "SELECT count(*) FROM series", "5\n");
}

static void buckets_are_a_function(void **state)
{
    struct fixture *f = *state;
    put_some(f);
    expect(
        f,
        "SELECT time, count, min, max, sum, first, last FROM buckets('press', 'temperature', 200) WHERE time >= 1200",
        "1200,200,200,399,59900,200,399\n1400,200,400,599,99900,400,599\n");
    expect(f, "SELECT sum(count) FROM buckets WHERE thing = 'press' AND property = 'temperature' AND step = '1h'",
           "600\n");
    expect(f, "SELECT count FROM buckets('press', 'temperature', '1h') WHERE time > 5", "");
    expect(f,
           "SELECT s.property, b.count FROM series s, buckets(s.thing, s.property, '1d') b WHERE s.kind = 'number' "
           "ORDER BY b.count",
           "temperature,1\ntemperature,600\n");
    expect(f, "SELECT count(*) FROM buckets('nobody', 'temperature', 1)", "0\n");
    assert_int_equal(ask(f, "SELECT * FROM buckets('press', 'temperature')"), GN_ERR_INVAL);
    assert_int_equal(ask(f, "SELECT * FROM buckets('press', 'state', '1h')"), GN_ERR_INVAL);
    assert_string_equal(diag.text, "a text property has no buckets");
    assert_int_equal(ask(f, "SELECT * FROM buckets('press', 'temperature', 'often')"), GN_ERR_INVAL);
    assert_int_equal(ask(f, "SELECT * FROM buckets('press', 'temperature', 0)"), GN_ERR_INVAL);
}

static void whole_chunks_need_not_be_opened(void **state)
{
    struct fixture *f = *state;
    struct gn_store_stats stats;
    fixture_put_things(f);
    for (int64_t i = 0; i < 4 * GN_HEAD_READINGS; i++)
        fixture_put_reading_of(f, 0, 1000 + i, 1, GN_QUALITY_GOOD);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    fixture_restart(f);
    assert_int_equal(gn_history_exec(&f->store->history, "UPDATE chunk SET blob = x'00'"), GN_OK);
    expect(f, "SELECT sum(count), max(max) FROM buckets('press', 'temperature', '1d')", "1024,1\n");
    gn_store_stats(f->reader, &stats);
    assert_int_equal(stats.damaged_count, 0);
}

static void nothing_but_select_is_allowed(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = { "DELETE FROM readings",
                                       "INSERT INTO readings VALUES('a','b',1,2,'',3)",
                                       "CREATE TABLE t(x)",
                                       "CREATE TEMP TABLE t(x)",
                                       "DROP TABLE readings",
                                       "ATTACH '/tmp/x.db' AS x",
                                       "PRAGMA query_only=0",
                                       "PRAGMA table_info(readings)",
                                       "SELECT * FROM pragma_database_list",
                                       "BEGIN",
                                       "VACUUM INTO '/tmp/x.db'",
                                       "SELECT load_extension('x')",
                                       "CREATE VIRTUAL TABLE t USING readings",
                                       "SELECT 1; SELECT 2",
                                       "",
                                       " -- nothing",
                                       "SELECT * FROM chunk",
                                       "SELECT ms('noon')" };
    fixture_put_things(f);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ask(f, bad[i]), GN_ERR_INVAL);
        assert_true(diag.text[0] != '\0');
    }
    expect(f, "SELECT iso(ms('2026-01-01T00:00:00Z')) ; ", "2026-01-01T00:00:00.000Z\n");
}

static void an_error_has_its_place(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    assert_int_equal(ask(f, "SELECT 'ä',\n nosuch FROM readings"), GN_ERR_INVAL);
    assert_int_equal(diag.line, 2);
    assert_int_equal(diag.column, 2);
    assert_string_equal(diag.text, "no such column: nosuch");
    assert_int_equal(ask(f, "SELECT 'ä' FORM readings"), GN_ERR_INVAL);
    assert_int_equal(diag.line, 1);
    assert_int_equal(diag.column, 17);
    assert_int_equal(ask(f, "SELECT 1; SELECT"), GN_ERR_INVAL);
    assert_int_equal(diag.column, 10);
}

static void what_takes_too_much_is_ended(void **state)
{
    struct fixture *f = *state;
    static char longest[GN_SQL_BYTES_MAX + 2];
    fixture_put_things(f);
    memset(longest, ' ', GN_SQL_BYTES_MAX + 1);
    memcpy(longest, "SELECT 1", 8);
    assert_int_equal(ask(f, longest), GN_ERR_INVAL);
    longest[GN_SQL_BYTES_MAX] = '\0';
    assert_int_equal(ask(f, longest), GN_OK);

    assert_int_equal(
        ask(f, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(hex(zeroblob(100))) "
               "FROM (SELECT i, hex(zeroblob(900)) h FROM n ORDER BY h, i)"),
        GN_ERR_FULL);
    assert_non_null(strstr(diag.text, "more memory"));
    assert_int_equal(ask(f, "SELECT zeroblob(100000000)"), GN_ERR_FULL);

    assert_int_equal(ask(f, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"), GN_OK);
    assert_true(last_answer.cut);
    assert_int_equal(last_answer.row_count, 500);
}

/* A clock that runs a millisecond a look. */
static int64_t hasty_us(void *self)
{
    return *(int64_t *)self += 1000;
}

static void there_is_an_end_of_time(void **state)
{
    struct fixture *f = *state;
    int64_t now_us = 0;
    const struct gn_clock clock = { .mono_us = hasty_us, .self = &now_us };
    struct gn_sql *sql = NULL;
    struct gn_sql_answer answer = { .columns = on_columns, .row = on_row, .ctx = &got };
    fixture_put_things(f);
    assert_int_equal(gn_sql_open(f->reader, &clock, &sql), GN_OK);
    assert_int_equal(gn_sql_ask(sql,
                                GN_STR("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                       "SELECT max(i) FROM n"),
                                &answer, &diag),
                     GN_ERR_AGAIN);
    assert_non_null(strstr(diag.text, "longer than"));
    gn_sql_close(sql);
}

static void too_many_tables_at_once_are_refused(void **state)
{
    struct fixture *f = *state;
    char sql[1000];
    struct gn_buf buf = gn_buf_over(sql, sizeof sql);
    gn_buf_add_text(&buf, "SELECT count(*) FROM readings r0");
    put_some(f);
    for (int i = 1; i <= GN_SQL_CURSORS_MAX; i++)
        gn_buf_addf(&buf, " JOIN readings r%d USING (time)", i);
    gn_buf_add_text(&buf, " WHERE r0.property = 'on'");
    gn_buf_add_u8(&buf, 0);
    assert_int_equal(ask(f, sql), GN_ERR_FULL);
    assert_string_equal(diag.text, "too many tables are read at once");
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    struct fixture *f = *state;
    put_some(f);
    gn_err err = GN_ERR_FULL;
    for (size_t n = 1; err && n < 60; n++) {
        struct gn_sql *sql = NULL;
        struct gn_sql_answer answer = { .columns = on_columns, .row = on_row, .ctx = &got };
        got.buf = gn_buf_over(got.text, sizeof got.text - 1);
        got.rows_wanted = 500;
        gn_mem_fail_after(n);
        err = gn_sql_open(f->reader, &a_clock, &sql);
        if (!err)
            err = gn_sql_ask(sql, GN_STR("SELECT count(*) FROM readings, series, buckets('press', 'temperature', 1)"),
                             &answer, &diag);
        gn_mem_fail_after(0);
        gn_sql_close(sql);
        assert_true(err == GN_OK || err == GN_ERR_FULL);
    }
    assert_int_equal(err, GN_OK);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(readings_are_rows),
        CASE(bounds_of_time_may_be_any_number),
        CASE(texts_come_in_both_orders_whole),
        CASE(tables_can_be_joined),
        CASE(buckets_are_a_function),
        CASE(whole_chunks_need_not_be_opened),
        CASE(nothing_but_select_is_allowed),
        CASE(an_error_has_its_place),
        CASE(what_takes_too_much_is_ended),
        CASE(there_is_an_end_of_time),
        CASE(too_many_tables_at_once_are_refused),
        CASE(no_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
