/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "connect/intake_fake.h"

static struct fake_intake fake;
static struct gn_push_series *series;
static struct gn_push_writer *writer;
static struct gn_line line;

static int setup(void **state)
{
    (void)state;
    fake_init(&fake);
    series = gn_mem_take(sizeof *series, "a test's series");
    writer = gn_mem_take(sizeof *writer, "a test's writer");
    assert_int_equal(gn_push_series_init(series, &fake.table), GN_OK);
    writer->intake = &fake.table;
    writer->series = series;
    writer->line = &line;
    gn_push_writer_begin(writer, FAKE_PRESS, GN_PUSH_NS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gn_push_series_fini(series);
    gn_mem_give(series);
    gn_mem_give(writer);
    fake_fini(&fake);
    return 0;
}

/* Hands over the text in pieces; gives the ring room for one more whenever it is full. */
static void write_all(const char *text, size_t step)
{
    const size_t size = strlen(text);
    for (size_t at = 0; at <= size; at += step) {
        size_t room = 0;
        const size_t part = step < size - at ? step : size - at;
        char *to = gn_push_writer_room(writer, &room);
        assert_true(room >= part);
        memcpy(to, text + at, part);
        gn_push_writer_add(writer, part);
        while (gn_push_writer_run(writer, at + step > size) == GN_ERR_AGAIN) {
            fake.is_full = false;
            fake.room = 1;
        }
    }
}

static const char lines[] = "cpu,core=0 idle=1,user=2 1767225600000000000\n"
                            "bad line\n"
                            "note text=\"a \\\"b\\\"\",on=t 1767225601999999999\n"
                            "# no line\n"
                            "cpu,core=0 idle=3 5\n"
                            "cpu,core=0 idle=4";

static void check_lines(void)
{
    assert_int_equal(fake.reading_count, 5);
    assert_string_equal(fake.readings[0].property, "cpu.idle{core=0}");
    assert_true(fake.readings[0].value == 1 && fake.readings[0].time_ms == INT64_C(1767225600000));
    assert_string_equal(fake.readings[1].property, "cpu.user{core=0}");
    assert_string_equal(fake.readings[2].text, "a \"b\"");
    assert_int_equal(fake.readings[2].kind, GN_SERIES_TEXT);
    assert_true(fake.readings[2].time_ms == INT64_C(1767225601999));
    assert_int_equal(fake.readings[3].kind, GN_SERIES_BOOL);
    assert_true(fake.readings[4].value == 4 && fake.readings[4].time_ms == GN_TIME_NONE);
    assert_int_equal(writer->kept_count, 5);
    assert_int_equal(writer->line_count, 5);
    assert_int_equal(writer->refused, 2);
    assert_int_equal(writer->token, 5);
    assert_string_equal(writer->first_why, "line 2: a field is KEY=VALUE");
    assert_non_null(memmem(writer->errors.at, writer->errors.size, "{\"line\":2,\"column\":9,", 21));
    assert_non_null(
        memmem(writer->errors.at, writer->errors.size, "{\"line\":5,\"message\":\"before the year 2000\"}", 43));
}

static void lines_become_readings_and_bad_ones_are_listed(void **state)
{
    (void)state;
    write_all(lines, sizeof lines);
    check_lines();
}

static void nothing_is_lost_or_doubled_however_small_the_pieces_and_the_ring(void **state)
{
    for (size_t step = 1; step < sizeof lines; step += 5) {
        fake.is_full = true;
        write_all(lines, step);
        check_lines();
        (void)teardown(state);
        (void)setup(state);
    }
}

static void times_are_cut_to_milliseconds_in_every_unit(void **state)
{
    (void)state;
    static const struct {
        const char *name, *time;
        int64_t ms;
    } rows[] = { { "", "1767225600123456789", 1767225600123 },
                 { "ns", "1767225600123999999", 1767225600123 },
                 { "n", "1767225600000000000", 1767225600000 },
                 { "us", "1767225600123456", 1767225600123 },
                 { "u", "1767225600123999", 1767225600123 },
                 { "ms", "1767225600123", 1767225600123 },
                 { "s", "1767225600", 1767225600000 },
                 { "m", "29453760", 1767225600000 },
                 { "h", "490896", 1767225600000 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64];
        gn_push_unit unit;
        assert_true(gn_push_unit_named(gn_str_of(rows[i].name), &unit));
        gn_push_writer_begin(writer, FAKE_PRESS, unit);
        (void)snprintf(text, sizeof text, "m v=1 %s", rows[i].time);
        write_all(text, sizeof text);
        assert_true(fake.readings[i].time_ms == rows[i].ms);
    }
    gn_push_unit unit;
    assert_false(gn_push_unit_named(GN_STR("d"), &unit));
    gn_push_writer_begin(writer, FAKE_PRESS, GN_PUSH_H);
    write_all("m v=1 -9223372036854775807\nm v=1 9223372036854775807", 4096);
    assert_int_equal(writer->refused, 1);
    assert_true(fake.readings[sizeof rows / sizeof rows[0]].time_ms == INT64_MAX); /* the intake says no to that */
}

static void many_lines_go_over_in_parts_and_many_errors_are_counted(void **state)
{
    (void)state;
    static char text[60000];
    struct gn_buf out = gn_buf_over(text, sizeof text);
    for (int i = 0; i < 3000; i++)
        gn_buf_addf(&out, i % 100 == 99 ? "bad\n" : "m,n=%d v=%d\n", i % 10, i);
    gn_buf_add_u8(&out, 0);
    assert_false(out.full);
    write_all(text, 50000);
    assert_int_equal(writer->kept_count, 2970);
    assert_int_equal(writer->refused, 30);
    size_t listed = 0;
    for (size_t i = 0; i < writer->errors.size; i++)
        listed += writer->errors.at[i] == '{';
    assert_int_equal(listed, GN_PUSH_ERRORS_MAX);
    assert_int_equal(fake.asked_series, 10);
    assert_false(writer->errors.full);
}

static void a_line_longer_than_the_buffer_leaves_no_room(void **state)
{
    (void)state;
    size_t room;
    char *to = gn_push_writer_room(writer, &room);
    assert_int_equal(room, GN_PUSH_LINE_BYTES_MAX);
    memset(to, 'm', room);
    gn_push_writer_add(writer, room);
    assert_int_equal(gn_push_writer_run(writer, false), GN_OK);
    (void)gn_push_writer_room(writer, &room);
    assert_int_equal(room, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(lines_become_readings_and_bad_ones_are_listed),
        CASE(nothing_is_lost_or_doubled_however_small_the_pieces_and_the_ring),
        CASE(times_are_cut_to_milliseconds_in_every_unit),
        CASE(many_lines_go_over_in_parts_and_many_errors_are_counted),
        CASE(a_line_longer_than_the_buffer_leaves_no_room),
    };
    return cmocka_run_group_tests_name("connect/push_writer", tests, NULL, NULL);
}
