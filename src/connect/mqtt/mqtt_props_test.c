/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_props.h"

#define BYTES(literal) ((gn_bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

static struct gn_mqtt_props props;
static struct gn_mqtt_fault fault;

static gn_err take(gn_bytes bytes, unsigned place)
{
    struct gn_reader reader = gn_reader_of(bytes);
    return gn_mqtt_props_take(&reader, place, &props, &fault);
}

static void refused(gn_bytes bytes, unsigned place, uint8_t reason)
{
    assert_int_equal(take(bytes, place), GN_ERR_INVAL);
    assert_int_equal(fault.reason, reason);
    assert_non_null(fault.words);
}

static void a_varint_has_one_to_four_bytes(void **state)
{
    static const uint32_t values[] = { 0, 127, 128, 16383, 16384, 2097151, 2097152, GN_MQTT_VARINT_MAX };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        uint8_t bytes[4];
        uint32_t value = 1;
        struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
        gn_mqtt_varint_put(&out, values[i]);
        assert_int_equal(out.size, i / 2 + 1);
        assert_int_equal(gn_mqtt_varint_size(values[i]), out.size);
        struct gn_reader reader = gn_reader_of(gn_buf_bytes(&out));
        assert_int_equal(gn_mqtt_varint_take(&reader, &value), GN_OK);
        assert_int_equal(value, values[i]);
        assert_int_equal(gn_reader_left(&reader), 0);
        reader = gn_reader_of((gn_bytes){ bytes, out.size - 1 });
        assert_int_equal(gn_mqtt_varint_take(&reader, &value), GN_ERR_AGAIN);
    }
    uint32_t value = 77;
    struct gn_reader reader = gn_reader_of(BYTES("\xff\xff\xff\xff\x01"));
    assert_int_equal(gn_mqtt_varint_take(&reader, &value), GN_ERR_INVAL);
    reader = gn_reader_of(BYTES("\x80\x00"));
    assert_int_equal(gn_mqtt_varint_take(&reader, &value), GN_ERR_INVAL);
    assert_int_equal(value, 77);
}

static void each_property_stands_only_where_it_may(void **state)
{
    (void)state;
    assert_int_equal(take(BYTES("\x03\x13\x00\x0a"), GN_MQTT_CONNACK), GN_OK);
    assert_int_equal(gn_mqtt_props_number(&props, GN_MQTT_P_SERVER_KEEP_ALIVE, 0), 10);
    refused(BYTES("\x03\x13\x00\x0a"), GN_MQTT_CONNECT, GN_MQTT_PROTOCOL_ERROR);
    assert_int_equal(take(BYTES("\x05\x18\x00\x00\x00\x05"), GN_MQTT_IN_WILL), GN_OK);
    refused(BYTES("\x05\x18\x00\x00\x00\x05"), GN_MQTT_CONNECT, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\x03\x23\x00\x01"), GN_MQTT_SUBSCRIBE, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\x02\x04\x00"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED);     /* no such id */
    refused(BYTES("\x02\x2b\x00"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED);     /* 43 */
    refused(BYTES("\x03\xab\x01\x00"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED); /* 171 */
}

static void a_property_stands_once_and_in_its_range(void **state)
{
    (void)state;
    refused(BYTES("\x04\x01\x00\x01\x00"), GN_MQTT_PUBLISH, GN_MQTT_PROTOCOL_ERROR); /* twice */
    refused(BYTES("\x02\x01\x02"), GN_MQTT_PUBLISH, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\x03\x21\x00\x00"), GN_MQTT_CONNECT, GN_MQTT_PROTOCOL_ERROR);         /* receive maximum 0 */
    refused(BYTES("\x05\x27\x00\x00\x00\x00"), GN_MQTT_CONNECT, GN_MQTT_PROTOCOL_ERROR); /* packet size 0 */
    refused(BYTES("\x02\x0b\x00"), GN_MQTT_SUBSCRIBE, GN_MQTT_PROTOCOL_ERROR);
    assert_int_equal(take(BYTES("\x03\x21\x00\x01"), GN_MQTT_CONNECT), GN_OK);
}

static void lengths_beyond_the_packet_are_refused(void **state)
{
    (void)state;
    refused(BYTES(""), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED);
    refused(BYTES("\x05\x01\x00"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED);
    refused(BYTES("\xff\xff\xff\x7f\x01"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED);
    refused(BYTES("\x01\x01"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED);
    refused(BYTES("\x03\x02\x00\x00"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED);
    refused(BYTES("\x05\x03\xff\xffxx"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED);
    refused(BYTES("\x04\x03\x00\x01\xff"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED); /* not UTF-8 */
    refused(BYTES("\x06\x26\x00\x01k\x00\x05"), GN_MQTT_PUBLISH, GN_MQTT_MALFORMED);
    assert_int_equal(take(BYTES("\x05\x09\x00\x02\x00\xff"), GN_MQTT_PUBLISH), GN_OK); /* binary may be anything */
    assert_int_equal(gn_mqtt_props_text(&props, GN_MQTT_P_CORRELATION).size, 2);
    assert_int_equal(gn_mqtt_props_text(&props, GN_MQTT_P_CONTENT_TYPE).size, 0);
}

static void user_properties_are_counted_up_to_their_limit(void **state)
{
    uint8_t bytes[5 * (GN_MQTT_USER_PROPERTIES_MAX + 1) + 4];
    (void)state;
    for (unsigned count = GN_MQTT_USER_PROPERTIES_MAX - 1; count <= GN_MQTT_USER_PROPERTIES_MAX + 1; count++) {
        struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
        gn_mqtt_varint_put(&out, 5 * count);
        for (unsigned i = 0; i < count; i++)
            gn_buf_add(&out, "\x26\x00\x00\x00\x00", 5);
        assert_false(out.full);
        if (count > GN_MQTT_USER_PROPERTIES_MAX) {
            refused(gn_buf_bytes(&out), GN_MQTT_PUBLISH, GN_MQTT_QUOTA);
        } else {
            assert_int_equal(take(gn_buf_bytes(&out), GN_MQTT_PUBLISH), GN_OK);
            assert_int_equal(props.user_count, count);
        }
    }
}

static void what_is_set_is_written_and_read_back(void **state)
{
    uint8_t bytes[256];
    struct gn_mqtt_props set = { 0 };
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    (void)state;
    gn_mqtt_props_set(&set, GN_MQTT_P_RECEIVE_MAXIMUM, 65535);
    gn_mqtt_props_set(&set, GN_MQTT_P_MAXIMUM_PACKET, UINT32_MAX);
    gn_mqtt_props_set(&set, GN_MQTT_P_RETAIN_AVAILABLE, 0);
    gn_mqtt_props_set_text(&set, GN_MQTT_P_REASON_STRING, GN_STR("why"));
    gn_mqtt_props_put(&out, &set);
    assert_int_equal(out.size, gn_mqtt_props_size(&set));
    assert_int_equal(take(gn_buf_bytes(&out), GN_MQTT_CONNACK), GN_OK);
    assert_true(props.has == set.has);
    assert_int_equal(gn_mqtt_props_number(&props, GN_MQTT_P_RECEIVE_MAXIMUM, 1), 65535);
    assert_true(gn_mqtt_props_number(&props, GN_MQTT_P_MAXIMUM_PACKET, 1) == UINT32_MAX);
    assert_int_equal(gn_mqtt_props_number(&props, GN_MQTT_P_RETAIN_AVAILABLE, 1), 0);
    assert_int_equal(gn_mqtt_props_number(&props, GN_MQTT_P_MAXIMUM_QOS, 2), 2); /* absent */
    assert_true(gn_str_equal(gn_mqtt_props_text(&props, GN_MQTT_P_REASON_STRING), GN_STR("why")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_varint_has_one_to_four_bytes),
        cmocka_unit_test(each_property_stands_only_where_it_may),
        cmocka_unit_test(a_property_stands_once_and_in_its_range),
        cmocka_unit_test(lengths_beyond_the_packet_are_refused),
        cmocka_unit_test(user_properties_are_counted_up_to_their_limit),
        cmocka_unit_test(what_is_set_is_written_and_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
