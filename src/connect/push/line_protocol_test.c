/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/line_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"

static char body[4096];
static struct gn_line line;
static struct gn_diag diag;

static struct gn_line_reader over(const char *text, bool is_last)
{
    const size_t size = strlen(text);
    memcpy(body, text, size);
    memset(body + size, 'x', GN_LINE_PAD);
    diag = (struct gn_diag){ 0 };
    return (struct gn_line_reader){ .at = body, .end = body + size, .is_last = is_last };
}

static gn_err read_one(const char *text)
{
    struct gn_line_reader reader = over(text, true);
    return gn_line_next(&reader, &line, &diag);
}

static void is(gn_str got, const char *wanted)
{
    assert_int_equal(got.size, strlen(wanted));
    assert_memory_equal(got.at, wanted, got.size);
}

static void a_line_is_taken_apart(void **state)
{
    (void)state;
    assert_int_equal(read_one("cpu,host=a,core=0 idle=97.5,n=8i,on=true,note=\"hi\" 1767225600000000000\n"), GN_OK);
    is(line.series, "cpu,host=a,core=0");
    assert_int_equal(line.field_count, 4);
    is(line.fields[0].key, "idle");
    assert_true(line.fields[0].kind == GN_LINE_NUMBER && line.fields[0].value == 97.5);
    assert_true(line.fields[1].kind == GN_LINE_NUMBER && line.fields[1].value == 8);
    assert_true(line.fields[2].kind == GN_LINE_BOOL && line.fields[2].value == 1);
    assert_int_equal(line.fields[3].kind, GN_LINE_TEXT);
    is(line.fields[3].text, "hi");
    assert_true(line.has_time);
    assert_true(line.time == INT64_C(1767225600000000000));
}

/* From the reference: what may stand where, and what it is. */
static void the_examples_of_the_reference_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *series, *key;
        gn_line_kind kind;
        double value;
    } rows[] = {
        { "m v=1", "m", "v", GN_LINE_NUMBER, 1 },
        { "m v=-1.234456e+78", "m", "v", GN_LINE_NUMBER, -1.234456e+78 },
        { "m v=1.0", "m", "v", GN_LINE_NUMBER, 1 },
        { "m v=+5", "m", "v", GN_LINE_NUMBER, 5 },
        { "m v=12485903i", "m", "v", GN_LINE_NUMBER, 12485903 },
        { "m v=-9223372036854775808i", "m", "v", GN_LINE_NUMBER, -9223372036854775808.0 },
        { "m v=18446744073709551615u", "m", "v", GN_LINE_NUMBER, 18446744073709551615.0 },
        { "m v=t", "m", "v", GN_LINE_BOOL, 1 },
        { "m v=TRUE", "m", "v", GN_LINE_BOOL, 1 },
        { "m v=False", "m", "v", GN_LINE_BOOL, 0 },
        { "m v=f", "m", "v", GN_LINE_BOOL, 0 },
        { "my\\ Measurement v=1", "my\\ Measurement", "v", GN_LINE_NUMBER, 1 },
        { "m,tag\\ Key1=tag\\ Value1 v=1", "m,tag\\ Key1=tag\\ Value1", "v", GN_LINE_NUMBER, 1 },
        { "m,a=b\\,c field\\ key=1", "m,a=b\\,c", "field\\ key", GN_LINE_NUMBER, 1 },
        { "m,a=b a\\=b=1", "m,a=b", "a\\=b", GN_LINE_NUMBER, 1 },
        { "m,tag=\xf0\x9f\x8d\xad v=1", "m,tag=\xf0\x9f\x8d\xad", "v", GN_LINE_NUMBER, 1 },
        { "m  v=1  ", "m", "v", GN_LINE_NUMBER, 1 },
        { "  m v=1\r", "m", "v", GN_LINE_NUMBER, 1 },
        { "a-measurement-with-a-long-name,and=tags\\\\ v=1", "a-measurement-with-a-long-name,and=tags\\\\", "v",
          GN_LINE_NUMBER, 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_one(rows[i].text), GN_OK);
        is(line.series, rows[i].series);
        is(line.fields[0].key, rows[i].key);
        assert_int_equal(line.fields[0].kind, rows[i].kind);
        assert_true(line.fields[0].value == rows[i].value);
        assert_false(line.has_time);
    }
}

static void texts_keep_what_stands_between_their_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        { "m v=\"\"", "" },
        { "m v=\"a b,c=d\"", "a b,c=d" },
        { "m v=\"say \\\"hi\\\"\"", "say \"hi\"" },
        { "m v=\"C:\\\\dir\\x\"", "C:\\dir\\x" },
        { "m v=\"two\nlines\"", "two\nlines" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char plain[64];
        size_t size;
        assert_int_equal(read_one(rows[i].text), GN_OK);
        assert_int_equal(line.fields[0].kind, GN_LINE_TEXT);
        gn_line_unescape(line.fields[0].text, GN_LINE_ESCAPED_TEXT, plain, &size);
        is((gn_str){ plain, size }, rows[i].wanted);
    }
}

static void a_bad_line_says_why_and_where_and_costs_itself_only(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
        size_t column;
    } rows[] = {
        { "m", "no fields", 2 },
        { "m ", "KEY=VALUE", 3 },
        { ",a=b v=1", "measurement", 1 },
        { "m v", "KEY=VALUE", 4 },
        { "m v=", "a value is", 5 },
        { "m =1", "no key", 3 },
        { "m v=nan", "a value is", 5 },
        { "m v=yes 1", "a value is", 5 },
        { "m v=1x", "goes on", 6 },
        { "m v=1.5i", "64 bits", 8 },
        { "m v=9223372036854775808i", "64 bits", 24 },
        { "m v=-1u", "64 bits", 7 },
        { "m v=\"a", "closing quote", 7 },
        { "m v=\"a\"b", "goes on", 8 },
        { "m v=1,", "KEY=VALUE", 7 },
        { "m v=1 x", "last thing", 7 },
        { "m v=1 12x", "last thing", 9 },
        { "m v=1 9223372036854775808", "64 bits", 26 },
        { "m v=1 -", "64 bits", 8 },
        { "m v=1 1 2", "last thing", 9 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "%s\nok v=1\n", rows[i].text);
        struct gn_line_reader reader = over(text, true);
        assert_int_equal(gn_line_next(&reader, &line, &diag), GN_ERR_INVAL);
        assert_non_null(strstr(diag.text, rows[i].words));
        assert_int_equal(diag.line, 1);
        if (strchr(rows[i].text, '"') == NULL || rows[i].words[0] == 'g') {
            assert_int_equal(diag.column, rows[i].column);
            assert_int_equal(gn_line_next(&reader, &line, &diag), GN_OK);
            is(line.series, "ok");
            assert_int_equal(line.number, 2);
        }
        assert_int_equal(gn_line_next(&reader, &line, &diag), GN_ERR_CLOSED);
    }
}

static void blank_lines_and_comments_count_and_are_passed_over(void **state)
{
    (void)state;
    struct gn_line_reader reader = over("\n# a comment\n  \r\n#\nm v=\"a\nb\"\nm v=2 7\n# end", true);
    assert_int_equal(gn_line_next(&reader, &line, &diag), GN_OK);
    assert_int_equal(line.number, 5);
    assert_int_equal(gn_line_next(&reader, &line, &diag), GN_OK);
    assert_int_equal(line.number, 7);
    assert_true(line.has_time && line.time == 7);
    assert_int_equal(gn_line_next(&reader, &line, &diag), GN_ERR_CLOSED);
    assert_int_equal(read_one(""), GN_ERR_CLOSED);
}

static void a_line_cut_anywhere_waits_for_its_rest(void **state)
{
    (void)state;
    static const char text[] = "cpu,host=a\\ b idle=97.5,up=true,n=-5i,s=\"x\\\"\ny\" -1767225600000000000\r\n";
    for (size_t cut = 1; cut < sizeof text - 1; cut++) {
        char part[sizeof text];
        memcpy(part, text, cut);
        part[cut] = '\0';
        struct gn_line_reader reader = over(part, false);
        assert_int_equal(gn_line_next(&reader, &line, &diag), GN_ERR_AGAIN);
        assert_int_equal(reader.number, 0);
        assert_ptr_equal(reader.at, body);
    }
    struct gn_line_reader reader = over(text, false);
    assert_int_equal(gn_line_next(&reader, &line, &diag), GN_OK);
    assert_true(line.time == INT64_C(-1767225600000000000));
    assert_int_equal(gn_line_next(&reader, &line, &diag), GN_ERR_CLOSED);
}

static void more_fields_than_a_packet_has_readings_are_refused(void **state)
{
    (void)state;
    char text[4000];
    for (int extra = 0; extra < 2; extra++) {
        struct gn_buf out = gn_buf_over(text, sizeof text);
        gn_buf_add_text(&out, "m ");
        for (int i = 0; i < GN_READINGS_PER_PACKET_MAX + extra; i++)
            gn_buf_addf(&out, "%sf%d=%d", i > 0 ? "," : "", i, i);
        gn_buf_add_u8(&out, 0);
        assert_int_equal(read_one(text), extra == 0 ? GN_OK : GN_ERR_INVAL);
    }
    assert_non_null(strstr(diag.text, "READINGS_PER_PACKET_MAX"));
}

static void a_series_is_measurement_and_tags(void **state)
{
    (void)state;
    gn_str series = GN_STR("my\\,cpu,host=a\\ b,k\\=x=1,"), part;
    static const char *const wanted[] = { "my\\,cpu", "host=a\\ b", "k\\=x=1" };
    for (size_t i = 0; i < 3; i++) {
        assert_true(gn_line_series_part(&series, &part));
        is(part, wanted[i]);
    }
    assert_false(gn_line_series_part(&series, &part));
    char plain[16];
    size_t size;
    gn_line_unescape(GN_STR("a\\ b\\,c\\=d\\\\e\\f\\"), GN_LINE_ESCAPED_NAME, plain, &size);
    is((gn_str){ plain, size }, "a b,c=d\\e\\f\\");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_taken_apart),
        cmocka_unit_test(the_examples_of_the_reference_are_read),
        cmocka_unit_test(texts_keep_what_stands_between_their_quotes),
        cmocka_unit_test(a_bad_line_says_why_and_where_and_costs_itself_only),
        cmocka_unit_test(blank_lines_and_comments_count_and_are_passed_over),
        cmocka_unit_test(a_line_cut_anywhere_waits_for_its_rest),
        cmocka_unit_test(more_fields_than_a_packet_has_readings_are_refused),
        cmocka_unit_test(a_series_is_measurement_and_tags),
    };
    return cmocka_run_group_tests_name("connect/line_protocol", tests, NULL, NULL);
}
