/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/sparkplug/sparkplug_birth.h"

#include "connect/sparkplug/sparkplug_fixture.h"

#include <math.h>

#include "base/mem.h"

#define T0_MS INT64_C(1767225600000)

static struct sp_message message;
static struct sp_metric metric;
static struct gn_device device;
static struct gn_item items[GN_SPARKPLUG_METRICS_MAX];
static char times[GN_SPARKPLUG_METRICS_MAX][GN_TIME_TEXT_BYTES];
static struct gn_json_tree tree;
static struct gn_diag diag;
static const struct gn_sparkplug_topic press = {
    .kind = GN_SPARKPLUG_DBIRTH, .group = { "G", 1 }, .edge = { "E", 1 }, .device = { "press", 5 }
};

static struct gn_sparkplug_payload read_message(void)
{
    struct gn_sparkplug_payload payload;
    assert_false(message.buf.full);
    assert_int_equal(gn_sparkplug_payload_read(gn_buf_bytes(&message.buf), &payload, &diag), GN_OK);
    return payload;
}

static gn_err born(struct gn_sparkplug_birth **out)
{
    const struct gn_sparkplug_payload payload = read_message();
    diag = (struct gn_diag){ 0 };
    gn_device_begin(&device, GN_SOURCE_SPARKPLUG);
    return gn_sparkplug_birth_read(&payload, &press, &device, out, &diag);
}

static struct gn_sparkplug_items hear(const struct gn_sparkplug_birth *birth)
{
    const struct gn_sparkplug_payload payload = read_message();
    struct gn_sparkplug_items out = { .items = items, .times = times };
    gn_sparkplug_birth_items(birth, &payload, T0_MS + 1000, &out);
    return out;
}

static void add_property(struct gn_buf *set, const char *key, unsigned field, const char *text, double number)
{
    struct sp_metric value;
    value.buf = gn_buf_over(value.bytes, sizeof value.bytes);
    if (field == 8)
        sp_text(&value.buf, 8, text);
    else if (field == 6)
        sp_double(&value.buf, 6, number);
    else
        sp_whole(&value.buf, field, (uint64_t)number);
    sp_text(set, 1, key);
    sp_bytes(set, 2, value.bytes, value.buf.size);
}

/* Speed -5 rpm, -3000 to 3000, may be set; and what is no reading. */
static struct gn_sparkplug_birth *press_is_born(void)
{
    struct gn_sparkplug_birth *birth = NULL;
    struct sp_metric set;
    sp_begin(&message, (uint64_t)T0_MS, 0);
    set.buf = gn_buf_over(set.bytes, sizeof set.bytes);
    add_property(&set.buf, "engUnit", 8, "rpm", 0);
    add_property(&set.buf, "engLow", 6, NULL, -3000);
    add_property(&set.buf, "engHigh", 3, NULL, 3000);
    add_property(&set.buf, "readOnly", 7, NULL, 0);
    struct gn_buf *m = sp_metric_begin(&metric, "Motor/Speed", 10, GN_SPARKPLUG_INT16);
    sp_bytes(m, 9, set.bytes, set.buf.size);
    sp_whole(m, 10, (uint32_t)-5);
    sp_metric_end(&message, &metric);
    sp_add(&message, "Running", 11, GN_SPARKPLUG_BOOLEAN, 14, 1);
    sp_text(sp_metric_begin(&metric, "Recipe", 12, GN_SPARKPLUG_STRING), 15, "blue");
    sp_metric_end(&message, &metric);
    sp_add(&message, "Last Service", 13, GN_SPARKPLUG_DATETIME, 11, (uint64_t)T0_MS);
    sp_text(sp_metric_begin(&metric, "Picture", 14, GN_SPARKPLUG_BYTES), 16, "xyz");
    sp_metric_end(&message, &metric);
    sp_text(sp_metric_begin(&metric, "Parts", 15, GN_SPARKPLUG_TEMPLATE), 18, "xyz");
    sp_metric_end(&message, &metric);
    sp_add(&message, "bdSeq", 0, GN_SPARKPLUG_UINT64, 11, 3);
    assert_int_equal(born(&birth), GN_OK);
    return birth;
}

static void a_birth_proposes_properties_with_unit_range_and_where_they_are_set(void **state)
{
    struct gn_sparkplug_birth *birth = press_is_born();
    const struct gn_trait *speed = gn_device_find(&device, GN_STR("Motor.Speed"));
    (void)state;
    assert_non_null(speed);
    assert_int_equal(speed->kind, GN_TRAIT_NUMBER);
    assert_true(gn_str_equal(speed->unit, GN_STR("rpm")) && gn_str_equal(speed->title, GN_STR("Motor/Speed")));
    assert_true(speed->has_range && speed->low == -3000 && speed->high == 3000 && speed->writable);
    assert_true(gn_str_equal(speed->write_topic, GN_STR("spBv1.0/G/DCMD/E/press")));
    assert_int_equal(gn_device_find(&device, GN_STR("Running"))->kind, GN_TRAIT_BOOLEAN);
    assert_false(gn_device_find(&device, GN_STR("Running"))->writable);
    assert_int_equal(gn_device_find(&device, GN_STR("Last_Service"))->kind, GN_TRAIT_TEXT);
    assert_int_equal(device.trait_count, 4);
    assert_int_equal(device.left_out, 2); /* the picture and the template; bdSeq is the protocol's */
    assert_string_equal(device.why, "'Picture' has a data type that is no reading");
    gn_sparkplug_birth_free(birth);
}

static void a_birth_has_readings_too(void **state)
{
    struct gn_sparkplug_birth *birth = press_is_born();
    const struct gn_sparkplug_items got = hear(birth);
    (void)state;
    assert_int_equal(got.count, 4);
    assert_int_equal(got.unknown + got.left_out, 0);
    assert_true(items[0].value == -5 && items[0].time_ms == T0_MS && items[1].kind == GN_SERIES_BOOL);
    assert_true(gn_str_equal(items[2].text, GN_STR("blue")));
    assert_true(gn_str_equal(items[3].text, GN_STR("2026-01-01T00:00:00.000Z")));
    gn_sparkplug_birth_free(birth);
}

static void data_is_understood_by_alias_and_by_name(void **state)
{
    struct gn_sparkplug_birth *birth = press_is_born();
    (void)state;
    sp_begin(&message, (uint64_t)T0_MS, 1);
    struct gn_buf *m = sp_metric_begin(&metric, NULL, 10, 0);
    sp_whole(m, 3, (uint64_t)T0_MS - 7000);
    sp_whole(m, 5, 1); /* historical */
    sp_whole(m, 10, 1200);
    sp_metric_end(&message, &metric);
    sp_add(&message, "Running", 0, GN_SPARKPLUG_BOOLEAN, 14, 0);
    sp_whole(sp_metric_begin(&metric, NULL, 12, GN_SPARKPLUG_STRING), 7, 1); /* null */
    sp_metric_end(&message, &metric);
    sp_add(&message, NULL, 14, 0, 16, 0); /* the picture: known, and passed over */
    sp_add(&message, NULL, 99, 0, 10, 1);
    sp_add(&message, "stranger", 0, 0, 10, 1);
    const struct gn_sparkplug_items got = hear(birth);
    assert_int_equal(got.count, 2);
    assert_true(items[0].value == 1200 && items[0].time_ms == T0_MS - 7000);
    assert_true(gn_str_equal(items[0].property, GN_STR("Motor.Speed")));
    assert_true(items[1].value == 0 && items[1].time_ms == T0_MS);
    assert_int_equal(got.unknown, 2);
    assert_int_equal(got.left_out, 0);
    gn_sparkplug_birth_free(birth);
}

static void what_has_no_good_value_of_its_type_is_left_out(void **state)
{
    struct gn_sparkplug_birth *birth = press_is_born();
    struct sp_metric set;
    (void)state;
    sp_begin(&message, (uint64_t)T0_MS, 1);
    sp_add(&message, NULL, 10, GN_SPARKPLUG_INT32, 10, 1); /* not the type it was born with */
    sp_float(sp_metric_begin(&metric, NULL, 10, 0), 12, 1.5f);
    sp_metric_end(&message, &metric);
    sp_add(&message, NULL, 11, 0, 10, 1); /* a whole number is no Boolean */
    sp_text(sp_metric_begin(&metric, NULL, 12, 0), 15, "\xff");
    sp_metric_end(&message, &metric);
    struct gn_buf *m = sp_metric_begin(&metric, NULL, 10, 0);
    sp_whole(m, 3, 5); /* 1970 */
    sp_whole(m, 10, 1);
    sp_metric_end(&message, &metric);
    m = sp_metric_begin(&metric, NULL, 10, 0);
    sp_whole(m, 3, UINT64_MAX);
    sp_whole(m, 10, 1);
    sp_metric_end(&message, &metric);
    sp_add(&message, NULL, 13, 0, 11, UINT64_MAX); /* no year of ours */
    set.buf = gn_buf_over(set.bytes, sizeof set.bytes);
    add_property(&set.buf, "Quality", 3, NULL, 500); /* stale */
    m = sp_metric_begin(&metric, NULL, 10, 0);
    sp_bytes(m, 9, set.bytes, set.buf.size);
    sp_whole(m, 10, 1);
    sp_metric_end(&message, &metric);
    const struct gn_sparkplug_items got = hear(birth);
    assert_int_equal(got.count, 0);
    assert_int_equal(got.left_out, 8);
    gn_sparkplug_birth_free(birth);
}

static void an_ambiguous_birth_is_refused_whole(void **state)
{
    struct gn_sparkplug_birth *birth = NULL;
    char name[GN_SPARKPLUG_NAME_BYTES_MAX + 2];
    (void)state;
    sp_begin(&message, 1, 0);
    sp_add(&message, "a", 1, GN_SPARKPLUG_INT8, 10, 1);
    sp_add(&message, "b", 2, GN_SPARKPLUG_INT8, 10, 1);
    sp_add(&message, "a", 3, GN_SPARKPLUG_INT8, 10, 1);
    assert_int_equal(born(&birth), GN_ERR_INVAL);
    assert_string_equal(diag.text, "a birth that names the metric 'a' twice");
    sp_begin(&message, 1, 0);
    sp_add(&message, "a", 1, GN_SPARKPLUG_INT8, 10, 1);
    sp_add(&message, "b", 1, GN_SPARKPLUG_INT8, 10, 1);
    assert_int_equal(born(&birth), GN_ERR_INVAL);
    assert_string_equal(diag.text, "a birth that gives the alias 1 twice");
    memset(name, 'x', sizeof name);
    for (size_t size = GN_SPARKPLUG_NAME_BYTES_MAX; size <= GN_SPARKPLUG_NAME_BYTES_MAX + 1; size++) {
        name[size] = '\0';
        sp_begin(&message, 1, 0);
        sp_add(&message, name, 1, GN_SPARKPLUG_INT8, 10, 1);
        assert_int_equal(born(&birth), size > GN_SPARKPLUG_NAME_BYTES_MAX ? GN_ERR_INVAL : GN_OK);
        if (size <= GN_SPARKPLUG_NAME_BYTES_MAX)
            gn_sparkplug_birth_free(birth);
        name[size] = 'x';
    }
}

static void more_metrics_than_a_thing_has_series_are_known_and_passed_over(void **state)
{
    struct gn_sparkplug_birth *birth = NULL;
    char name[16];
    (void)state;
    sp_begin(&message, (uint64_t)T0_MS, 0);
    for (int i = 0; i <= GN_SERIES_PER_THING_MAX; i++) {
        (void)snprintf(name, sizeof name, "m/%d", i);
        sp_add(&message, name, (uint64_t)i + 1, GN_SPARKPLUG_INT8, 10, 1);
    }
    sp_add(&message, "m.0", 1000, GN_SPARKPLUG_INT8, 10, 1); /* the property is another's */
    assert_int_equal(born(&birth), GN_OK);
    const struct gn_sparkplug_items got = hear(birth);
    assert_int_equal(got.count, GN_SERIES_PER_THING_MAX);
    assert_int_equal(got.unknown + got.left_out, 0);
    assert_int_equal(device.trait_count, GN_DEVICE_TRAITS_MAX);
    gn_sparkplug_birth_free(birth);
}

static const struct gn_json_node *json(const char *text)
{
    const struct gn_json_node *root;
    assert_int_equal(gn_json_tree_read(&tree, gn_str_of(text), &root, &diag), GN_OK);
    return root;
}

static void commands_have_the_type_of_the_birth(void **state)
{
    static const struct {
        unsigned type;
        const char *value;
        gn_err answer;
        uint64_t whole;
    } rows[] = {
        { GN_SPARKPLUG_INT8, "-128", GN_OK, 0xffffff80 },
        { GN_SPARKPLUG_INT8, "-129", GN_ERR_INVAL, 0 },
        { GN_SPARKPLUG_INT8, "128", GN_ERR_INVAL, 0 },
        { GN_SPARKPLUG_UINT16, "65535", GN_OK, 65535 },
        { GN_SPARKPLUG_UINT16, "65536", GN_ERR_INVAL, 0 },
        { GN_SPARKPLUG_UINT8, "-1", GN_ERR_INVAL, 0 },
        { GN_SPARKPLUG_INT32, "1.5", GN_ERR_INVAL, 0 },
        { GN_SPARKPLUG_INT64, "-9223372036854775808", GN_OK, UINT64_C(1) << 63 },
        { GN_SPARKPLUG_UINT64, "18446744073709551615", GN_OK, UINT64_MAX },
        { GN_SPARKPLUG_BOOLEAN, "true", GN_OK, 1 },
        { GN_SPARKPLUG_BOOLEAN, "1", GN_ERR_INVAL, 0 },
        { GN_SPARKPLUG_STRING, "\"x\"", GN_OK, 0 },
        { GN_SPARKPLUG_STRING, "1", GN_ERR_INVAL, 0 },
        { GN_SPARKPLUG_FLOAT, "1e39", GN_ERR_INVAL, 0 },
        { GN_SPARKPLUG_FLOAT, "1.5", GN_OK, 0 },
        { GN_SPARKPLUG_DOUBLE, "\"1\"", GN_ERR_INVAL, 0 },
        { GN_SPARKPLUG_DATETIME, "\"2026-01-01T00:00:00Z\"", GN_OK, (uint64_t)T0_MS },
        { GN_SPARKPLUG_DATETIME, "\"soon\"", GN_ERR_INVAL, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_sparkplug_birth *birth = NULL;
        struct gn_sparkplug_metric out;
        sp_begin(&message, (uint64_t)T0_MS, 0);
        sp_add(&message, "a/b", 5, rows[i].type, 10, 0);
        assert_int_equal(born(&birth), GN_OK);
        diag = (struct gn_diag){ 0 };
        assert_int_equal(gn_sparkplug_birth_command(birth, GN_STR("a.b"), json(rows[i].value), &out, &diag),
                         rows[i].answer);
        if (rows[i].answer == GN_OK)
            assert_true(out.value.whole == rows[i].whole && out.type == rows[i].type && out.alias == 5);
        else
            assert_non_null(strstr(diag.text, "'a.b' is of the type"));
        assert_int_equal(gn_sparkplug_birth_command(birth, GN_STR("a/b"), json("1"), &out, &diag), GN_ERR_NOT_FOUND);
        gn_sparkplug_birth_free(birth);
    }
}

static void a_death_ends_the_session_that_its_number_names(void **state)
{
    struct gn_sparkplug_birth *birth = press_is_born(); /* bdSeq 3 */
    (void)state;
    for (uint64_t bd = 2; bd <= 4; bd++) {
        sp_begin(&message, 1, 0);
        sp_add(&message, "bdSeq", 0, GN_SPARKPLUG_UINT64, 11, bd);
        const struct gn_sparkplug_payload death = read_message();
        assert_int_equal(gn_sparkplug_death_counts(birth, &death), bd == 3);
        assert_true(gn_sparkplug_death_counts(NULL, &death));
    }
    sp_begin(&message, 1, 0);
    const struct gn_sparkplug_payload unnumbered = read_message();
    assert_true(gn_sparkplug_death_counts(birth, &unnumbered));
    gn_sparkplug_birth_free(birth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_birth_proposes_properties_with_unit_range_and_where_they_are_set),
        cmocka_unit_test(a_birth_has_readings_too),
        cmocka_unit_test(data_is_understood_by_alias_and_by_name),
        cmocka_unit_test(what_has_no_good_value_of_its_type_is_left_out),
        cmocka_unit_test(an_ambiguous_birth_is_refused_whole),
        cmocka_unit_test(more_metrics_than_a_thing_has_series_are_known_and_passed_over),
        cmocka_unit_test(commands_have_the_type_of_the_birth),
        cmocka_unit_test(a_death_ends_the_session_that_its_number_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
