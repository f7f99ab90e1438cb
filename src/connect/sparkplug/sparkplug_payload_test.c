/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/sparkplug/sparkplug_payload.h"

#include "connect/sparkplug/sparkplug_fixture.h"

#include <math.h>

static struct sp_message message;
static struct sp_metric metric;

static gn_err read_it(struct gn_sparkplug_payload *payload, struct gn_diag *diag)
{
    *diag = (struct gn_diag){ 0 };
    assert_false(message.buf.full);
    return gn_sparkplug_payload_read(gn_buf_bytes(&message.buf), payload, diag);
}

static void a_payload_is_read_metric_by_metric(void **state)
{
    struct gn_sparkplug_payload payload;
    struct gn_sparkplug_metric got;
    struct gn_diag diag;
    size_t at = 0;
    (void)state;
    sp_begin(&message, 1700000000000, 255);
    sp_add(&message, "a", 7, GN_SPARKPLUG_INT32, 10, 5);
    struct gn_buf *m = sp_metric_begin(&metric, NULL, 9, 0);
    sp_whole(m, 3, 1700000000123);
    sp_whole(m, 5, 1);
    sp_whole(m, 7, 1);
    sp_text(m, 20, "an unknown field");
    sp_metric_end(&message, &metric);
    assert_int_equal(read_it(&payload, &diag), GN_OK);
    assert_true(payload.has_time && payload.has_seq);
    assert_int_equal(payload.seq, 255);
    assert_int_equal(payload.metric_count, 2);
    assert_true(gn_sparkplug_payload_next(&payload, &at, &got));
    assert_true(gn_str_equal(got.name, GN_STR("a")) && got.has_alias && got.alias == 7 && !got.has_time);
    assert_int_equal(got.value.form, GN_SPARKPLUG_U32);
    assert_true(gn_sparkplug_payload_next(&payload, &at, &got));
    assert_true(got.name.size == 0 && got.alias == 9 && got.has_time && got.is_historical && got.is_null);
    assert_int_equal(got.time_ms, 1700000000123);
    assert_false(gn_sparkplug_payload_next(&payload, &at, &got));
}

static void signed_values_come_as_twos_complement(void **state)
{
    static const struct {
        uint32_t type;
        uint64_t sent;
        double value;
    } rows[] = {
        { GN_SPARKPLUG_INT8, 0xfb, -5 },
        { GN_SPARKPLUG_INT8, 0xfffffffb, -5 },
        { GN_SPARKPLUG_INT16, 0xfffffffb, -5 },
        { GN_SPARKPLUG_INT16, 0x7fff, 32767 },
        { GN_SPARKPLUG_INT32, 0xfffffffb, -5 },
        { GN_SPARKPLUG_INT32, UINT64_MAX - 4, -5 },
        { GN_SPARKPLUG_INT64, UINT64_MAX - 4, -5 },
        { GN_SPARKPLUG_INT64, UINT64_C(1) << 63, -9223372036854775808.0 },
        { GN_SPARKPLUG_UINT8, 0xfb, 251 },
        { GN_SPARKPLUG_UINT32, 0xffffffff, 4294967295.0 },
        { GN_SPARKPLUG_UINT64, UINT64_C(1) << 63, 9223372036854775808.0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct gn_sparkplug_value value = { .form = GN_SPARKPLUG_U64, .whole = rows[i].sent };
        double number = 0;
        assert_true(gn_sparkplug_number(rows[i].type, &value, &number));
        assert_true(number == rows[i].value);
    }
}

static void a_number_is_finite_and_of_its_type(void **state)
{
    const struct gn_sparkplug_value nan = { .form = GN_SPARKPLUG_F64, .number = NAN };
    const struct gn_sparkplug_value inf = { .form = GN_SPARKPLUG_F32, .number = (double)INFINITY };
    const struct gn_sparkplug_value half = { .form = GN_SPARKPLUG_F32, .number = 0.5 };
    const struct gn_sparkplug_value word = { .form = GN_SPARKPLUG_WORD };
    double number;
    (void)state;
    assert_false(gn_sparkplug_number(GN_SPARKPLUG_DOUBLE, &nan, &number));
    assert_false(gn_sparkplug_number(GN_SPARKPLUG_FLOAT, &inf, &number));
    assert_true(gn_sparkplug_number(GN_SPARKPLUG_DOUBLE, &half, &number) && number == 0.5);
    assert_false(gn_sparkplug_number(GN_SPARKPLUG_INT32, &half, &number));
    assert_false(gn_sparkplug_number(GN_SPARKPLUG_DOUBLE, &word, &number));
    assert_false(gn_sparkplug_number(GN_SPARKPLUG_BYTES, &half, &number));
}

static void properties_are_found_by_their_place(void **state)
{
    struct sp_metric set, value;
    struct gn_sparkplug_value got;
    (void)state;
    set.buf = gn_buf_over(set.bytes, sizeof set.bytes);
    sp_text(&set.buf, 1, "engUnit"); /* all keys first: their values still belong to them in order */
    sp_text(&set.buf, 1, "engLow");
    value.buf = gn_buf_over(value.bytes, sizeof value.bytes);
    sp_whole(&value.buf, 1, GN_SPARKPLUG_STRING);
    sp_text(&value.buf, 8, "bar");
    sp_bytes(&set.buf, 2, value.bytes, value.buf.size);
    value.buf = gn_buf_over(value.bytes, sizeof value.bytes);
    sp_double(&value.buf, 6, -1.5);
    sp_bytes(&set.buf, 2, value.bytes, value.buf.size);
    sp_text(&set.buf, 1, "no value");
    assert_true(gn_sparkplug_property(gn_buf_bytes(&set.buf), GN_STR("engUnit"), &got));
    assert_true(got.form == GN_SPARKPLUG_WORD && gn_str_equal(got.text, GN_STR("bar")));
    assert_true(gn_sparkplug_property(gn_buf_bytes(&set.buf), GN_STR("engLow"), &got));
    assert_true(got.form == GN_SPARKPLUG_F64 && got.number == -1.5);
    assert_false(gn_sparkplug_property(gn_buf_bytes(&set.buf), GN_STR("no value"), &got));
    assert_false(gn_sparkplug_property(gn_buf_bytes(&set.buf), GN_STR("engHigh"), &got));
    set.buf = gn_buf_over(set.bytes, sizeof set.bytes);
    for (int i = 0; i < GN_SPARKPLUG_PROPERTIES_MAX; i++)
        sp_text(&set.buf, 1, "x");
    sp_text(&set.buf, 1, "late");
    for (int i = 0; i <= GN_SPARKPLUG_PROPERTIES_MAX; i++)
        sp_bytes(&set.buf, 2, value.bytes, value.buf.size);
    assert_true(gn_sparkplug_property(gn_buf_bytes(&set.buf), GN_STR("x"), &got));
    assert_false(gn_sparkplug_property(gn_buf_bytes(&set.buf), GN_STR("late"), &got));
}

static void what_is_no_protobuf_is_refused_whole(void **state)
{
    static const struct {
        uint8_t bytes[16];
        size_t size;
    } rows[] = {
        { { 0x12, 0xff }, 2 },             /* a length that is cut */
        { { 0x12, 0x05, 0x0a }, 3 },       /* longer than what there is */
        { { 0x12, 0x02, 0x0a, 0x05 }, 4 }, /* the same inside a metric */
        { { 0x13 }, 1 },                   /* a group */
        { { 0x00, 0x01 }, 2 },             /* field 0 */
        { { 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, 12 },
        { { 0x0d, 0x01 }, 2 },
        { { 0x12, 0xff, 0xff, 0xff, 0xff, 0x0f }, 6 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_sparkplug_payload payload;
        struct gn_diag diag = { 0 };
        assert_int_equal(gn_sparkplug_payload_read((gn_bytes){ rows[i].bytes, rows[i].size }, &payload, &diag),
                         GN_ERR_INVAL);
        assert_non_null(strstr(diag.text, "no protobuf"));
    }
}

static void metrics_have_a_limit(void **state)
{
    struct gn_sparkplug_payload payload;
    struct gn_diag diag;
    (void)state;
    sp_begin(&message, 1, 0);
    for (int i = 0; i < GN_SPARKPLUG_METRICS_MAX; i++)
        sp_add(&message, "m", 0, GN_SPARKPLUG_INT8, 10, 1);
    assert_int_equal(read_it(&payload, &diag), GN_OK);
    sp_add(&message, "m", 0, GN_SPARKPLUG_INT8, 10, 1);
    assert_int_equal(read_it(&payload, &diag), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "SPARKPLUG_METRICS_MAX"));
}

static void compressed_payloads_are_refused_with_what_to_do(void **state)
{
    struct gn_sparkplug_payload payload;
    struct gn_diag diag;
    (void)state;
    sp_begin(&message, 1, 0);
    sp_text(&message.buf, 4, "SPBV1.0_COMPRESSED");
    sp_text(&message.buf, 5, "x");
    assert_int_equal(read_it(&payload, &diag), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "switch compression off"));
}

static void what_is_written_reads_back(void **state)
{
    char bytes[128];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    struct gn_sparkplug_payload payload;
    struct gn_sparkplug_metric got;
    struct gn_diag diag = { 0 };
    size_t at = 0;
    const struct gn_sparkplug_metric named = { .name = GN_STR("Node Control/Rebirth"),
                                               .time_ms = 5,
                                               .type = GN_SPARKPLUG_BOOLEAN,
                                               .value = { .form = GN_SPARKPLUG_BOOL, .whole = 1 } };
    const struct gn_sparkplug_metric aliased = { .name = GN_STR("x"),
                                                 .has_alias = true,
                                                 .alias = 300,
                                                 .time_ms = 6,
                                                 .type = GN_SPARKPLUG_FLOAT,
                                                 .value = { .form = GN_SPARKPLUG_F32, .number = 1.5 } };
    const struct gn_sparkplug_metric word = { .has_alias = true,
                                              .alias = 1,
                                              .type = GN_SPARKPLUG_STRING,
                                              .value = { .form = GN_SPARKPLUG_WORD, .text = GN_STR("blue") } };
    (void)state;
    gn_sparkplug_time_write(1234, &out);
    gn_sparkplug_metric_write(&named, &out);
    gn_sparkplug_metric_write(&aliased, &out);
    gn_sparkplug_metric_write(&word, &out);
    assert_false(out.full);
    assert_int_equal(gn_sparkplug_payload_read(gn_buf_bytes(&out), &payload, &diag), GN_OK);
    assert_int_equal(payload.time_ms, 1234);
    assert_true(gn_sparkplug_payload_next(&payload, &at, &got));
    assert_true(gn_str_equal(got.name, named.name) && got.value.form == GN_SPARKPLUG_BOOL && got.value.whole == 1);
    assert_true(gn_sparkplug_payload_next(&payload, &at, &got));
    assert_true(got.name.size == 0 && got.alias == 300 && got.value.number == 1.5 && got.type == GN_SPARKPLUG_FLOAT);
    assert_true(gn_sparkplug_payload_next(&payload, &at, &got));
    assert_true(gn_str_equal(got.value.text, GN_STR("blue")));
    struct gn_buf small = gn_buf_over(bytes, 8);
    gn_sparkplug_metric_write(&named, &small);
    assert_true(small.full && small.size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_is_read_metric_by_metric),
        cmocka_unit_test(signed_values_come_as_twos_complement),
        cmocka_unit_test(a_number_is_finite_and_of_its_type),
        cmocka_unit_test(properties_are_found_by_their_place),
        cmocka_unit_test(what_is_no_protobuf_is_refused_whole),
        cmocka_unit_test(metrics_have_a_limit),
        cmocka_unit_test(compressed_payloads_are_refused_with_what_to_do),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
