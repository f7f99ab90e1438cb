/* SPDX-License-Identifier: Apache-2.0 */
/* store/store_fixture.h -- for tests of the history: a folder of its own, records by hand, and a naive reference
 * that keeps every reading in an array and answers every question by looking at all of them. */
#ifndef GN_STORE_STORE_FIXTURE_H
#define GN_STORE_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/store_int.h"
#include "thing/record_fixture.h"

#define FIXTURE_T0 INT64_C(1767225600000) /* 2026-01-01 */

enum { FIXTURE_TEXT_BYTES = 24 };

struct fixture_row {
    uint64_t seq;
    uint32_t series;
    int64_t time_ms;
    double value;
    uint8_t quality;
    char text[FIXTURE_TEXT_BYTES];
};

struct fixture {
    char dir[64];
    struct gn_store *store;
    struct gn_store_reader *reader;
    union record_fixture record;
    uint64_t seq; /* of the last record fed */
    struct fixture_row *rows;
    size_t row_count;
    size_t row_capacity;
    uint64_t random;
};

static inline uint64_t fixture_random(struct fixture *f)
{
    uint64_t v = ++f->random * UINT64_C(0x9e3779b97f4a7c15);
    v ^= v >> 30;
    v *= UINT64_C(0xbf58476d1ce4e5b9);
    v ^= v >> 27;
    v *= UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

static inline void fixture_open(struct fixture *f)
{
    struct gn_diag diag;
    const gn_err err = gn_store_open(f->dir, &f->store, &diag);
    if (err)
        print_error("%s: %s\n", diag.file, diag.text);
    assert_int_equal(err, GN_OK);
    assert_int_equal(gn_store_reader_open(f->store, &f->reader), GN_OK);
    f->seq = gn_store_next_seq(f->store) - 1;
}

static inline void fixture_close(struct fixture *f)
{
    gn_store_reader_close(f->reader);
    gn_store_close(f->store);
    f->reader = NULL;
    f->store = NULL;
}

static inline int fixture_set_up(void **state)
{
    struct fixture *f = gn_mem_take(sizeof *f, "a test");
    assert_non_null(f);
    (void)snprintf(f->dir, sizeof f->dir, "/tmp/gn_store_XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    fixture_open(f);
    *state = f;
    return 0;
}

static inline void fixture_remove_files(const char *dir)
{
    static const char *const names[] = { "history.db", "history.db-wal", "history.db-shm" };
    char path[128];
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
}

static inline int fixture_tear_down(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    fixture_remove_files(f->dir);
    (void)rmdir(f->dir);
    gn_mem_give(f->rows);
    gn_mem_give(f);
    return 0;
}

/* The files as they are now, in a folder of their own: what a machine that stops this instant would find. */
static inline void fixture_copy_files(const char *from_dir, const char *to_dir)
{
    static const char *const names[] = { "history.db", "history.db-wal" };
    char from[128], to[128];
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(from, sizeof from, "%s/%s", from_dir, names[i]);
        (void)snprintf(to, sizeof to, "%s/%s", to_dir, names[i]);
        FILE *in = fopen(from, "rb");
        if (in == NULL)
            continue;
        FILE *out = fopen(to, "wb");
        assert_non_null(out);
        char bytes[65536];
        for (size_t got; (got = fread(bytes, 1, sizeof bytes, in)) > 0;)
            assert_int_equal(fwrite(bytes, 1, got, out), got);
        assert_int_equal(fclose(out), 0);
        (void)fclose(in);
    }
}

/* --- records: each follows the last one ------------------------------------------------------------ */

static inline gn_err fixture_put(struct fixture *f, struct gn_record_head *head)
{
    gn_err err = gn_store_put_record(f->store, head);
    if (err == GN_ERR_FULL) {
        assert_int_equal(gn_store_flush(f->store), GN_OK);
        err = gn_store_put_record(f->store, head);
    }
    if (!err)
        f->seq = head->seq;
    return err;
}

static inline void fixture_put_thing(struct fixture *f, uint32_t thing, const char *id, const char *name)
{
    assert_int_equal(fixture_put(f, fixture_thing(&f->record, f->seq + 1, thing, id, name)), GN_OK);
}

static inline void fixture_put_series(struct fixture *f, uint32_t series, uint32_t thing, uint32_t kind,
                                      const char *name)
{
    assert_int_equal(fixture_put(f, fixture_series(&f->record, f->seq + 1, series, thing, kind, name)), GN_OK);
}

static inline void fixture_remember(struct fixture *f, const struct fixture_row *row)
{
    if (f->row_count == f->row_capacity) {
        f->row_capacity = f->row_capacity > 0 ? 2 * f->row_capacity : 1024;
        struct fixture_row *more = gn_mem_take(f->row_capacity * sizeof *more, "a test");
        assert_non_null(more);
        if (f->row_count > 0)
            memcpy(more, f->rows, f->row_count * sizeof *more);
        gn_mem_give(f->rows);
        f->rows = more;
    }
    f->rows[f->row_count++] = *row;
}

static inline struct gn_record_head *fixture_record_of(struct fixture *f, const struct fixture_row *row)
{
    struct gn_record_head *head =
        row->text[0] != '\0' ? fixture_text(&f->record, row->seq, row->series, row->time_ms, gn_str_of(row->text))
                             : fixture_reading(&f->record, row->seq, row->series, row->time_ms, row->value);
    head->flag = row->quality;
    return head;
}

static inline void fixture_put_reading_of(struct fixture *f, uint32_t series, int64_t time_ms, double value,
                                          uint8_t quality)
{
    const struct fixture_row row = {
        .seq = f->seq + 1, .series = series, .time_ms = time_ms, .value = value, .quality = quality
    };
    assert_int_equal(fixture_put(f, fixture_record_of(f, &row)), GN_OK);
    fixture_remember(f, &row);
}

static inline void fixture_put_reading(struct fixture *f, uint32_t series, int64_t time_ms, double value)
{
    fixture_put_reading_of(f, series, time_ms, value, (uint8_t)(f->seq % 4));
}

static inline void fixture_put_text(struct fixture *f, uint32_t series, int64_t time_ms, const char *text)
{
    struct fixture_row row = {
        .seq = f->seq + 1, .series = series, .time_ms = time_ms, .quality = (uint8_t)(f->seq % 4)
    };
    (void)snprintf(row.text, sizeof row.text, "%s", text);
    assert_int_equal(fixture_put(f, fixture_record_of(f, &row)), GN_OK);
    fixture_remember(f, &row);
}

/* One Thing with three numeric series (0, 1, 2) and a text series (3). */
static inline void fixture_put_things(struct fixture *f)
{
    fixture_put_thing(f, 0, "press", "Press");
    fixture_put_series(f, 0, 0, GN_SERIES_NUMBER, "temperature");
    fixture_put_series(f, 1, 0, GN_SERIES_NUMBER, "load");
    fixture_put_series(f, 2, 0, GN_SERIES_BOOL, "on");
    fixture_put_series(f, 3, 0, GN_SERIES_TEXT, "state");
}

/* --- the reference --------------------------------------------------------------------------------- */

static inline int fixture_compare_rows(const void *a, const void *b)
{
    const struct fixture_row *x = a;
    const struct fixture_row *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    const bool x_dated = x->quality != GN_QUALITY_NO_TIME && x->quality != GN_QUALITY_LATE_NO_TIME;
    const bool y_dated = y->quality != GN_QUALITY_NO_TIME && y->quality != GN_QUALITY_LATE_NO_TIME;
    if (x_dated != y_dated)
        return x_dated ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Dated the same by the device: of these the later one counts. */
static inline bool fixture_is_replaced(const struct fixture_row *row, const struct fixture_row *next)
{
    return row->time_ms == next->time_ms && row->quality % 2 == 0 && next->quality % 2 == 0;
}

/* All rows of a series in [from, to), sorted, without those that were replaced; the caller gives them back. */
static inline struct fixture_row *fixture_select(const struct fixture *f, uint32_t series, int64_t from_ms,
                                                 int64_t to_ms, size_t *out_count)
{
    struct fixture_row *found = gn_mem_take((f->row_count + 1) * sizeof *found, "a test");
    assert_non_null(found);
    size_t count = 0;
    for (size_t i = 0; i < f->row_count; i++) {
        const struct fixture_row *row = &f->rows[i];
        if (row->series == series && row->time_ms >= from_ms && (row->time_ms < to_ms || to_ms == INT64_MAX))
            found[count++] = *row;
    }
    qsort(found, count, sizeof *found, fixture_compare_rows);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (i + 1 == count || !fixture_is_replaced(&found[i], &found[i + 1]))
            found[kept++] = found[i];
    *out_count = kept;
    return found;
}

struct fixture_expect {
    const struct fixture_row *rows;
    size_t count;
    size_t seen;
};

static inline bool fixture_expect_reading(void *ctx, const struct gn_reading *reading)
{
    struct fixture_expect *expect = ctx;
    assert_true(expect->seen < expect->count);
    const struct fixture_row *row = &expect->rows[expect->seen++];
    assert_int_equal(reading->series, row->series);
    assert_int_equal(reading->time_ms, row->time_ms);
    assert_int_equal(reading->seq, row->seq);
    assert_int_equal(reading->quality, row->quality);
    if (row->text[0] != '\0')
        assert_true(gn_str_equal(reading->text, gn_str_of(row->text)));
    else
        assert_memory_equal(&reading->value, &row->value, sizeof row->value);
    return true;
}

static inline void fixture_check_range(struct fixture *f, const struct gn_range *range)
{
    size_t count = 0;
    struct fixture_row *rows = fixture_select(f, range->series, range->from_ms, range->to_ms, &count);
    struct fixture_expect expect = { .rows = rows, .count = count };
    if (range->limit > 0 && range->limit < count) {
        expect.count = range->limit;
        if (range->newest_first)
            expect.rows = rows + (count - range->limit);
    }
    assert_int_equal(gn_store_range(f->reader, range, fixture_expect_reading, &expect), GN_OK);
    assert_int_equal(expect.seen, expect.count);
    gn_mem_give(rows);
}

static inline void fixture_check_count(struct fixture *f, uint32_t series, int64_t from_ms, int64_t to_ms)
{
    size_t count = 0;
    uint64_t got = UINT64_MAX;
    gn_mem_give(fixture_select(f, series, from_ms, to_ms, &count));
    assert_int_equal(gn_store_count(f->reader, series, from_ms, to_ms, &got), GN_OK);
    assert_int_equal(got, count);
}

static inline void fixture_check_last(struct fixture *f, uint32_t series)
{
    size_t count = 0;
    char bytes[64];
    struct gn_buf text = gn_buf_over(bytes, sizeof bytes);
    struct gn_reading last;
    struct fixture_row *rows = fixture_select(f, series, INT64_MIN, INT64_MAX, &count);
    const gn_err err = gn_store_last(f->reader, series, &last, &text);
    if (count == 0) {
        assert_int_equal(err, GN_ERR_NOT_FOUND);
    } else {
        struct fixture_expect expect = { .rows = rows + count - 1, .count = 1 };
        assert_int_equal(err, GN_OK);
        assert_true(fixture_expect_reading(&expect, &last));
    }
    gn_mem_give(rows);
}

/* A crash and what follows it: the store is opened again, and fed again from where it asks. */
static inline void fixture_restart(struct fixture *f)
{
    const uint64_t had = f->seq;
    fixture_close(f);
    fixture_open(f);
    assert_true(f->seq <= had);
    for (size_t i = 0; i < f->row_count; i++)
        if (f->rows[i].seq > f->seq)
            assert_int_equal(fixture_put(f, fixture_record_of(f, &f->rows[i])), GN_OK);
    assert_int_equal(f->seq, had);
}

#endif
