/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>

#include "connect/payload.h"

static struct gn_payload payload;
static struct gn_diag diag;
static struct gn_clock_sim sim = { .wall_ms = INT64_C(1780000000000) };

static gn_bytes bytes_of(const char *text)
{
    return (gn_bytes){ (const uint8_t *)text, strlen(text) };
}

static gn_err object(const char *text)
{
    const struct gn_clock clock = gn_clock_simulated(&sim);
    diag = (struct gn_diag){ 0 };
    return gn_payload_object(&payload, bytes_of(text), &clock, &diag);
}

static void object_refused(const char *text, const char *words)
{
    assert_int_equal(object(text), GN_ERR_INVAL);
    assert_string_equal(diag.text, words);
}

static gn_err value(const char *text)
{
    diag = (struct gn_diag){ 0 };
    return gn_payload_value(&payload, GN_STR("p"), bytes_of(text), &diag);
}

static void value_refused(const char *text, const char *words)
{
    assert_int_equal(value(text), GN_ERR_INVAL);
    assert_string_equal(diag.text, words);
}

static const struct gn_item *item(size_t index)
{
    assert_true(index < payload.item_count);
    return &payload.items[index];
}

static void an_object_becomes_its_readings(void **state)
{
    (void)state;
    assert_int_equal(object("{\"t\":21.5,\"on\":true,\"off\":false,\"mode\":\"slow\"}"), GN_OK);
    assert_int_equal(payload.item_count, 4);
    assert_true(gn_str_equal(item(0)->property, GN_STR("t")));
    assert_int_equal(item(0)->kind, GN_SERIES_NUMBER);
    assert_true(item(0)->value == 21.5);
    assert_true(item(0)->time_ms == GN_TIME_NONE);
    assert_int_equal(item(1)->kind, GN_SERIES_BOOL);
    assert_true(item(1)->value == 1 && item(2)->value == 0);
    assert_int_equal(item(3)->kind, GN_SERIES_TEXT);
    assert_true(gn_str_equal(item(3)->text, GN_STR("slow")));
}

static void a_time_is_seconds_milliseconds_or_rfc_3339(void **state)
{
    static const struct {
        const char *text;
        int64_t time_ms;
    } rows[] = {
        { "{\"time\":1767225600,\"t\":1}", INT64_C(1767225600000) },
        { "{\"t\":1,\"ts\":1767225600.125}", INT64_C(1767225600125) },
        { "{\"timestamp\":1767225600125,\"t\":1}", INT64_C(1767225600125) },
        { "{\"t\":1,\"time\":99999999999}", INT64_C(99999999999000) }, /* just below 1e11: seconds */
        { "{\"t\":1,\"time\":100000000000}", INT64_C(100000000000) },  /* 1e11: milliseconds */
        { "{\"t\":1,\"time\":0}", 0 },                                 /* the intake judges it */
        { "{\"t\":1,\"time\":-5}", -5000 },
        { "{\"t\":1,\"time\":\"2026-01-01T00:00:00.125Z\"}", INT64_C(1767225600125) },
        { "{\"t\":1,\"time\":\"2026-01-01T01:00:00+01:00\"}", INT64_C(1767225600000) },
        { "{\"t\":1,\"time\":null}", GN_TIME_NONE },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(object(rows[i].text), GN_OK);
        assert_int_equal(payload.item_count, 1);
        assert_true(item(0)->time_ms == rows[i].time_ms);
    }
    assert_int_equal(object("{\"Time\":\"now\",\"times\":3}"), GN_OK); /* names of properties, not of times */
    assert_int_equal(payload.item_count, 2);
}

static void a_time_that_is_none_is_refused(void **state)
{
    (void)state;
    object_refused("{\"time\":\"noon\",\"t\":1}",
                   "'time' at byte 14 is no time: seconds or milliseconds since 1970, or RFC 3339");
    object_refused("{\"time\":1e300,\"t\":1}",
                   "'time' at byte 13 is no time: seconds or milliseconds since 1970, or RFC 3339");
    object_refused("{\"ts\":true,\"t\":1}",
                   "'ts' at byte 10 is no time: seconds or milliseconds since 1970, or RFC 3339");
    object_refused("{\"time\":1767225600,\"ts\":1767225600,\"t\":1}", "two times: 'time' and 'ts'");
    object_refused("{\"time\":1767225600,\"time\":1767225600,\"t\":1}", "two times: 'time' and 'time'");
}

static void what_is_no_reading_is_refused_with_its_place(void **state)
{
    (void)state;
    object_refused("{\"t\":{\"x\":NaN}}", "not JSON at byte 10: a value is expected here");
    object_refused("{\"t\":{}}", "no reading in it");
    object_refused("{\"t\":NaN}", "not JSON at byte 5: a value is expected here");
    object_refused("{\"t\":1e999}", "not JSON at byte 5: a number is malformed, too large or too long");
    object_refused("{\"t\":-Infinity}", "not JSON at byte 5: a number is malformed, too large or too long");
    object_refused("{\"t\":1", "not JSON at byte 6: the text ends too early");
    object_refused("{\"t\":1}x", "not JSON at byte 7: something follows the value");
    object_refused("", "not JSON at byte 0: the text ends too early");
    object_refused("{}", "no reading in it");
    object_refused("{\"t\":null}", "no reading in it");
    object_refused("{\"time\":1767225600}", "no reading in it");
    object_refused("21.5",
                   "several properties come as a JSON object or a SenML array; one value goes to its own topic, "
                   ".../properties/NAME");
}

static void a_null_is_passed_over(void **state)
{
    (void)state;
    assert_int_equal(object("{\"a\":null,\"b\":2,\"c\":null,\"d\":4}"), GN_OK);
    assert_int_equal(payload.item_count, 2);
    assert_true(gn_str_equal(item(0)->property, GN_STR("b")) && item(0)->value == 2);
    assert_true(gn_str_equal(item(1)->property, GN_STR("d")) && item(1)->value == 4);
    object_refused("{\"a\":null,\"a\":1}", "the key 'a' stands twice");
}

/* {"k0":0,"k1":1 ...}, the last key as given. */
static const char *many_keys(int count, const char *last)
{
    static char text[16384];
    size_t at = (size_t)snprintf(text, sizeof text, "{");
    for (int i = 0; i + 1 < count; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "\"k%d\":%d,", i, i);
    (void)snprintf(text + at, sizeof text - at, "\"%s\":1}", last);
    return text;
}

static void a_key_twice_is_found_among_few_and_many(void **state)
{
    (void)state;
    object_refused("{\"a\":1,\"b\":2,\"a\":3}", "the key 'a' stands twice");
    object_refused("{\"a\":1,\"\\u0061\":3}", "the key 'a' stands twice");
    for (int count = 2; count <= GN_READINGS_PER_PACKET_MAX; count++) {
        assert_int_equal(object(many_keys(count, "last")), GN_OK);
        object_refused(many_keys(count, "k0"), "the key 'k0' stands twice");
    }
}

static void the_readings_of_a_packet_have_a_limit(void **state)
{
    (void)state;
    assert_int_equal(object(many_keys(GN_READINGS_PER_PACKET_MAX - 1, "x")), GN_OK);
    assert_int_equal(object(many_keys(GN_READINGS_PER_PACKET_MAX, "x")), GN_OK);
    assert_int_equal(payload.item_count, GN_READINGS_PER_PACKET_MAX);
    object_refused(many_keys(GN_READINGS_PER_PACKET_MAX + 1, "x"),
                   "more than READINGS_PER_PACKET_MAX (256) readings in one packet");
}

static void escaped_names_and_texts_outlive_the_parser(void **state)
{
    (void)state;
    assert_int_equal(object("{\"\\u0041\":\"\\u0042\\n\",\"\\u0043\":\"\\u0044\",\"e\":\"f\"}"), GN_OK);
    assert_true(gn_str_equal(item(0)->property, GN_STR("A")));
    assert_true(gn_str_equal(item(0)->text, GN_STR("B\n")));
    assert_true(gn_str_equal(item(1)->property, GN_STR("C")));
    assert_true(gn_str_equal(item(1)->text, GN_STR("D")));
    assert_true(gn_str_equal(item(2)->text, GN_STR("f")));
}

static void a_text_has_a_limit(void **state)
{
    static char text[GN_TEXT_VALUE_BYTES_MAX + 32];
    (void)state;
    for (int size = GN_TEXT_VALUE_BYTES_MAX - 1; size <= GN_TEXT_VALUE_BYTES_MAX + 1; size++) {
        const gn_err expected = size <= GN_TEXT_VALUE_BYTES_MAX ? GN_OK : GN_ERR_INVAL;
        (void)snprintf(text, sizeof text, "{\"t\":\"%0*d\"}", size, 7);
        assert_int_equal(object(text), expected);
        (void)snprintf(text, sizeof text, "\"%0*d\"", size, 7);
        assert_int_equal(value(text), expected);
        memset(text, 'x', (size_t)size);
        text[size] = '\0';
        assert_int_equal(value(text), expected);
    }
    assert_string_equal(diag.text, "the text has more than 1024 bytes");
}

static void one_value_is_a_number_a_bool_or_text(void **state)
{
    static const struct {
        const char *text;
        double number;
    } numbers[] = { { "21.5", 21.5 }, { "-3", -3 },
                    { " 7\r\n", 7 },  { "1e3", 1000 },
                    { "+5", 5 },      { "007", 7 },
                    { "0", 0 },       { "1.7976931348623157e308", 1.7976931348623157e308 } };
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_int_equal(value(numbers[i].text), GN_OK);
        assert_int_equal(payload.item_count, 1);
        assert_int_equal(item(0)->kind, GN_SERIES_NUMBER);
        assert_true(item(0)->value == numbers[i].number);
        assert_true(gn_str_equal(item(0)->property, GN_STR("p")));
        assert_true(item(0)->time_ms == GN_TIME_NONE);
    }
    assert_int_equal(value("true"), GN_OK);
    assert_int_equal(item(0)->kind, GN_SERIES_BOOL);
    assert_true(item(0)->value == 1);
    assert_int_equal(value("false"), GN_OK);
    assert_true(item(0)->value == 0);
    assert_int_equal(value("\"12 bar\""), GN_OK);
    assert_int_equal(item(0)->kind, GN_SERIES_TEXT);
    assert_true(gn_str_equal(item(0)->text, GN_STR("12 bar")));
    assert_int_equal(value("running <b>fast</b>\n"), GN_OK);
    assert_true(gn_str_equal(item(0)->text, GN_STR("running <b>fast</b>")));
    assert_int_equal(value("\"\""), GN_OK);
    assert_int_equal(item(0)->text.size, 0);
}

static void what_is_no_value_is_refused(void **state)
{
    static const char object_words[] = "one property takes one number, bool or text; an object goes to .../properties";
    (void)state;
    value_refused("", "the payload is empty");
    value_refused(" \n", "the payload is empty");
    value_refused("{\"v\":1}", object_words);
    value_refused("[1]", object_words);
    value_refused("null", object_words);
    value_refused("NaN", "'NaN' is not a finite number; text that looks like one goes in quotes");
    value_refused("-inf", "'-inf' is not a finite number; text that looks like one goes in quotes");
    value_refused("Infinity", "'Infinity' is not a finite number; text that looks like one goes in quotes");
    value_refused("1e999", "'1e999' is not a finite number; text that looks like one goes in quotes");
    value_refused("21.5 C", "'21.5 C' is not a finite number; text that looks like one goes in quotes");
    value_refused("1,5", "'1,5' is not a finite number; text that looks like one goes in quotes");
    value_refused("1\x01", "not a finite number");
    value_refused("ab\x01", "the payload is neither a number, a bool nor text in UTF-8");
    value_refused("ab\xff", "the payload is neither a number, a bool nor text in UTF-8");
    value_refused("\"ab", "not JSON at byte 3: the text ends inside a string");
    value_refused("\"ab\" x", "not JSON at byte 5: something follows the value");
}

static void depth_is_no_way_in(void **state)
{
    static char text[65001];
    (void)state;
    memset(text, '[', sizeof text - 1);
    assert_int_equal(object(text), GN_ERR_INVAL);
    memset(text, '{', sizeof text - 1);
    assert_int_equal(object(text), GN_ERR_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_becomes_its_readings),
        cmocka_unit_test(a_time_is_seconds_milliseconds_or_rfc_3339),
        cmocka_unit_test(a_time_that_is_none_is_refused),
        cmocka_unit_test(what_is_no_reading_is_refused_with_its_place),
        cmocka_unit_test(a_null_is_passed_over),
        cmocka_unit_test(a_key_twice_is_found_among_few_and_many),
        cmocka_unit_test(the_readings_of_a_packet_have_a_limit),
        cmocka_unit_test(escaped_names_and_texts_outlive_the_parser),
        cmocka_unit_test(a_text_has_a_limit),
        cmocka_unit_test(one_value_is_a_number_a_bool_or_text),
        cmocka_unit_test(what_is_no_value_is_refused),
        cmocka_unit_test(depth_is_no_way_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
