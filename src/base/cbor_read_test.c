/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cbor_read.h"

static struct gn_cbor cbor;
static uint8_t bytes[8192];

/* Hex with blanks to a reader over it. */
static void begin(const char *hex)
{
    size_t size = 0;
    for (const char *at = hex; *at != '\0';) {
        unsigned byte = 0;
        int taken = 0;
        if (*at == ' ') {
            at++;
            continue;
        }
        assert_int_equal(sscanf(at, "%2x%n", &byte, &taken), 1);
        assert_int_equal(taken, 2);
        bytes[size++] = (uint8_t)byte;
        at += 2;
    }
    gn_cbor_init(&cbor, (gn_bytes){ bytes, size });
}

static void expect(gn_json_kind kind)
{
    assert_int_equal(gn_cbor_next(&cbor).kind, kind);
}

static void expect_key(const char *text)
{
    const struct gn_json_token token = gn_cbor_next(&cbor);
    assert_int_equal(token.kind, GN_JSON_KEY);
    assert_true(gn_str_equal(token.text, gn_str_of(text)));
}

static double number(const char *hex)
{
    begin(hex);
    const struct gn_json_token token = gn_cbor_next(&cbor);
    assert_int_equal(token.kind, GN_JSON_NUMBER);
    expect(GN_JSON_END);
    return token.number;
}

static void refused(const char *hex, const char *words)
{
    size_t offset;
    struct gn_json_token token;
    begin(hex);
    do
        token = gn_cbor_next(&cbor);
    while (token.kind != GN_JSON_ERROR && token.kind != GN_JSON_END);
    assert_int_equal(token.kind, GN_JSON_ERROR);
    assert_string_equal(gn_cbor_error(&cbor, &offset), words);
    assert_int_equal(gn_cbor_next(&cbor).kind, GN_JSON_ERROR);
}

static void numbers_come_as_the_standard_writes_them(void **state)
{
    (void)state; /* the values are examples of RFC 8949, appendix A */
    assert_true(number("00") == 0);
    assert_true(number("17") == 23);
    assert_true(number("1818") == 24);
    assert_true(number("1903e8") == 1000);
    assert_true(number("1a000f4240") == 1000000);
    assert_true(number("1b000000e8d4a51000") == 1000000000000);
    assert_true(number("20") == -1);
    assert_true(number("3903e7") == -1000);
    assert_true(number("f93c00") == 1.0);
    assert_true(number("f97bff") == 65504.0);
    assert_true(number("f90001") == ldexp(1, -24));
    assert_true(number("f9c400") == -4.0);
    assert_true(number("fa47c35000") == 100000.0);
    assert_true(number("fb3ff199999999999a") == 1.1);
    assert_true(number("c11a514b67b0") == 1363896240); /* a tag is passed over */
    assert_true(number("c48221196ab3") == 273.15);     /* a decimal fraction */
    assert_true(number("c482021903e8") == 100000);
}

static void maps_and_arrays_nest_with_and_without_a_count(void **state)
{
    (void)state;
    static const char *const same[] = { "a2 00 01 6161 82 f5 f6", "bf 00 01 6161 9f f5 f6 ff ff" };
    for (size_t i = 0; i < 2; i++) {
        begin(same[i]);
        expect(GN_JSON_OBJECT);
        expect_key("0");
        expect(GN_JSON_NUMBER);
        expect_key("a");
        expect(GN_JSON_ARRAY);
        expect(GN_JSON_BOOL);
        expect(GN_JSON_NULL);
        expect(GN_JSON_ARRAY_END);
        expect(GN_JSON_OBJECT_END);
        expect(GN_JSON_END);
    }
}

static void integer_keys_come_as_text_and_bytes_are_marked(void **state)
{
    (void)state;
    begin("a2 21 6362656e 08 43010203");
    expect(GN_JSON_OBJECT);
    expect_key("-2");
    const struct gn_json_token text = gn_cbor_next(&cbor);
    assert_true(gn_str_equal(text.text, GN_STR("ben")) && !text.boolean);
    expect_key("8");
    const struct gn_json_token raw = gn_cbor_next(&cbor);
    assert_true(raw.kind == GN_JSON_STRING && raw.boolean && raw.text.size == 3);
    expect(GN_JSON_OBJECT_END);
}

static void a_value_is_stepped_over_whole(void **state)
{
    (void)state;
    begin("a2 00 82 a1 01 02 9f 03 ff 01 07");
    expect(GN_JSON_OBJECT);
    assert_true(gn_cbor_skip(&cbor, gn_cbor_next(&cbor)));
    expect_key("1");
    assert_true(gn_cbor_skip(&cbor, gn_cbor_next(&cbor)));
    expect(GN_JSON_OBJECT_END);
    expect(GN_JSON_END);
    begin("82 82 01");
    expect(GN_JSON_ARRAY);
    assert_false(gn_cbor_skip(&cbor, gn_cbor_next(&cbor)));
}

static void what_is_malformed_is_refused_with_words(void **state)
{
    (void)state;
    refused("", "the bytes end too early");
    refused("19 03", "the bytes end too early");
    refused("82 01", "the bytes end too early");
    refused("9b ffffffffffffffff", "the bytes end too early");
    refused("63 6162", "the bytes end too early");
    refused("00 00", "something follows the value");
    refused("1c", "a reserved length");
    refused("ff", "a break or length in the wrong place");
    refused("a1 00 ff", "a break or length in the wrong place");
    refused("7f 6161 ff", "a string in pieces");
    refused("61 ff", "text that is not UTF-8");
    refused("a1 80 00", "a key that is neither text nor a small integer");
    refused("f9 7e00", "a number that is not finite");
    refused("fa ff800000", "a number that is not finite");
    refused("e0", "a simple value without a meaning");
    refused("c4 81 01", "the bytes end too early");
    refused("c4 83 01 02 03", "a malformed decimal fraction");
    refused("c4 82 19 0191 01", "a malformed decimal fraction");
    refused("c1c1c1c1c1c1c1c1c1 01", "too many tags");
}

static void depth_and_length_are_bounded(void **state)
{
    (void)state;
    size_t offset;
    for (size_t depth = GN_JSON_DEPTH_MAX - 1; depth <= GN_JSON_DEPTH_MAX + 1; depth++) {
        memset(bytes, 0x81, depth);
        bytes[depth] = 1;
        gn_cbor_init(&cbor, (gn_bytes){ bytes, depth + 1 });
        struct gn_json_token token;
        do
            token = gn_cbor_next(&cbor);
        while (token.kind != GN_JSON_ERROR && token.kind != GN_JSON_END);
        assert_int_equal(token.kind, depth <= GN_JSON_DEPTH_MAX ? GN_JSON_END : GN_JSON_ERROR);
    }
    for (size_t size = GN_JSON_STRING_BYTES_MAX - 1; size <= GN_JSON_STRING_BYTES_MAX + 1; size++) {
        bytes[0] = 0x79;
        bytes[1] = (uint8_t)(size >> 8);
        bytes[2] = (uint8_t)size;
        memset(bytes + 3, 'x', size);
        gn_cbor_init(&cbor, (gn_bytes){ bytes, 3 + size });
        expect(size <= GN_JSON_STRING_BYTES_MAX ? GN_JSON_STRING : GN_JSON_ERROR);
    }
    assert_string_equal(gn_cbor_error(&cbor, &offset), "a string is too long");
    assert_int_equal(offset, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_as_the_standard_writes_them),
        cmocka_unit_test(maps_and_arrays_nest_with_and_without_a_count),
        cmocka_unit_test(integer_keys_come_as_text_and_bytes_are_marked),
        cmocka_unit_test(a_value_is_stepped_over_whole),
        cmocka_unit_test(what_is_malformed_is_refused_with_words),
        cmocka_unit_test(depth_and_length_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
