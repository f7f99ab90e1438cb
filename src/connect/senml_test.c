/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>

#include "connect/senml.h"

static struct gn_payload payload;
static struct gn_diag diag;
static struct gn_clock_sim sim = { .wall_ms = INT64_C(1780000000000) };

static gn_err records(const char *text)
{
    const struct gn_clock clock = gn_clock_simulated(&sim);
    diag = (struct gn_diag){ 0 };
    return gn_payload_object(&payload, (gn_bytes){ (const uint8_t *)text, strlen(text) }, &clock, &diag);
}

static void refused(const char *text, const char *words)
{
    assert_int_equal(records(text), GN_ERR_INVAL);
    assert_string_equal(diag.text, words);
}

static void is_number(size_t index, const char *property, double number, int64_t time_ms)
{
    assert_true(index < payload.item_count);
    const struct gn_item *item = &payload.items[index];
    assert_true(gn_str_equal(item->property, gn_str_of(property)));
    assert_int_equal(item->kind, GN_SERIES_NUMBER);
    assert_true(item->value == number);
    assert_true(item->time_ms == time_ms);
}

/* RFC 8428, 5.1.1 to 5.1.3, names as properties. */
static void the_examples_of_the_rfc_are_read(void **state)
{
    (void)state;
    assert_int_equal(records("[{\"n\":\"urn:dev:ow:10e2073a01080063\",\"u\":\"Cel\",\"v\":23.1}]"), GN_OK);
    is_number(0, "10e2073a01080063", 23.1, GN_TIME_NONE);
    assert_int_equal(records("[{\"bn\":\"urn:dev:ow:10e2073a01080063:\",\"n\":\"voltage\",\"u\":\"V\",\"v\":120.1},"
                             "{\"n\":\"current\",\"u\":\"A\",\"v\":1.2}]"),
                     GN_OK);
    is_number(0, "voltage", 120.1, GN_TIME_NONE);
    is_number(1, "current", 1.2, GN_TIME_NONE);
    assert_int_equal(
        records("[{\"bn\":\"urn:dev:ow:10e2073a0108006:\",\"bt\":1.276020076001e+09,\"bu\":\"A\",\"bver\":5,"
                "\"n\":\"voltage\",\"u\":\"V\",\"v\":120.1},{\"n\":\"current\",\"t\":-5,\"v\":1.2},"
                "{\"n\":\"current\",\"t\":-4,\"v\":1.3}]"),
        GN_OK);
    is_number(0, "voltage", 120.1, INT64_C(1276020076001));
    is_number(1, "current", 1.2, INT64_C(1276020071001));
    is_number(2, "current", 1.3, INT64_C(1276020072001));
}

static void times_below_2_to_the_28_are_relative_to_now(void **state)
{
    (void)state;
    assert_int_equal(records("[{\"n\":\"a\",\"v\":1,\"t\":-2.5},{\"n\":\"a\",\"v\":2,\"t\":268435455},"
                             "{\"n\":\"a\",\"v\":3,\"t\":268435456},{\"n\":\"a\",\"v\":4,\"t\":0}]"),
                     GN_OK);
    is_number(0, "a", 1, INT64_C(1780000000000) - 2500);
    is_number(1, "a", 2, INT64_C(1780000000000) + INT64_C(268435455000));
    is_number(2, "a", 3, INT64_C(268435456000));
    is_number(3, "a", 4, GN_TIME_NONE); /* now: stamped on arrival */
}

static void base_fields_hold_until_they_change(void **state)
{
    (void)state;
    assert_int_equal(records("[{\"bn\":\"a/\",\"bv\":20,\"bt\":1767225600},{\"n\":\"x\",\"v\":1},"
                             "{\"bn\":\"b/\",\"bt\":1767225700,\"n\":\"y\",\"v\":2},{\"n\":\"x\",\"t\":1,\"v\":3}]"),
                     GN_OK);
    assert_int_equal(payload.item_count, 3); /* the first only sets */
    is_number(0, "x", 21, INT64_C(1767225600000));
    is_number(1, "y", 22, INT64_C(1767225700000));
    is_number(2, "x", 23, INT64_C(1767225701000));
}

static void the_property_is_the_last_segment_of_the_name(void **state)
{
    static const struct {
        const char *base, *name, *property;
    } rows[] = {
        { "", "t", "t" },
        { "press:", "t", "t" },
        { "press/7/", "t", "t" },
        { "press", "t", "presst" },
        { "a:press-", "t", "press-t" },
        { "a:", "b/c", "c" },
        { "a:", "b:c/", "c" },
        { "press/t", "", "t" },
        { "press/t/", "", "t" },
        { "a:b:c", "", "c" },
        { "x", "/y", "y" },
    };
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)snprintf(text, sizeof text, "[{\"bn\":\"%s\",\"n\":\"%s\",\"v\":1}]", rows[i].base, rows[i].name);
        assert_int_equal(records(text), GN_OK);
        is_number(0, rows[i].property, 1, GN_TIME_NONE);
    }
}

static void bools_and_strings_are_values_too(void **state)
{
    (void)state;
    assert_int_equal(records("[{\"n\":\"on\",\"vb\":true},{\"n\":\"mode\",\"vs\":\"sl\\u006fw\"}]"), GN_OK);
    assert_int_equal(payload.items[0].kind, GN_SERIES_BOOL);
    assert_true(payload.items[0].value == 1);
    assert_int_equal(payload.items[1].kind, GN_SERIES_TEXT);
    assert_true(gn_str_equal(payload.items[1].text, GN_STR("slow")));
}

static void unknown_labels_are_passed_over_unless_they_must_be_known(void **state)
{
    (void)state;
    assert_int_equal(records("[{\"n\":\"a\",\"x\":{\"y\":[1,2]},\"v\":1}]"), GN_OK);
    is_number(0, "a", 1, GN_TIME_NONE);
    refused("[{\"n\":\"a\",\"x_\":1,\"v\":1}]", "SenML record 0: a label that must be understood, and is not");
}

static void bad_records_are_refused_by_number(void **state)
{
    (void)state;
    refused("[{\"n\":\"a\",\"v\":1},{\"n\":\"b\"}]", "SenML record 1: no value");
    refused("[{\"n\":\"a\",\"v\":1,\"vb\":true}]", "SenML record 0: more than one value");
    refused("[{\"n\":\"a\",\"v\":1,\"v\":2}]", "SenML record 0: a label stands twice");
    refused("[{\"n\":\"a\",\"v\":\"1\"}]", "SenML record 0: a label's value is of the wrong type");
    refused("[{\"n\":\"a\",\"v\":null}]", "SenML record 0: a label's value is of the wrong type");
    refused("[{\"n\":\"a\",\"v\":{}}]", "SenML record 0: a label's value is of the wrong type");
    refused("[{\"n\":\"a\",\"vd\":\"AA\"}]", "SenML record 0: binary data ('vd') is not kept");
    refused("[{\"v\":1}]", "SenML record 0: no name");
    refused("[{\"bn\":\"::/\",\"v\":1}]", "SenML record 0: no name");
    refused("[{\"bver\":11,\"n\":\"a\",\"v\":1}]", "SenML record 0: a version above 10");
    refused("[{\"bv\":1e308,\"n\":\"a\",\"v\":1e308}]", "SenML record 0: a value that is not finite");
    refused("[{\"bt\":1e300,\"n\":\"a\",\"v\":1}]", "SenML record 0: a time beyond all reason");
    refused("[1]", "SenML record 0: not an object");
    refused("[[{}]]", "SenML record 0: not an object");
    refused("[]", "no reading in it");
    refused("[{\"bn\":\"a\"}]", "no reading in it");
    refused("[{\"n\":\"a\",\"v\":1}] x", "not JSON at byte 18: something follows the value");
    refused("[{\"n\":\"a\",\"v\":1},]", "not JSON at byte 17: a value is expected here");
}

static void a_joined_name_has_a_limit(void **state)
{
    char text[256];
    (void)state;
    for (int size = GN_PROPERTY_BYTES_MAX - 1; size <= GN_PROPERTY_BYTES_MAX + 1; size++) {
        (void)snprintf(text, sizeof text, "[{\"bn\":\"%0*d\",\"n\":\"b\",\"v\":1}]", size - 1, 0);
        assert_int_equal(records(text), size <= GN_PROPERTY_BYTES_MAX ? GN_OK : GN_ERR_INVAL);
        if (size <= GN_PROPERTY_BYTES_MAX)
            assert_int_equal(payload.items[0].property.size, size);
    }
    assert_string_equal(diag.text, "SenML record 0: a name longer than PROPERTY_BYTES_MAX");
}

/* The second example of RFC 8428 (5.1.2), as its 6th chapter writes labels in CBOR. */
static void the_same_is_read_from_cbor(void **state)
{
    (void)state;
    static const uint8_t pack[] = { 0x82, 0xa5, 0x21, 0x68, 'd',  'e',  'v',  ':',  'o',  'w',  ':',
                                    '1',  0x22, 0x1a, 0x4b, 0xd1, 0xc0, 0xe8, 0x00, 0x61, 'v',  0x01,
                                    0x61, 'V',  0x02, 0xfb, 0x40, 0x5e, 0x06, 0x66, 0x66, 0x66, 0x66,
                                    0x66, 0xa3, 0x00, 0x62, 'o',  'n',  0x06, 0x20, 0x04, 0xf5 };
    const struct gn_clock clock = gn_clock_simulated(&sim);
    diag = (struct gn_diag){ 0 };
    assert_int_equal(gn_payload_object(&payload, (gn_bytes){ pack, sizeof pack }, &clock, &diag), GN_OK);
    assert_int_equal(payload.item_count, 2);
    is_number(0, "1v", 120.1, INT64_C(1272037608000));
    assert_true(gn_str_equal(payload.items[1].property, GN_STR("1on")));
    assert_int_equal(payload.items[1].kind, GN_SERIES_BOOL);
    assert_true(payload.items[1].time_ms == INT64_C(1272037607000));

    static const uint8_t binary[] = { 0x81, 0xa2, 0x00, 0x61, 'x', 0x08, 0x41, 0xff };
    assert_int_equal(gn_payload_object(&payload, (gn_bytes){ binary, sizeof binary }, &clock, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "SenML record 0: binary data ('vd') is not kept");
    assert_int_equal(gn_payload_object(&payload, (gn_bytes){ pack, sizeof pack - 1 }, &clock, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "not CBOR at byte 42: the bytes end too early");
}

static void bytes_are_no_name_in_cbor(void **state)
{
    (void)state;
    static const uint8_t pack[] = { 0x81, 0xa2, 0x00, 0x42, 0x91, 0x92, 0x02, 0x01 }; /* [{n: h'9192', v: 1}] */
    const struct gn_clock clock = gn_clock_simulated(&sim);
    assert_int_equal(gn_payload_object(&payload, (gn_bytes){ pack, sizeof pack }, &clock, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "SenML record 0: a label's value is of the wrong type");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_rfc_are_read),
        cmocka_unit_test(times_below_2_to_the_28_are_relative_to_now),
        cmocka_unit_test(base_fields_hold_until_they_change),
        cmocka_unit_test(the_property_is_the_last_segment_of_the_name),
        cmocka_unit_test(bools_and_strings_are_values_too),
        cmocka_unit_test(unknown_labels_are_passed_over_unless_they_must_be_known),
        cmocka_unit_test(bad_records_are_refused_by_number),
        cmocka_unit_test(a_joined_name_has_a_limit),
        cmocka_unit_test(the_same_is_read_from_cbor),
        cmocka_unit_test(bytes_are_no_name_in_cbor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
